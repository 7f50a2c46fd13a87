/** How the machine ends work that cannot go on: limits, failures, refusals, compaction, switches. */
import { expect, test } from "bun:test";
import { answer, compact, done, drive, fail, halt, peer, say, use } from "./machine-rig.ts";

test("the round after the last is refused, its answer kept, and the next message works", () => {
  const { trace } = drive([say("go"), answer(1, "", ["c1"]), done("c1"), answer(2, "more", ["c2"]), say("go on")], 1);
  expect(trace.slice(3)).toEqual([
    [
      "+ assistant more c2 toolUse",
      "error max_rounds",
      "+ result c2 cancelled error",
      "state waiting",
      "idle max_rounds",
    ],
    ["+ user go on", "callModel 3", "state streaming"],
  ]);
});

test("the round cap counts from the last message, not from the beginning", () => {
  const round = (n: number) => [say("go"), answer(2 * n - 1, "", [`c${n}`]), done(`c${n}`), answer(2 * n, "ok")];
  const { trace } = drive([...round(1), ...round(2)], 1);
  expect(trace.flat().filter((line) => line.startsWith("error"))).toEqual([]);
});

test("a call cut by the length limit is answered, not run", () => {
  const { trace } = drive([say("go"), answer(1, "wri", ["c1"], "maxTokens")]);
  expect(trace[1]).toEqual([
    "+ assistant wri c1 maxTokens",
    "+ result c1 cancelled error",
    "state waiting",
    "idle truncated",
  ]);
});

test("text cut by the length limit is kept and the work ends", () => {
  expect(drive([say("go"), answer(1, "half", [], "maxTokens")]).trace[1]).toEqual([
    "+ assistant half maxTokens",
    "state idle",
    "idle truncated",
  ]);
});

test("a pause asks for the same again", () => {
  expect(drive([say("go"), answer(1, "so far", [], "pause")]).trace[1]).toEqual([
    "+ assistant so far pause",
    "callModel 2",
  ]);
});

test("a failed call keeps what was said and waits for a person", () => {
  const { trace } = drive([say("go"), fail(1, "other", "half"), say("again")]);
  expect(trace.slice(1)).toEqual([
    ["+ assistant half interrupted", "error server", "state waiting", "idle error"],
    ["+ user again", "callModel 2", "state streaming"],
  ]);
});

test("a peer message resumes a held agent as a person's does", () => {
  const { trace } = drive([say("go"), fail(1), peer("a", "well?")]);
  expect(trace[2]).toEqual(["+ peer a well?", "callModel 2", "state streaming"]);
});

test("what was typed while a call failed is a new message", () => {
  const { trace } = drive([say("go"), say("or"), fail(1)]);
  expect(trace[2]).toEqual(["error server", "+ user or", "dequeued q2", "callModel 2"]);
});

test("a budget ends the work and says so", () => {
  expect(drive([say("go"), fail(1, "budget")]).trace[1]).toEqual(["error server", "state waiting", "idle budget"]);
});

test("a policy block leaves a refused turn, so that later requests can withhold it", () => {
  const { trace } = drive([say("bad"), fail(1, "refused"), say("good")]);
  expect(trace.slice(1)).toEqual([
    ["+ assistant refusal", "error server", "state idle", "idle refused"],
    ["+ user good", "callModel 2", "state streaming"],
  ]);
});

test("an overflow is compacted and sent again, three times at most", () => {
  const compacted = (generation: number) => ({ type: "compactDone", generation }) as const;
  const { trace } = drive([
    say("go"),
    fail(1, "overflow"),
    compacted(2),
    fail(3, "overflow"),
    compacted(4),
    fail(5, "overflow"),
    compacted(6),
    fail(7, "overflow"),
  ]);
  expect(trace.slice(1, 3)).toEqual([
    ["compact 2", "state compacting"],
    ["callModel 3", "state streaming"],
  ]);
  expect(trace[7]).toEqual(["error server", "state waiting", "idle error"]);
});

test("an overflow that cannot be compacted ends the work", () => {
  const failed = { type: "compactFailed", generation: 2, error: { code: "no", message: "" } } as const;
  expect(drive([say("go"), fail(1, "overflow"), failed]).trace[2]).toEqual([
    "compactFailed no",
    "error server",
    "state waiting",
    "idle error",
  ]);
});

test("a compaction on request waits for the round and answers nothing by itself", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    compact,
    done("c1"),
    { type: "compactDone", generation: 2 },
  ]);
  expect(trace.slice(2)).toEqual([
    [],
    ["+ result c1 final", "toolEnded c1", "compact 2", "state compacting"],
    ["callModel 3", "state streaming"],
  ]);
});

test("a compaction that ends after a halt changes nothing", () => {
  const { trace } = drive([compact, halt, { type: "compactDone", generation: 1 }]);
  expect(trace).toEqual([["compact 1", "state compacting"], ["cancelCompact", "state idle", "idle halted"], []]);
});

test("what a person types during a compaction is answered after it", () => {
  const { trace } = drive([compact, say("hi"), { type: "compactDone", generation: 1 }]);
  expect(trace.slice(1)).toEqual([["queued q1 now"], ["+ user hi", "dequeued q1", "callModel 2", "state streaming"]]);
});

test("two switches in one batch are applied in order, before the call", () => {
  const { trace } = drive([[use("a"), use("b"), say("hi")], { type: "switchDone" }, { type: "switchDone" }]);
  expect(trace).toEqual([
    ["switch a", "queued q1 now", "state streaming"],
    ["switch b"],
    ["+ user hi", "dequeued q1", "callModel 1"],
  ]);
});

test("a switch while the model streams waits for its answer", () => {
  const { trace } = drive([say("hi"), use("a"), answer(1, "", ["c1"]), done("c1"), { type: "switchDone" }]);
  expect(trace.slice(1)).toEqual([
    [],
    ["+ assistant  c1 toolUse", "run c1", "switch a"],
    ["+ result c1 final", "toolEnded c1"],
    ["callModel 2"],
  ]);
});
