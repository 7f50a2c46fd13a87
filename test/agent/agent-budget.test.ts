/** Money in a real agent: reserved before a call, booked whatever comes of it, never over the cap by a second call. */
import { expect, test } from "bun:test";
import { Purse } from "../../agent/budget.ts";
import { AbortedError } from "../../agent/error.ts";
import { noUsage } from "../../agent/message.ts";
import type { Model, PriceRow } from "../../agent/model.ts";
import { AuthError, ServerError } from "../../agent/provider-error.ts";
import { eventsOf, scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";

/** A token of an answer costs one cent, one of a prompt nothing. */
const cent: PriceRow = {
  tier: "auto",
  above: 0,
  input: 0,
  output: 10_000,
  cacheWrite: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
};
const priced = { prices: [cent], maxResponseTokens: 40 };
const forty = { usage: { input: 0, output: 40 } };

test("a cap of $0.50 and calls of $0.40: one answer is kept, the second call is refused before it is sent", async () => {
  await using rig = agentRig([{ parts: [{ text: "one" }], ...forty }], { maxBudgetUsd: 0.5 }, priced);
  expect(await rig.agent.run("a")).toMatchObject({ reason: "done", content: "one", costUsd: 0.4 });
  const second = await rig.agent.run("b");
  expect(second).toMatchObject({
    reason: "budget",
    content: "",
    costUsd: 0,
    error: {
      code: "budget",
      message: "The budget of $0.50 has $0.10 left and the next call may cost $0.40; it was not sent.",
    },
  });
  expect(await rig.agent.run("c")).toMatchObject({ reason: "budget" });
  expect([rig.model.requests.length, rig.agent.snapshot().costUsd, rig.agent.snapshot().state]).toEqual([
    1,
    0.4,
    "waiting",
  ]);
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user a", "assistant one", "user b", "user c"]);
});

test("a budget ends a run between two rounds; what was paid for is kept", async () => {
  await using rig = agentRig(
    [{ parts: [{ text: "I look" }, { call: "Gone", args: {} }], ...forty }],
    { maxBudgetUsd: 0.5 },
    priced,
  );
  expect(await rig.agent.run("a")).toMatchObject({ reason: "budget", content: "I look", costUsd: 0.4, rounds: 1 });
});

test("agents of one tree spend one purse", async () => {
  const purse = new Purse({ capUsd: 0.5 });
  const child = new Purse({ parent: purse });
  await using first = agentRig([{ parts: [{ text: "one" }], ...forty }], { purse: child }, priced);
  await using second = agentRig([], { purse }, priced);
  await first.agent.run("a");
  expect(await second.agent.run("b")).toMatchObject({ reason: "budget" });
  expect([first.agent.snapshot().treeCostUsd, second.agent.snapshot().costUsd]).toEqual([0.4, 0]);
});

test("failed calls that the vendor bills are booked, resends too", async () => {
  const failing = (error: ServerError | AuthError) => ({ parts: [{ text: "so" }], error, ...forty });
  await using rig = agentRig(
    [failing(new ServerError({ provider: "P", status: 500 })), failing(new AuthError({ provider: "P" }))],
    {},
    priced,
  );
  const run = rig.agent.run("a");
  await rig.clock.advance(1_000);
  expect(await run).toMatchObject({ reason: "error", content: "so", costUsd: 0.8, usage: { ...noUsage, output: 80 } });
  expect(eventsOf(rig.events, "callEnded").map((event) => event.costUsd)).toEqual([0.8]);
});

/** A model that, when it is stopped, says what it had used by then. */
function billsOnAbort(): Model {
  const model = scriptedModel([], { info: priced });
  return {
    ...model,
    async *stream(_request, signal) {
      yield { type: "text", text: "so far" };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      const usage = { ...noUsage, output: 10 };
      yield { type: "error", error: new AbortedError(), parts: [{ type: "text", text: "so far" }], usage };
    },
  };
}

test("a halted call is booked, and so is one that a clear or a close stopped", async () => {
  for (const stop of ["halt", "clear", "close"] as const) {
    const rig = agentRig([], { model: billsOnAbort(), maxBudgetUsd: 1 });
    const run = rig.agent.run("a");
    await rig.settle();
    if (stop === "close") await rig.agent.close();
    else rig.agent.send({ type: stop });
    await rig.settle();
    await run;
    expect([stop, rig.agent.snapshot().costUsd, rig.agent.snapshot().treeCostUsd]).toEqual([stop, 0.1, 0.1]);
    await rig.agent.close();
  }
});

test("a summary is paid for like any call, also one that was stopped; one that may not fit is not asked for", async () => {
  const talk = [answered("one"), answered("two")];
  const free = { prices: [{ ...cent, output: 100 }], maxResponseTokens: 40 };
  await using rig = agentRig([...talk, { parts: [{ text: "short" }], ...forty }], { maxBudgetUsd: 0.3 }, free);
  await rig.agent.run("a");
  await rig.agent.run("b");
  const before = rig.agent.snapshot().costUsd;
  rig.agent.send({ type: "compact" });
  await rig.settle();
  expect(rig.agent.snapshot().costUsd - before).toBeCloseTo(0.004, 9);
  await using poor = agentRig([...talk], { maxBudgetUsd: 0.1 }, free);
  await poor.agent.run("a");
  await poor.agent.run("b");
  poor.agent.send({ type: "compact" });
  await poor.settle();
  expect([eventsOf(poor.events, "compactFailed").map((event) => event.error.code), poor.model.requests.length]).toEqual(
    [["budget"], 2],
  );
});

test("a compaction that was stopped is booked and changes nothing", async () => {
  const model = billsOnAbort();
  const chat = scriptedModel([answered("one"), answered("two")]);
  let stuck = false;
  const both: Model = { ...model, stream: (request, signal) => (stuck ? model : chat).stream(request, signal) };
  await using rig = agentRig([], { model: both });
  await rig.agent.run("a");
  await rig.agent.run("b");
  const { costUsd, messages } = rig.agent.snapshot();
  stuck = true;
  rig.agent.send({ type: "compact" });
  await rig.settle();
  rig.agent.send({ type: "halt" });
  await rig.settle();
  expect(rig.agent.snapshot()).toMatchObject({ state: "idle", messages, costUsd: costUsd + 0.1 });
  expect(eventsOf(rig.events, "compacted")).toEqual([]);
});
