/** A patch of an agent: checked as a whole, applied when it is safe, and told in sentences. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { ModelNotFoundError } from "../../agent/error.ts";
import type { AgentPatch } from "../../agent/fleet-port.ts";
import type { Model, ModelInfo } from "../../agent/model.ts";
import { resumedLimits } from "../../agent/resume.ts";
import { Session } from "../../agent/session.ts";
import { tuneAgent } from "../../agent/tune.ts";
import { eventsOf, type ScriptedModel, type ScriptedStep, scriptedModel, tempDir } from "../support/index.ts";
import { type AgentRig, agentRig, answered } from "./agent-rig.ts";

/** Builds a new model object for each wish, as a provider does, and knows which of them are open. */
function shop(infos: Readonly<Record<string, Partial<ModelInfo>>>, steps: readonly ScriptedStep[] = []) {
  const built: ScriptedModel[] = [];
  const open = new Set<Model>();
  const resolveModel = async ({ model: name = "" }) => {
    const info = infos[name];
    if (!info) throw new ModelNotFoundError({ model: name, known: Object.keys(infos) });
    const plain = scriptedModel(steps, { info: { id: name, wireId: name, ...info } });
    const close = async () => void open.delete(model);
    const model: ScriptedModel = { ...plain, close, [Symbol.asyncDispose]: close };
    built.push(model);
    open.add(model);
    return model;
  };
  return { built, open, resolveModel };
}

const small = { maxResponseTokens: 2_000, efforts: ["min", "low"], thinkingOutputs: ["none"] } as const;

