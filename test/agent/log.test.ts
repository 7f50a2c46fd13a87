/** The log and the state that it amounts to. */
import { expect, test } from "bun:test";
import { type AgentEvent, durable } from "../../agent/event.ts";
import { Log } from "../../agent/log.ts";
import { emptyLogState, replay } from "../../agent/log-state.ts";
import { noUsage } from "../../agent/message.ts";
import { virtualClock } from "../support/index.ts";
import { assistant, notice, result, user } from "./entries.ts";
import { oneOfEach } from "./session-events.ts";

const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "none",
  tier: "auto",
  cacheTtlSec: 0,
} as const;

function rig() {
  const clock = virtualClock(1_000);
  const saved: AgentEvent[] = [];
  const log = new Log({ agent: "a", clock, sink: { append: (event) => saved.push(event) } });
  const seen: AgentEvent[] = [];
  log.subscribe((event) => seen.push(event));
  return { clock, log, saved, seen };
}

test("what is emitted gets a number, the agent's name and the time, and reaches everyone", () => {
  const { clock, log, saved, seen } = rig();
  log.emit({ type: "state", state: "streaming" });
  clock.advance(5);
  const message = log.append({ type: "user", text: "hi" });
  expect(message).toEqual({ type: "user", id: "m1", at: 1_000, text: "hi" });
  expect(seen).toEqual([
    { type: "state", seq: 1, agent: "a", at: 1_000, state: "streaming" },
    { type: "message", seq: 2, agent: "a", at: 1_000, message },
  ]);
  expect([saved, log.seq, log.state.entries]).toEqual([seen.slice(1), 2, [message]]);
});

test("only what a session needs is saved", () => {
  const { log, saved } = rig();
  for (const { seq: _, agent: __, at: ___, ...body } of oneOfEach) log.emit(body as Parameters<typeof log.emit>[0]);
  log.emit({ type: "saved", upTo: 1 });
  log.emit({ type: "delta", message: "m1", part: 0, text: "x" });
  expect([saved.length, new Set(saved.map((event) => event.type))]).toEqual([oneOfEach.length, new Set(durable)]);
});

test("ids go on from what the log holds, and call ids are never given twice", () => {
  const events = [user(7, "a"), assistant(8, "", ["c4", "c6"])].map(
    (message, index): AgentEvent => ({ type: "message", seq: index + 40, agent: "a", at: 0, message }),
  );
  const log = new Log({ agent: "a", clock: virtualClock(), state: replay(events) });
  expect([log.seq, log.nextMessageId(), log.nextCallId(), log.nextCallId()]).toEqual([41, "m9", "c7", "c8"]);
  log.append({ type: "user", text: "b" });
  expect([log.nextMessageId(), log.nextCallId(), log.state.nextCall]).toEqual(["m10", "c9", 7]);
});

test("an observer that leaves hears no more, one that leaves while being told disturbs nobody", () => {
  const { log } = rig();
  const heard: string[] = [];
  const first = log.subscribe(() => {
    heard.push("first");
    first[Symbol.dispose]();
  });
  using _ = log.subscribe(() => heard.push("second"));
  log.emit({ type: "state", state: "tools" });
  log.emit({ type: "state", state: "idle" });
  expect(heard).toEqual(["first", "second", "second"]);
});

test("the state is the same whether lived or replayed, event by event", () => {
  const { log, seen } = rig();
  log.emit({
    type: "started",
    protocol: 1,
    sessionId: "",
    model: { provider: "p", model: "m" },
    settings,
    cwd: "/w",
    resumed: false,
  });
  log.emit({ type: "queued", queueId: "q1", policy: "now", from: "ann", text: "x", attachments: [] });
  log.emit({ type: "queued", queueId: "q2", policy: "when-idle", text: "y" });
  log.emit({ type: "dequeued", queueId: "q1", dropped: true });
  for (const message of [
    user(1, "a"),
    assistant(2, "", ["c1", "c2"]),
    result(3, "c1", "on", "pending"),
    result(4, "c2", "on", "pending"),
  ]) {
    log.emit({ type: "message", message });
  }
  log.emit({
    type: "callEnded",
    message: "m2",
    usage: { ...noUsage, output: 2 },
    costUsd: 0.5,
    totalCostUsd: 9,
    durationMs: 1,
  });
  log.emit({ type: "compacted", upTo: "m1", summary: "s", tokensBefore: 2, tokensAfter: 1 });
  log.emit({ type: "message", message: notice(5, "done", "c1") });
  log.emit({
    type: "callEnded",
    message: "m5",
    usage: { ...noUsage, input: 1 },
    costUsd: 0.25,
    totalCostUsd: 9,
    durationMs: 1,
  });
  log.emit({ type: "workspace", cwd: "/w/x" });
  log.emit({ type: "switched", model: { provider: "p", model: "n" }, settings: { ...settings, effort: "high" } });
  expect(log.state).toEqual({
    ...emptyLogState(),
    entries: seen.flatMap((event) => (event.type === "message" ? event.message : [])),
    start: 1,
    summary: "s",
    epoch: 1,
    nextMessage: 6,
    nextCall: 3,
    lastSeq: seen.length,
    queued: new Map([["q2", { policy: "when-idle", text: "y" }]]),
    detached: new Map([["c2", "T"]]),
    usage: { ...noUsage, input: 1, output: 2 },
    costUsd: 0.75,
    cwd: "/w/x",
    model: { provider: "p", model: "n" },
    settings: { ...settings, effort: "high" },
  });
  expect(replay(JSON.parse(JSON.stringify(seen)))).toEqual(log.state);
});

test("a clear forgets detached calls too; a marker never brings back what an earlier one hid", () => {
  const { log } = rig();
  for (const message of [user(1, "a"), assistant(2, "", ["c1"]), result(3, "c1", "on", "pending")])
    log.emit({ type: "message", message });
  log.emit({ type: "cleared", upTo: "m3" });
  expect([log.state.start, log.state.summary, log.state.detached.size]).toEqual([3, null, 0]);
  log.emit({ type: "compacted", upTo: "m1", summary: "old", tokensBefore: 0, tokensAfter: 0 });
  expect(log.state.start).toBe(3);
});
