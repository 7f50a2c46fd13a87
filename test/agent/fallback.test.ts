/** Models that go on where another cannot: who is asked, who is passed over, what it costs, and when the first is back. */
import { expect, test } from "bun:test";
import type { AgentOptions } from "../../agent/agent-options.ts";
import { ModelNotFoundError } from "../../agent/error.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { restMs } from "../../agent/fallback.ts";
import { replay } from "../../agent/log-state.ts";
import type { ModelInfo, PriceRow } from "../../agent/model.ts";
import {
  AuthError,
  BadRequestError,
  EntitlementError,
  PolicyError,
  RateLimitError,
  ServerError,
} from "../../agent/provider-error.ts";
import { eventsOf, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";
import { fleetRig, link } from "./fleet-rig.ts";

const hourMs = 3_600_000;
const limited = new RateLimitError({ provider: "A", status: 429, retryAfterMs: hourMs });
const down = new ServerError({ provider: "A", status: 503 });
const broke = new EntitlementError({ provider: "A", status: 402 });
const price: PriceRow = { tier: "auto", above: 0, input: 0, output: 1, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 };

type Steps = readonly ScriptedStep[];

/** An agent on the model `a`, with others by name to fall back on, in that order. */
function chainRig(
  a: Steps,
  others: Readonly<Record<string, Steps | { steps: Steps; info: Partial<ModelInfo> }>>,
  options: Partial<AgentOptions> = {},
) {
  const models = Object.entries(others).map(([name, other]) => {
    const { steps, info } = "steps" in other ? other : { steps: other, info: {} };
    return [name, scriptedModel(steps, { info: { id: name, wireId: name, ...info } })] as const;
  });
  const byName = new Map(models);
  const rig = agentRig(
    a,
    {
      fallback: Object.keys(others).map((model) => ({ model })),
      retry: { maxAttempts: 1 },
      resolveModel: async ({ model = "" }) => {
        const found = byName.get(model);
        if (!found) throw new ModelNotFoundError({ model });
        return found;
      },
      ...options,
    },
    { id: "a", wireId: "a" },
  );
  return { ...rig, models: Object.fromEntries(models) };
}

const switches = (rig: { readonly events: readonly AgentEvent[] }) =>
  eventsOf(rig.events, "switched").map(({ from, model, insteadOf, error, skipped }) => ({
    from: from?.model,
    to: model.model,
    ...(insteadOf ? { insteadOf: insteadOf.model } : {}),
    ...(error ? { error: error.code } : {}),
    ...(skipped ? { skipped } : {}),
  }));

for (const [name, failure] of Object.entries({
  "a limit that lasts": limited,
  "an outage": down,
  "an account that cannot pay": broke,
  "credentials that are refused": new AuthError({ provider: "A", status: 401 }),
})) {
  test(`${name}: the next model goes on with the same conversation`, async () => {
    await using rig = chainRig([answered("one"), failure], { b: [answered("two")] });
    await rig.agent.run("first");
    const { content, error, reason } = await rig.agent.run("second");
    expect([content, error, reason]).toEqual(["two", undefined, "done"]);
    expect(switches(rig)).toEqual([{ from: "a", to: "b", insteadOf: "a", error: failure.code }]);
    expect(lines(rig.models.b?.requests[0]?.messages ?? [])).toEqual(["user first", "assistant one", "user second"]);
    expect(eventsOf(rig.events, "error")).toEqual([]);
  });
}

for (const failure of [new BadRequestError({ provider: "A", status: 400 }), new PolicyError({ provider: "A" })]) {
  test(`${failure.code}: another model is not asked the same`, async () => {
    await using rig = chainRig([failure], { b: [] });
    expect((await rig.agent.run("go")).error?.code).toBe(failure.code);
    expect(switches(rig)).toEqual([]);
  });
}

test("what the first had shown is void; knobs are carried as far as they are offered, and come back with the first", async () => {
  const cut: ScriptedStep = { parts: [{ text: "half an ans" }], error: limited };
  const b = { steps: [answered("whole")], info: { efforts: ["low"] as const } };
  await using rig = chainRig([cut, answered("again")], { b }, { settings: { effort: "high" } });
  await rig.agent.run("go");
  expect(eventsOf(rig.events, "partsReset").length).toBe(1);
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user go", "assistant whole"]);
  expect(rig.agent.snapshot()).toMatchObject({ model: { model: "b" }, settings: { effort: "low" } });
  await rig.clock.advance(hourMs);
  await rig.agent.run("more");
  expect(rig.agent.snapshot()).toMatchObject({ model: { model: "a" }, settings: { effort: "high" } });
  expect(switches(rig).at(-1)).toEqual({ from: "b", to: "a" });
});

test("the first is back when its limit has reset, no sooner", async () => {
  await using rig = chainRig([limited, answered("three")], { b: [answered("one"), answered("two")] });
  await rig.agent.run("1");
  await rig.clock.advance(hourMs - 1);
  expect((await rig.agent.run("2")).content).toBe("two");
  await rig.clock.advance(1);
  expect((await rig.agent.run("3")).content).toBe("three");
});

test("after an outage the first is tried again later; one that cannot pay only once it is chosen", async () => {
  await using outage = chainRig([down, answered("back")], { b: [answered("one"), answered("two")] });
  await outage.agent.run("1");
  await outage.clock.advance(restMs - 1);
  expect((await outage.agent.run("2")).content).toBe("two");
  await outage.clock.advance(1);
  expect((await outage.agent.run("3")).content).toBe("back");
  const steps = [broke, answered("paid")];
  await using unpaid = chainRig(steps, { b: [answered("one"), answered("two")] });
  await unpaid.agent.run("1");
  await unpaid.clock.advance(100 * restMs);
  expect((await unpaid.agent.run("2")).content).toBe("two");
});

test("each is asked once, and where all fail one error names each with its reason", async () => {
  await using rig = chainRig(
    [limited],
    { b: [down], none: { steps: [], info: {} }, c: [broke] },
    {
      fallback: [{ model: "b" }, { model: "missing" }, { model: "c" }, { model: "b" }],
    },
  );
  const { error, reason } = await rig.agent.run("go");
  expect([reason, error]).toEqual([
    "error",
    {
      code: "exhausted",
      message:
        'No model can answer until 1970-01-01T01:00:00.000Z. scripted a: A is limiting requests until 1970-01-01T01:00:00.000Z. scripted b: A failed with status 503. scripted c: A will not serve this account. missing: There is no model "missing".',
      hint: "The conversation is kept. Go on later, or switch to another model.",
      retryAt: hourMs,
    },
  ]);
  expect(eventsOf(rig.events, "suspended").map(({ until, waits }) => [until, waits])).toEqual([[hourMs, false]]);
  expect(rig.models.b?.requests.length).toBe(1);
});

test("a model that the budget cannot pay is passed over, with the reason", async () => {
  const dear = { steps: [], info: { prices: [{ ...price, output: 1e6 }] } };
  await using rig = chainRig([limited], { dear, b: [answered("cheap")] }, { maxBudgetUsd: 1 });
  expect((await rig.agent.run("go")).content).toBe("cheap");
  expect(switches(rig)[0]?.skipped).toEqual([
    {
      model: "scripted dear",
      message: "The budget of $1.00 has $1.00 left and the next call may cost $8000.00; it was not sent.",
    },
  ]);
});

test("a model that the conversation does not fit is passed over", async () => {
  const small = { steps: [], info: { maxRequestTokens: 2_000, maxResponseTokens: 100 } };
  await using rig = chainRig([limited], { small, b: [answered("whole")] });
  expect((await rig.agent.run("word ".repeat(2_000))).content).toBe("whole");
  expect(switches(rig)[0]?.skipped?.map(({ model }) => model)).toEqual(["scripted small"]);
});

test("what failed keeps the longest beginning of an answer", async () => {
  const half = (text: string, error = limited): ScriptedStep => ({ parts: [{ text }], error });
  await using rig = chainRig([half("a longer beginning")], { b: [half("short")] });
  await rig.agent.run("go");
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user go", "assistant a longer beginning (interrupted)"]);
});

test("what another model refuses is withheld as what one model refuses, whatever the first had said", async () => {
  const cut: ScriptedStep = { parts: [{ text: "a beginning" }], error: limited };
  await using rig = chainRig([cut], { b: [new PolicyError({ provider: "B" })] });
  expect((await rig.agent.run("go")).reason).toBe("refused");
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user go", "assistant  (refusal)"]);
});

test("both models' calls are billed, each at its own price", async () => {
  const usage = { input: 0, output: 1_000_000 };
  const paid: ScriptedStep = { parts: [{ text: "half" }], error: limited, usage };
  const b = { steps: [{ parts: [{ text: "whole" }], usage }], info: { prices: [{ ...price, output: 3 }] } };
  await using rig = chainRig([paid], { b });
  expect((await rig.agent.run("go")).costUsd).toBe(3);
  expect(eventsOf(rig.events, "callEnded").map(({ costUsd }) => costUsd)).toEqual([0, 3]);
  expect(eventsOf(rig.events, "callStarted").map(({ model }) => model.model)).toEqual(["a", "b"]);
});

test("a switch ends the standing in: what was chosen is what a later process begins with", async () => {
  await using rig = chainRig([limited], { b: [answered("one"), answered("two")], c: [answered("three")] });
  await rig.agent.run("1");
  expect(rig.agent.snapshot().model.model).toBe("b");
  rig.agent.send({ type: "switch", settings: { effort: "high" } });
  await rig.agent.run("2");
  expect(switches(rig).at(-1)).toEqual({ from: undefined, to: "b", insteadOf: "a" });
  rig.agent.send({ type: "switch", model: "c" });
  await rig.agent.run("3");
  expect(switches(rig).at(-1)).toEqual({ from: undefined, to: "c" });
});

test("a child falls back by its parent's chain", async () => {
  const b = scriptedModel([answered("by b")], { info: { id: "b", wireId: "b" } });
  const root = { fallback: [{ model: "b" }], resolveModel: async () => b };
  await using rig = fleetRig({ main: [], child: [broke] }, { root });
  const { text } = await rig.fleet.spawn("main", { prompt: "go", label: "child" }, link());
  expect(text).toBe("by b");
  expect(switches(rig)).toEqual([{ from: "scripted", to: "b", insteadOf: "scripted", error: "entitlement" }]);
});

test("a resumed session begins with the model that was chosen, not with the one that stood in", async () => {
  await using rig = chainRig([limited], { b: [answered("one")] });
  await rig.agent.run("1");
  expect([rig.agent.snapshot().model.model, replay(rig.events).model?.model]).toEqual(["b", "a"]);
});