async function failureOf(rig: AgentRig, patch: AgentPatch): Promise<string> {
  try {
    return `done: ${(await tuneAgent(rig.agent, patch)).join(" ")}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("one patch changes everything it names; the model is built once; sentences tell what comes of it", async () => {
  const { built, resolveModel } = shop({ small }, [answered("two")]);
  const settings = { effort: "high", thinkingOutput: "text", thinkingBudget: "auto" } as const;
  await using rig = agentRig([answered("one")], { resolveModel, settings });
  await rig.agent.run("a");
  const patch: AgentPatch = {
    status: "saving",
    model: "small",
    settings: { thinkingBudget: "none" },
    maxRounds: 4,
    maxOutputTokens: 1_000,
  };
  expect(await tuneAgent(rig.agent, patch)).toEqual([
    'Status is now "saving".',
    "A message may cause 4 rounds of tools.",
    "An answer may have 1000 tokens.",
    "From the next model call on the model is small of scripted, effort is min (was high), thinkingBudget is none (was auto), thinkingOutput is none (was text).",
  ]);
  expect((await rig.agent.run("b")).content).toBe("two");
  expect([built.length, built[0]?.requests.length]).toEqual([1, 1]);
  expect(built[0]?.requests[0]).toMatchObject({
    maxOutputTokens: 1_000,
    settings: { effort: "min", thinkingBudget: "none", thinkingOutput: "none" },
  });
  const { status, maxRounds, model } = rig.agent.snapshot();
  expect({ status, maxRounds, model }).toEqual({
    status: "saving",
    maxRounds: 4,
    model: { provider: "scripted", model: "small" },
  });
});

const wrong: [patch: AgentPatch, failure: string][] = [
  [{}, "The patch changes nothing."],
  [{ model: "nosuch" }, 'There is no model "nosuch".'],
  [{ model: "small", settings: { effort: "high" } }, 'small does not offer effort "high".'],
  [{ settings: { tier: "flex" } }, 'scripted does not offer tier "flex".'],
  [{ model: "small", maxOutputTokens: 2_001 }, 'small does not offer maxResponseTokens "2001".'],
  [{ maxOutputTokens: 8_001 }, 'scripted does not offer maxResponseTokens "8001".'],
  [{ maxOutputTokens: 0 }, 'scripted does not offer maxResponseTokens "0".'],
  [{ maxRounds: 1.5 }, 'scripted does not offer maxRounds "1.5".'],
  [{ context: "drop" }, "To drop results, say which: call ids, tool names or paths."],
  [{ context: "drop", drop: ["Read"] }, 'No result that can be dropped fits "Read"; nothing was dropped.'],
  [{ context: "clear", drop: ["Read"] }, 'A list of results to drop goes with context "drop".'],
  [{ note: "Mind it." }, 'A note goes with context "clear", "compact" or "recompact".'],
];
for (const [patch, failure] of wrong) {
  test(`all or nothing: ${JSON.stringify(patch)}`, async () => {
    const { open, resolveModel } = shop({ small });
    await using rig = agentRig([answered("one"), answered("two")], { resolveModel });
    await rig.agent.run("a");
    const before = rig.agent.snapshot();
    const rest = Object.keys(patch).length > 0 ? { status: "changed", ...patch } : patch;
    expect(await failureOf(rig, rest)).toBe(failure);
    await rig.settle();
    expect([rig.agent.snapshot(), open.size]).toEqual([before, 0]);
    expect((await rig.agent.run("b")).content).toBe("two");
  });
}

test("a patch without a way to build a model, or for a closed agent, changes nothing and leaves nothing open", async () => {
  await using rig = agentRig([]);
  expect(await failureOf(rig, { model: "small" })).toBe(
    "This agent cannot change its model: it was made with one model only.",
  );
  const { built, open, resolveModel } = shop({ small });
  const closed = agentRig([], { resolveModel });
  await closed.agent.close();
  expect(await failureOf(closed, { model: "small" })).toBe('The agent "main" is closed.');
  expect([built.length, open.size]).toEqual([1, 0]);
});

test("patches while the model answers are applied behind it, in order, each with the model it was checked with", async () => {
  const { built, open, resolveModel } = shop({ b: {}, c: {} }, [answered("two")]);
  await using rig = agentRig([{ parts: [{ text: "one" }], wait: 10 }], { resolveModel });
  const run = rig.agent.run("a");
  await rig.settle();
  for (const model of ["b", "c", "b"]) await tuneAgent(rig.agent, { model, settings: { effort: "low" } });
  expect([built.length, open.size, eventsOf(rig.events, "switched").length]).toEqual([3, 3, 0]);
  rig.agent.send({ type: "prompt", text: "and" });
  await rig.clock.advance(10);
  expect((await run).content).toBe("two");
  expect(eventsOf(rig.events, "switched").map(({ model }) => model.model)).toEqual(["b", "c", "b"]);
  expect([built.length, built.map((model) => open.has(model))]).toEqual([3, [false, false, true]]);
  await rig.agent.close();
  expect(open.size).toBe(0);
});

test("a model whose turn never came is closed with the agent", async () => {
  const { open, resolveModel } = shop({ b: {} });
  const rig = agentRig([{ parts: [{ text: "one" }], wait: 1_000 }], { resolveModel });
  rig.agent.send({ type: "prompt", text: "a" });
  await rig.settle();
  await tuneAgent(rig.agent, { model: "b" });
  expect(open.size).toBe(1);
  await rig.agent.close();
  expect([open.size, eventsOf(rig.events, "switched")]).toEqual([0, []]);
});

test("knobs alone change for the next call; what is as it was is told so", async () => {
  await using rig = agentRig([{ parts: [{ text: "one" }], wait: 10 }, answered("two")]);
  const run = rig.agent.run("a");
  await rig.settle();
  expect(await tuneAgent(rig.agent, { settings: { effort: "low" } })).toEqual([
    "From the next model call on effort is low (was none).",
  ]);
  expect(await tuneAgent(rig.agent, { settings: { effort: "none" } })).toEqual([
    "From the next model call on all is as it was.",
  ]);
  rig.agent.send({ type: "prompt", text: "b" });
  await rig.clock.advance(10);
  await run;
  expect(eventsOf(rig.events, "switched").map(({ settings }) => settings.effort)).toEqual(["low", "none"]);
});

test("the longest answer follows the model down, and comes back with one that allows it", async () => {
  const { built, resolveModel } = shop({ small, large: { maxResponseTokens: 9_000 } }, [answered("ok")]);
  await using rig = agentRig([answered("ok")], { resolveModel, maxOutputTokens: 5_000 });
  await rig.agent.run("a");
  for (const model of ["small", "large"]) {
    await tuneAgent(rig.agent, { model });
    await rig.agent.run("b");
  }
  const asked = [rig.model, ...built].map(({ requests }) => requests[0]?.maxOutputTokens);
  expect(asked).toEqual([5_000, 2_000, 5_000]);
});

test("what was tuned survives a resume, but for what the new process is told", async () => {
  using dir = tempDir();
  const path = join(dir.path, "s");
  const call = { parts: [{ call: "Nothing", args: {} }] };
  const first = await Session.create(path);
  const rig = agentRig([answered("one")], { session: first, maxRounds: 9, maxOutputTokens: 4_000 });
  await rig.agent.run("a");
  await tuneAgent(rig.agent, { status: "reading", maxRounds: 1, maxOutputTokens: 3_000 });
  await rig.settle();
  await rig.agent.close();
  await first.close();

  const second = await Session.open(path);
  const again = agentRig([call, call, answered("end")], { session: second });
  expect(again.agent.snapshot()).toMatchObject({ status: "reading", maxRounds: 1 });
  expect(await again.agent.run("b")).toMatchObject({ reason: "max_rounds" });
  expect(again.model.requests.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([3_000, 3_000]);
  again.agent.send({ type: "tune", maxRounds: null });
  await again.agent.run("c");
  expect([again.agent.snapshot().maxRounds, again.model.requests.at(-1)?.maxOutputTokens]).toEqual([null, 3_000]);
  await again.agent.close();
  await second.close();

  await using third = await Session.open(path);
  await using told = agentRig([call, call], { session: third, maxRounds: 1, maxOutputTokens: 4_000 });
  expect(told.agent.snapshot()).toMatchObject({ status: "reading", maxRounds: 1 });
  expect(await told.agent.run("d")).toMatchObject({ reason: "max_rounds" });
  expect(told.model.requests.map(({ maxOutputTokens }) => maxOutputTokens)).toEqual([4_000, 4_000]);
});

test("what a child was tuned to counts before what it was made with", () => {
  const tuned = { maxRounds: 2, maxOutputTokens: undefined };
  const given = { maxRounds: 5, maxOutputTokens: 100 };
  expect(resumedLimits(tuned, { ...given, path: "main/a" })).toEqual({ maxRounds: 2 });
  expect(resumedLimits(tuned, given)).toEqual({ maxRounds: 5, overruled: { maxRounds: 5 } });
  expect(resumedLimits({ ...tuned, maxRounds: null }, {})).toEqual({ maxRounds: null });
});

test("the budget goes on over a change of model, and each call costs what its own model takes", async () => {
  const price = (output: number) => [
    { tier: "auto", above: 0, input: 0, output, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const,
  ];
  const said = (text: string): ScriptedStep => ({ parts: [{ text }], usage: { output: 1_000 } });
  const models = { dear: { prices: price(50) }, cheap: { prices: price(1) } };
  const { resolveModel } = shop(models, [said("again"), said("more")]);
  const options = { resolveModel, maxBudgetUsd: 0.1, maxOutputTokens: 1_000 };
  await using rig = agentRig([said("one")], options, { prices: price(10) });
  const costs = [(await rig.agent.run("a")).costUsd];
  for (const model of ["dear", "cheap", "dear"]) {
    await tuneAgent(rig.agent, { model });
    const { costUsd, reason } = await rig.agent.run("b");
    costs.push(costUsd);
    expect(reason).toBe(costs.length === 4 ? "budget" : "done");
  }
  expect(costs).toEqual([0.01, 0.05, 0.001, 0]);
  expect(rig.agent.snapshot().costUsd).toBeCloseTo(0.061, 10);
});
