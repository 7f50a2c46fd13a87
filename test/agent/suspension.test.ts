/** A limit that every model is under: the work ends and says until when, or sleeps until then. */
import { expect, test } from "bun:test";
import { RateLimitError, ServerError } from "../../agent/provider-error.ts";
import { eventsOf, scriptedModel } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";

const minuteMs = 60_000;
const limited = (minutes: number) =>
  new RateLimitError({ provider: "A", status: 429, retryAfterMs: minutes * minuteMs });

test("the work ends, says until when, and goes on when a person says so", async () => {
  await using rig = agentRig([limited(5), answered("at last")]);
  const { reason, error } = await rig.agent.run("go");
  expect([reason, error?.code, error?.retryAt]).toEqual(["error", "rate_limit", 5 * minuteMs]);
  const ends = rig.events.filter(({ type }) => type === "suspended" || type === "error" || type === "idle");
  expect(ends.map(({ type }) => type)).toEqual(["suspended", "error", "idle"]);
  expect(eventsOf(rig.events, "suspended").map(({ until, waits, error: { code } }) => [until, waits, code])).toEqual([
    [5 * minuteMs, false, "rate_limit"],
  ]);
  expect(rig.clock.pending).toBe(0);
  expect((await rig.agent.run("go on")).content).toBe("at last");
  expect(lines(rig.agent.snapshot().messages)).toEqual(["user go", "user go on", "assistant at last"]);
});

test("where it is to wait, it sleeps until the limit resets and goes on by itself, as often as it must", async () => {
  await using rig = agentRig([limited(5), limited(2), answered("at last")], { waitForLimits: true });
  const run = rig.agent.run("go");
  await rig.clock.advance(5 * minuteMs - 1);
  expect([rig.model.requests.length, rig.agent.state]).toEqual([1, "streaming"]);
  await rig.clock.advance(1);
  expect(rig.model.requests.length).toBe(2);
  await rig.clock.advance(2 * minuteMs);
  const { content, reason, error } = await run;
  expect([content, reason, error]).toEqual(["at last", "done", undefined]);
  expect(eventsOf(rig.events, "suspended").map(({ until, waits }) => [until, waits])).toEqual([
    [5 * minuteMs, true],
    [7 * minuteMs, true],
  ]);
  expect(eventsOf(rig.events, "error")).toEqual([]);
});

test("a halt ends the sleep", async () => {
  await using rig = agentRig([limited(5)], { waitForLimits: true });
  const run = rig.agent.run("go");
  await rig.settle();
  expect(rig.clock.pending).toBe(1);
  rig.agent.send({ type: "halt" });
  expect((await run).reason).toBe("halted");
  expect(rig.clock.pending).toBe(0);
});

test("closing the agent ends the sleep", async () => {
  await using rig = agentRig([limited(5)], { waitForLimits: true });
  const run = rig.agent.run("go");
  await rig.settle();
  const closed = rig.agent.close();
  await rig.clock.advance(0);
  await closed;
  expect([(await run).error?.code, rig.clock.pending]).toEqual(["busy", 0]);
});

test("what a person says ends the sleep and is asked at once; what is queued does not", async () => {
  await using rig = agentRig([limited(5), answered("at last"), answered("and this")], { waitForLimits: true });
  const run = rig.agent.run("go");
  await rig.settle();
  rig.agent.send({ type: "prompt", text: "later", policy: "when-idle" });
  await rig.settle();
  expect(rig.model.requests.length).toBe(1);
  rig.agent.send({ type: "prompt", text: "now" });
  expect([(await run).content, rig.clock.now()]).toEqual(["and this", 0]);
  expect(lines(rig.agent.snapshot().messages)).toEqual([
    "user go",
    "user now",
    "assistant at last",
    "user later",
    "assistant and this",
  ]);
});

test("whoever hears of the sleep can end it in the same moment", async () => {
  await using rig = agentRig([limited(5), answered("at last")], { waitForLimits: true });
  rig.agent.subscribe(({ type }) => type === "suspended" && rig.agent.send({ type: "prompt", text: "now" }));
  expect([(await rig.agent.run("go")).content, rig.clock.now()]).toEqual(["at last", 0]);
});

test("of several limits the soonest counts; who goes on then is the first that may", async () => {
  const b = scriptedModel([limited(2), answered("by b")], { info: { id: "b", wireId: "b" } });
  const down = new ServerError({ provider: "A", status: 503 });
  await using rig = agentRig([limited(5), limited(3)], {
    waitForLimits: true,
    retry: { maxAttempts: 1 },
    fallback: [{ model: "b" }, { model: "c" }],
    resolveModel: async ({ model }) => (model === "b" ? b : scriptedModel([down], { info: { id: "c", wireId: "c" } })),
  });
  const run = rig.agent.run("go");
  await rig.settle();
  expect(eventsOf(rig.events, "suspended").map(({ until }) => until)).toEqual([2 * minuteMs]);
  await rig.clock.advance(2 * minuteMs);
  expect((await run).content).toBe("by b");
  expect(eventsOf(rig.events, "switched").map(({ model }) => model.model)).toEqual(["b", "c", "scripted", "b"]);
});
