/** What a person does to messages that wait: sequences of inputs and the effects of each step. */
import { expect, test } from "bun:test";
import type { Command } from "../../agent/command.ts";
import type { Input } from "../../agent/machine-state.ts";
import { answer, drive, fail, halt, say } from "./machine-rig.ts";

type Requeue = Omit<Extract<Command, { type: "requeue" }>, "type">;

const unqueue = (queueId: `q${number}`): Input => ({ type: "command", command: { type: "unqueue", queueId } });
const requeue = (change: Requeue): Input => ({ type: "command", command: { type: "requeue", ...change } });

/** The model is called, and three messages wait for the end of all work: q2, q3 and q4. */
const waiting = [say("go"), [say("x", "when-idle"), say("y", "when-idle"), say("z", "when-idle")]];

test("a message that is taken back is never said; the others keep their order", () => {
  const { trace } = drive([...waiting, unqueue("q3"), answer(1, "a"), answer(2, "b"), answer(3, "c")]);
  expect(trace.slice(2)).toEqual([
    ["dequeued q3 dropped"],
    ["+ assistant a endTurn", "+ user x", "dequeued q2", "callModel 2"],
    ["+ assistant b endTurn", "+ user z", "dequeued q4", "callModel 3"],
    ["+ assistant c endTurn", "state idle", "idle done"],
  ]);
});

test("a message goes before another, behind all, or keeps its place with other words", () => {
  const { trace, state } = drive([
    ...waiting,
    requeue({ queueId: "q4", before: "q2" }),
    requeue({ queueId: "q2", before: null }),
    requeue({ queueId: "q3", text: "other" }),
  ]);
  expect(trace.slice(2)).toEqual([
    ["requeued q4 when-idle z before q2"],
    ["requeued q2 when-idle x before null"],
    ["requeued q3 when-idle other before q2"],
  ]);
  expect(state.inbox.waiting.map(({ text }) => text)).toEqual(["z", "other", "x"]);
});

test("before one that waits no more, or before itself, it stays where it is", () => {
  const { trace } = drive([
    ...waiting,
    requeue({ queueId: "q3", before: "q1" }),
    requeue({ queueId: "q3", before: "q3" }),
  ]);
  expect(trace.slice(2)).toEqual([["requeued q3 when-idle y before q4"], ["requeued q3 when-idle y before q4"]]);
});

test("one that becomes urgent steers: running tools go on detached", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    say("x", "when-idle"),
    requeue({ queueId: "q2", policy: "now" }),
  ]);
  expect(trace.slice(3)).toEqual([
    [
      "requeued q2 now x before null",
      "+ result c1 pending",
      "toolDetached c1",
      "+ user x",
      "dequeued q2",
      "callModel 2",
      "state streaming",
    ],
  ]);
});

test("a halt keeps the queue; urgency goes on with it, one after the other", () => {
  const { trace } = drive([
    ...waiting,
    halt,
    fail(1, "aborted"),
    requeue({ queueId: "q3", text: "edited" }),
    requeue({ queueId: "q2", policy: "now" }),
    answer(2, "b"),
  ]);
  expect(trace.slice(2)).toEqual([
    ["cancelModel"],
    ["state waiting", "idle halted"],
    ["requeued q3 when-idle edited before q4"],
    ["requeued q2 now x before q3", "+ user x", "dequeued q2", "callModel 2", "state streaming"],
    ["+ assistant b endTurn", "+ user edited", "dequeued q3", "callModel 3"],
  ]);
});

test("when the last one of a halted agent is taken back, it rests", () => {
  const { trace } = drive([say("go"), halt, say("x", "when-idle"), halt, fail(1, "aborted"), unqueue("q2")]);
  expect(trace.slice(-2)).toEqual([
    ["state waiting", "idle halted"],
    ["dequeued q2 dropped", "state idle"],
  ]);
});

test("too late is said, and changes nothing", () => {
  const { trace } = drive([say("go"), unqueue("q1"), requeue({ queueId: "q7", text: "x", policy: "now" })]);
  expect(trace.slice(1)).toEqual([["error usage"], ["error usage"]]);
});

test("one that nobody was told of yet is told of first", () => {
  const { trace } = drive([
    say("go"),
    [say("x", "when-idle"), say("y", "when-idle"), requeue({ queueId: "q3", before: "q2" }), unqueue("q2")],
  ]);
  expect(trace[1]).toEqual([
    "queued q2 when-idle",
    "queued q3 when-idle",
    "requeued q3 when-idle y before q2",
    "dequeued q2 dropped",
  ]);
});
