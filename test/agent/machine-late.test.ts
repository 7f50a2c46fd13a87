/** What comes to the machine late, twice or in the same moment as its opposite. */
import { expect, test } from "bun:test";
import { step } from "../../agent/machine.ts";
import { initialState } from "../../agent/machine-state.ts";
import {
  answer,
  clear,
  compact,
  detach,
  done,
  drive,
  fail,
  halt,
  kill,
  line,
  say,
  undetach,
  use,
} from "./machine-rig.ts";

const compacted = (generation: number) => ({ type: "compactDone", generation }) as const;
const notCompacted = (generation: number) =>
  ({ type: "compactFailed", generation, error: { code: "aborted", message: "" } }) as const;

test("a compaction that was stopped says so while a switch goes on: the switch is not taken for done", () => {
  const { trace } = drive([compact, halt, [use("a"), say("hi")], notCompacted(1), { type: "switchDone" }]);
  expect(trace.slice(2)).toEqual([
    ["switch a", "queued q1 now", "state streaming"],
    [],
    ["+ user hi", "dequeued q1", "callModel 2"],
  ]);
});

test("an answer that comes twice is heard once, also while something else goes on", () => {
  const { trace } = drive([say("hi"), use("a"), answer(1, "hello"), answer(1, "hello"), fail(1)]);
  expect(trace.slice(2)).toEqual([["+ assistant hello endTurn", "switch a"], [], []]);
});

test("a compaction that ends twice ends once", () => {
  const { trace } = drive([compact, compacted(1), compacted(1), notCompacted(1)]);
  expect(trace.slice(1)).toEqual([["state idle", "idle done"], [], []]);
});

test("calls of an answer that was whole when the halt came are not run, though more was said since", () => {
  const { trace } = drive([say("go"), [halt, say("no, wait")], answer(1, "so", ["c1"]), answer(2, "waiting")]);
  expect(trace.slice(1)).toEqual([
    ["cancelModel", "queued q2 now"],
    ["+ assistant so c1 toolUse", "+ result c1 cancelled error", "+ user no, wait", "dequeued q2", "callModel 2"],
    ["+ assistant waiting endTurn", "state idle", "idle done"],
  ]);
});

test("a message that queues while the agent is held goes on with the oldest of the queue", () => {
  const { trace } = drive([
    say("go"),
    say("x", "when-idle"),
    halt,
    fail(1, "aborted", "half"),
    say("y", "when-idle"),
    answer(2, "a"),
  ]);
  expect(trace.slice(3)).toEqual([
    ["+ assistant half interrupted", "state waiting", "idle halted"],
    ["+ user x", "dequeued q2", "callModel 2", "queued q3 when-idle", "state streaming"],
    ["+ assistant a endTurn", "+ user y", "dequeued q3", "callModel 3"],
  ]);
});

test("a model that stops by itself, as if it had been told to, is a failure and not asked again", () => {
  expect(drive([say("go"), fail(1, "aborted", "half")]).trace[1]).toEqual([
    "+ assistant half interrupted",
    "error server",
    "state waiting",
    "idle error",
  ]);
});

test("what an overflow cut short is not kept: it is asked for again", () => {
  expect(drive([say("go"), fail(1, "overflow", "half"), compacted(2)]).trace.slice(1)).toEqual([
    ["compact 2", "state compacting"],
    ["callModel 3", "state streaming"],
  ]);
});

test("a message and a clear at once: it is reported dropped, and the work ends", () => {
  expect(drive([[say("hi"), clear]]).trace).toEqual([["queued q1 now", "dequeued q1 dropped", "clear", "idle done"]]);
});

test("messages that a process left behind wait for a new one, whatever their policy", () => {
  const waiting = [{ id: "q1", policy: "now", text: "old", announced: true } as const];
  const restored = { ...initialState(), inbox: { waiting, next: 2 }, held: true };
  const told = { state: "waiting", idle: true } as const;
  const first = step({ ...restored, told }, [use("a")]);
  const second = step(first.state, [{ type: "switchDone" }]);
  const third = step(second.state, [say("new")]);
  expect([first, second, third].map(({ effects }) => effects.map(line))).toEqual([
    ["switch a", "state streaming"],
    ["state waiting", "idle done"],
    ["+ user old", "dequeued q1", "+ user new", "callModel 1", "state streaming"],
  ]);
});

test("a stub that a detached call gives is not its answer", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    detach("c1"),
    done("c1", "on it", "pending"),
    answer(2, "x"),
  ]);
  expect(trace.slice(3)).toEqual([[], ["+ assistant x endTurn", "state tools"]]);
});

test("a tool that answers with a stub goes on in the background", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    done("c1", "on it", "pending"),
    done("c1", "r"),
    answer(2, "x"),
  ]);
  expect(trace.slice(2)).toEqual([
    ["+ result c1 pending", "toolDetached c1", "callModel 2", "state streaming"],
    ["toolEnded c1"],
    ["+ assistant x endTurn", "+ notice c1 final r", "callModel 3"],
  ]);
});

test("a message and a result at once: the call stays paired", () => {
  expect(drive([say("go"), answer(1, "", ["c1"]), [say("and"), done("c1")]]).trace[2]).toEqual([
    "+ result c1 final",
    "toolEnded c1",
    "+ user and",
    "callModel 2",
    "state streaming",
  ]);
});

test("a detached result outlives a compaction", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    detach("c1"),
    compact,
    answer(2, "x"),
    done("c1", "r"),
    compacted(3),
  ]);
  expect(trace.slice(4)).toEqual([
    ["+ assistant x endTurn", "compact 3", "state compacting"],
    ["toolEnded c1"],
    ["+ notice c1 final r", "callModel 4", "state streaming"],
  ]);
});

test("commands about calls that do not run, or run already as asked, change nothing", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    kill("c9"),
    detach("c9"),
    undetach("c1"),
    undetach("all"),
  ]);
  expect(trace.slice(2)).toEqual([[], [], [], []]);
});

test("a second request to compact while one goes on is the same request", () => {
  expect(drive([compact, compact, compacted(1)]).trace).toEqual([
    ["compact 1", "state compacting"],
    [],
    ["state idle", "idle done"],
  ]);
});
