/** Who writes the summary of a conversation, and what that costs. */
import { expect, test } from "bun:test";
import { ConfigError } from "../../agent/error.ts";
import type { Model, PriceRow } from "../../agent/model.ts";
import { PolicyError, RateLimitError, ServerError } from "../../agent/provider-error.ts";
import { eventsOf, must, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { type AgentRig, agentRig, answered, lines } from "./agent-rig.ts";

const failed = new ServerError({ provider: "P", status: 500 });
const limited = new RateLimitError({ provider: "P", status: 429, retryAfterMs: 3_600_000 });
const refusal = new PolicyError({ provider: "P" });
const priced = (output: number): PriceRow[] => [
  { tier: "auto", above: 0, input: 0, output, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 },
];
const costing = (text: string, output: number): ScriptedStep => ({ parts: [{ text }], usage: { output } });

/** A utility model for each summary, at two dollars a million tokens, and how many were closed. */
function utilities(steps: readonly ScriptedStep[]) {
  const made: ReturnType<typeof scriptedModel>[] = [];
  const state = { closed: 0 };
  const close = async () => {
    state.closed += 1;
  };
  const utilityModel = async (): Promise<Model> => {
    const info = { wireId: "small", prices: priced(2), efforts: ["min", "low"] as const };
    const model = scriptedModel(steps.slice(made.length), { info });
    made.push(model);
    return { ...model, close, [Symbol.asyncDispose]: close };
  };
  return { utilityModel, made, state };
}

async function summarised(rig: AgentRig): Promise<void> {
  await rig.agent.run("a");
  await rig.agent.run("b");
  rig.agent.send({ type: "compact", hint: "the name" });
  await rig.settle();
}

test("the utility model writes the summary at its own price, with as little thought as it can, and is closed", async () => {
  const { utilityModel, made, state } = utilities([costing("the sum", 1_000)]);
  const script = [costing("one", 100), costing("two", 100), answered("three")];
  await using rig = agentRig(script, { utilityModel, settings: { effort: "high" } }, { prices: priced(10) });
  await summarised(rig);
  expect([made.length, state.closed, made[0]?.requests.length]).toEqual([1, 1, 1]);
  expect(made[0]?.requests[0]).toMatchObject({ settings: { effort: "min" }, tools: [], maxOutputTokens: 2_000 });
  const { costUsd, usage } = must(eventsOf(rig.events, "callEnded").at(-1));
  expect([costUsd, usage.output]).toEqual([0.002, 1_000]);
  expect(rig.agent.snapshot().treeCostUsd).toBeCloseTo(0.001 + 0.001 + 0.002, 10);
  await rig.agent.run("c");
  expect(lines(must(rig.model.requests[2]).messages)[0]).toBe("notice Summary of the conversation so far:\n\nthe sum");
});

test("where the utility model fails, says nothing or cannot be had, the agent's own writes", async () => {
  const none: ScriptedStep = { parts: [] };
  const refused = async () => {
    throw new ConfigError("no key");
  };
  const ways: (() => Promise<Model | undefined>)[] = [
    utilities([failed]).utilityModel,
    utilities([none]).utilityModel,
    refused,
    async () => undefined,
  ];
  for (const utilityModel of ways) {
    await using rig = agentRig([answered("one"), answered("two"), answered("the sum")], { utilityModel });
    await summarised(rig);
    expect(eventsOf(rig.events, "compacted").map(({ summary }) => summary)).toEqual(["the sum"]);
    expect(rig.model.requests).toHaveLength(3);
  }
});

test("a summary on request that nobody can write changes nothing, an empty one too", async () => {
  const { utilityModel, state } = utilities([failed]);
  await using rig = agentRig([answered("one"), answered("two"), { parts: [{ text: " " }] }, answered("three")], {
    utilityModel,
  });
  await summarised(rig);
  expect(eventsOf(rig.events, "compactFailed").map(({ error }) => error.message)).toEqual([
    "scripted gave an answer that cannot be used: it wrote no summary",
  ]);
  await rig.agent.run("c");
  expect(lines(must(rig.model.requests[3]).messages)).toEqual([
    "user a",
    "assistant one",
    "user b",
    "assistant two",
    "user c",
  ]);
  expect(state.closed).toBe(1);
});

test("a summary that the budget does not allow is not asked for", async () => {
  const script = [costing("one", 100), costing("two", 100)];
  await using rig = agentRig(script, { maxBudgetUsd: 0.02, maxOutputTokens: 1_000 }, { prices: priced(10) });
  await summarised(rig);
  expect(eventsOf(rig.events, "compactFailed").map(({ error }) => error.code)).toEqual(["budget"]);
  expect([rig.model.requests.length, rig.agent.snapshot().costUsd]).toEqual([2, 0.002]);
});

test("a halt ends the summary: the utility model is closed and nothing changes", async () => {
  const slow: ScriptedStep = { parts: [{ text: "the " }, { text: "sum" }], waitAtEnd: 1_000 };
  const { utilityModel, state } = utilities([slow]);
  await using rig = agentRig([answered("one"), answered("two"), answered("three")], { utilityModel });
  await summarised(rig);
  expect(rig.agent.snapshot().state).toBe("compacting");
  rig.agent.send({ type: "halt" });
  await rig.clock.advance(2_000);
  await rig.settle();
  expect([eventsOf(rig.events, "compacted").length, state.closed]).toEqual([0, 1]);
  expect((await rig.agent.run("c")).content).toBe("three");
  expect(lines(must(rig.model.requests[2]).messages)).toHaveLength(5);
});

test("where both cannot answer, those that go on in the agent's place are asked, and the chain stays as it was", async () => {
  const other = scriptedModel([answered("the sum")], { info: { id: "other", wireId: "other" } });
  const ways = {
    utilityModel: utilities([limited]).utilityModel,
    fallback: [{ model: "gone" }, { model: "other" }],
    resolveModel: async ({ model }: { readonly model?: string | undefined }) => {
      if (model === "other") return other;
      throw new ConfigError("no key");
    },
  };
  await using rig = agentRig([answered("one"), answered("two"), limited, answered("three")], ways);
  await summarised(rig);
  expect([rig.model.requests.length, other.requests.length]).toEqual([3, 1]);
  expect(eventsOf(rig.events, "switched")).toEqual([]);
  await rig.agent.run("c");
  expect(lines(must(rig.model.requests[3]).messages)[0]).toBe("notice Summary of the conversation so far:\n\nthe sum");
});

test("what another model would refuse as well is not asked of it", async () => {
  const other = scriptedModel([answered("the sum")], { info: { id: "other", wireId: "other" } });
  const ways = { fallback: [{ model: "other" }], resolveModel: async () => other };
  await using rig = agentRig([answered("one"), answered("two"), refusal], ways);
  await summarised(rig);
  expect(other.requests).toEqual([]);
  expect(eventsOf(rig.events, "compactFailed").map(({ error }) => error.code)).toEqual(["policy"]);
});
