/** Changing the model, the provider and the knobs in the middle of a conversation. */
import { expect, test } from "bun:test";
import type { AgentOptions } from "../../agent/agent-options.ts";
import { ModelNotFoundError } from "../../agent/error.ts";
import type { Model, ModelInfo } from "../../agent/model.ts";
import { createProvider } from "../../providers/registry.ts";
import { eventsOf, type ScriptedStep, scriptedModel, startFakeProvider, testKey } from "../support/index.ts";
import { agentRig, answered } from "./agent-rig.ts";

/** A model that can tell whether it was closed. */
function closable(steps: readonly ScriptedStep[], info: Partial<ModelInfo>) {
  const model = scriptedModel(steps, { info });
  const state = { closed: 0 };
  const close = async () => {
    state.closed += 1;
  };
  return { state, model: { ...model, close } satisfies Model, requests: model.requests };
}

function resolving(models: Readonly<Record<string, Model>>): NonNullable<AgentOptions["resolveModel"]> {
  return async ({ model = "" }) => {
    const found = models[model];
    if (!found) throw new ModelNotFoundError({ model, known: Object.keys(models) });
    return found;
  };
}

test("a switch takes effect before the next call; what the new model does not offer falls to its lowest rung", async () => {
  const small = closable([answered("two")], { id: "small", wireId: "small", efforts: ["min", "low"], tiers: ["flex"] });
  await using rig = agentRig([answered("one")], {
    settings: { effort: "low", thinkingBudget: "auto" },
    resolveModel: resolving({ small: small.model }),
  });
  await rig.agent.run("a");
  rig.agent.send({ type: "switch", model: "small" });
  expect((await rig.agent.run("b")).content).toBe("two");
  const settings = {
    effort: "low",
    thinkingBudget: "auto",
    thinkingOutput: "none",
    tier: "flex",
    cacheTtlSec: 0,
  } as const;
  const origin = { provider: "scripted", model: "small" };
  expect(eventsOf(rig.events, "switched").map(({ model, settings }) => ({ model, settings }))).toEqual([
    { model: origin, settings },
  ]);
  expect(small.requests[0]).toMatchObject({
    settings,
    messages: [{ text: "a" }, { type: "assistant" }, { text: "b" }],
  });
  expect(rig.agent.snapshot()).toMatchObject({ model: origin, settings });
});

test("a switch while the model streams waits for it, several are made in order", async () => {
  const [b, c] = [closable([], { wireId: "b" }), closable([answered("two")], { wireId: "c" })];
  await using rig = agentRig([{ parts: [{ text: "one" }], wait: 10 }], {
    resolveModel: resolving({ b: b.model, c: c.model }),
  });
  const run = rig.agent.run("a");
  await rig.settle();
  for (const model of ["b", "c"]) rig.agent.send({ type: "switch", model });
  rig.agent.send({ type: "prompt", text: "and" });
  await rig.clock.advance(10);
  expect((await run).content).toBe("two");
  expect(eventsOf(rig.events, "switched").map((event) => event.model.model)).toEqual(["b", "c"]);
  expect([b.state.closed, c.state.closed]).toEqual([1, 0]);
  await rig.agent.close();
  expect([b.state.closed, c.state.closed]).toEqual([1, 1]);
});

test("what cannot be done is told, changes nothing and leaves nothing open", async () => {
  const other = closable([], { id: "other" });
  await using rig = agentRig([answered("one")], { resolveModel: resolving({ other: other.model }) });
  const { model, settings } = rig.agent.snapshot();
  rig.agent.send({ type: "switch", model: "none-such" });
  rig.agent.send({ type: "switch", model: "other", settings: { effort: "max" } });
  rig.agent.send({ type: "switch", settings: { tier: "flex" } });
  expect((await rig.agent.run("a")).content).toBe("one");
  expect(eventsOf(rig.events, "switchFailed").map((event) => event.error)).toEqual([
    { code: "model_not_found", message: 'There is no model "none-such".', hint: "Known: other." },
    { code: "setting", message: 'other does not offer effort "max".', hint: "It offers: none, low, medium, high." },
    { code: "setting", message: 'scripted does not offer tier "flex".', hint: "It offers: auto." },
  ]);
  expect([rig.agent.snapshot().model, rig.agent.snapshot().settings, other.state.closed]).toEqual([model, settings, 1]);
});

test("knobs alone change without another model; a model change without a way to build one is refused", async () => {
  await using rig = agentRig([answered("one")]);
  rig.agent.send({ type: "switch", settings: { effort: "high" } });
  rig.agent.send({ type: "switch", model: "other" });
  await rig.agent.run("a");
  expect(rig.model.requests[0]?.settings.effort).toBe("high");
  expect(eventsOf(rig.events, "switchFailed").map((event) => event.error.code)).toEqual(["config"]);
});

test("a smaller window counts from the switch on: the next call is compacted, the switch itself is not", async () => {
  const small = closable([answered("the sum of it"), answered("short")], {
    wireId: "small",
    maxRequestTokens: 1_000,
    maxResponseTokens: 100,
  });
  const long = "word ".repeat(1_000);
  await using rig = agentRig([answered(long)], { resolveModel: resolving({ small: small.model }) });
  await rig.agent.run("a");
  rig.agent.send({ type: "switch", model: "small" });
  await rig.settle();
  expect([eventsOf(rig.events, "compactStarted").length, rig.agent.snapshot().state]).toEqual([0, "idle"]);
  expect((await rig.agent.run("b")).content).toBe("short");
  expect(eventsOf(rig.events, "compacted").map((event) => [event.upTo, event.summary])).toEqual([
    ["m2", "the sum of it"],
  ]);
});

test("thoughts go back to the model that had them and to no other", async () => {
  await using fake = await startFakeProvider([
    { parts: [{ thinking: "It is a riddle." }, { text: "One." }] },
    { parts: [{ text: "Two." }] },
    { parts: [{ text: "Three." }] },
    { parts: [{ text: "Four." }] },
  ]);
  const connect = async (name: string, wire: "anthropic" | "openai", model?: string) => {
    const provider = await createProvider(name, { env: {}, apiKey: testKey, baseUrl: fake.url(wire) });
    return { provider, model: await provider.model(model) };
  };
  const [opus, sonnet, gpt] = [
    await connect("anthropic", "anthropic"),
    await connect("anthropic", "anthropic", "sonnet"),
    await connect("openai", "openai"),
  ];
  const models = { opus: opus.model, sonnet: sonnet.model, gpt: gpt.model };
  await using rig = agentRig([], {
    model: opus.model,
    settings: { thinkingBudget: "auto", thinkingOutput: "text", effort: "low" },
    resolveModel: resolving(models),
    resources: [opus.provider, sonnet.provider, gpt.provider],
  });
  await rig.agent.run("one?");
  for (const [prompt, model] of [
    ["two?", "opus"],
    ["three?", "sonnet"],
    ["four?", "gpt"],
  ] as const) {
    rig.agent.send({ type: "switch", model });
    await rig.agent.run(prompt);
  }
  const sent = fake.requests.map(({ view }) =>
    view.messages.map(({ role, texts, thinking }) => [role, texts, thinking]),
  );
  expect(sent[1]?.[1]).toEqual(["assistant", ["One."], ["It is a riddle."]]);
  expect([sent[2]?.[1], sent[3]?.[1]]).toEqual([
    ["assistant", ["One."], []],
    ["assistant", ["One."], []],
  ]);
  expect(fake.problems).toEqual([]);
});
