/** Races of the machine, each a sequence of inputs and the effects of each step. */
import { expect, test } from "bun:test";
import { answer, clear, detach, done, drive, fail, halt, kill, peer, say, undetach } from "./machine-rig.ts";

test("a prompt is answered and the work ends", () => {
  expect(drive([say("hi"), answer(1, "hello")]).trace).toEqual([
    ["+ user hi", "callModel 1", "state streaming"],
    ["+ assistant hello endTurn", "state idle", "idle done"],
  ]);
});

test("a round of tools ends in one more call when the last result is in", () => {
  expect(drive([say("hi"), answer(1, "", ["c1", "c2"]), done("c2"), done("c1"), answer(2, "x")]).trace).toEqual([
    ["+ user hi", "callModel 1", "state streaming"],
    ["+ assistant  c1 c2 toolUse", "run c1 c2", "state tools"],
    ["+ result c2 final", "toolEnded c2"],
    ["+ result c1 final", "toolEnded c1", "callModel 2", "state streaming"],
    ["+ assistant x endTurn", "state idle", "idle done"],
  ]);
});

test("what a person types while tools run reaches the model at once; the results come forward, each once", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1", "c2"]),
    done("c2"),
    say("stop that"),
    done("c1", "late"),
    answer(2, "fine"),
    done("c1", "again"),
    answer(3, "seen"),
  ]);
  expect(trace.slice(3)).toEqual([
    ["+ result c1 pending", "toolDetached c1", "+ user stop that", "callModel 2", "state streaming"],
    ["toolEnded c1"],
    ["+ assistant fine endTurn", "+ notice c1 final late", "callModel 3"],
    [],
    ["+ assistant seen endTurn", "state idle", "idle done"],
  ]);
});

test("what a person types while the model streams waits for the answer, whose calls go on detached", () => {
  const { trace } = drive([say("go"), say("wait"), answer(1, "", ["c1"]), done("c1", "r"), answer(2, "ok")]);
  expect(trace.slice(1)).toEqual([
    ["queued q2 now"],
    [
      "+ assistant  c1 toolUse",
      "run c1",
      "+ result c1 pending",
      "toolDetached c1",
      "+ user wait",
      "dequeued q2",
      "callModel 2",
    ],
    ["toolEnded c1"],
    ["+ assistant ok endTurn", "+ notice c1 final r", "callModel 3"],
  ]);
});

test("a detached result never comes between calls and their results", () => {
  const { trace } = drive([
    say("a"),
    answer(1, "", ["c1"]),
    detach("c1"),
    answer(2, "", ["c2"]),
    done("c1", "d"),
    done("c2"),
  ]);
  expect(trace.slice(2)).toEqual([
    ["+ result c1 pending", "toolDetached c1", "callModel 2", "state streaming"],
    ["+ assistant  c2 toolUse", "run c2", "state tools"],
    ["toolEnded c1"],
    ["+ result c2 final", "toolEnded c2", "+ notice c1 final d", "callModel 3", "state streaming"],
  ]);
});

test("two prompts in one batch are answered together", () => {
  expect(drive([[say("a"), say("b")], answer(1, "both")]).trace).toEqual([
    ["+ user a", "+ user b", "callModel 1", "state streaming"],
    ["+ assistant both endTurn", "state idle", "idle done"],
  ]);
});

test("messages of two peers keep their senders and wait for the round, not for the chain", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    [peer("a", "x"), peer("b", "y")],
    done("c1"),
    answer(2, "z"),
  ]);
  expect(trace.slice(2)).toEqual([
    ["queued q2 after-turn", "queued q3 after-turn"],
    [
      "+ result c1 final",
      "toolEnded c1",
      "+ peer a x",
      "dequeued q2",
      "+ peer b y",
      "dequeued q3",
      "callModel 2",
      "state streaming",
    ],
    ["+ assistant z endTurn", "state idle", "idle done"],
  ]);
});

test("queued messages wait for the whole chain and come one at a time", () => {
  const { trace } = drive([say("go"), [say("x", "when-idle"), say("y", "when-idle")], answer(1, "a"), answer(2, "b")]);
  expect(trace.slice(1)).toEqual([
    ["queued q2 when-idle", "queued q3 when-idle"],
    ["+ assistant a endTurn", "+ user x", "dequeued q2", "callModel 2"],
    ["+ assistant b endTurn", "+ user y", "dequeued q3", "callModel 3"],
  ]);
});

test("queued messages wait for detached tools too", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    detach("c1"),
    answer(2, "a"),
    say("x", "when-idle"),
    done("c1", "r"),
  ]);
  expect(trace.slice(3)).toEqual([
    ["+ assistant a endTurn", "state tools"],
    ["queued q2 when-idle"],
    ["toolEnded c1", "+ notice c1 final r", "callModel 3", "state streaming"],
  ]);
});

test("halt keeps what was said; only a new message goes on", () => {
  const { trace } = drive([say("go"), say("later", "when-idle"), halt, fail(1, "aborted", "half"), say("on")]);
  expect(trace.slice(1)).toEqual([
    ["queued q2 when-idle"],
    ["cancelModel"],
    ["+ assistant half interrupted", "state waiting", "idle halted"],
    ["+ user on", "callModel 2", "state streaming"],
  ]);
});

test("halt with something typed before it goes on with that", () => {
  const { trace } = drive([say("go"), say("rather this"), halt, fail(1, "aborted", "ha")]);
  expect(trace.slice(2)).toEqual([
    ["cancelModel"],
    ["+ assistant ha interrupted", "+ user rather this", "dequeued q2", "callModel 2"],
  ]);
});

test("halt lets tools finish and then waits", () => {
  const { trace } = drive([say("go"), answer(1, "", ["c1"]), halt, done("c1")]);
  expect(trace.slice(2)).toEqual([[], ["+ result c1 final", "toolEnded c1", "state waiting", "idle halted"]]);
});

test("an answer that was whole when the halt came is kept, its calls are not run", () => {
  const { trace } = drive([say("go"), halt, answer(1, "so", ["c1"]), fail(1, "aborted")]);
  expect(trace.slice(1)).toEqual([
    ["cancelModel"],
    ["+ assistant so c1 toolUse", "+ result c1 cancelled error", "state waiting", "idle halted"],
    [],
  ]);
});

test("halt when nothing runs changes nothing", () => {
  expect(drive([halt]).trace).toEqual([[]]);
});

test("a late answer to an earlier call is dropped", () => {
  const { trace } = drive([say("a"), halt, fail(1, "aborted"), say("b"), answer(1, "old"), answer(2, "new")]);
  expect(trace.slice(4)).toEqual([[], ["+ assistant new endTurn", "state idle", "idle done"]]);
});

test("clear drops what runs, what waits and what comes late", () => {
  const { trace, state } = drive([
    say("go"),
    answer(1, "", ["c1", "c2"]),
    detach("c1"),
    say("q", "when-idle"),
    clear,
    [done("c1"), done("c2")],
    say("anew"),
  ]);
  expect(trace.slice(3)).toEqual([
    ["queued q2 when-idle"],
    [
      "cancel c2",
      "toolEnded c2",
      "cancel c1",
      "toolEnded c1",
      "dequeued q2 dropped",
      "clear",
      "state idle",
      "idle done",
    ],
    [],
    ["+ user anew", "callModel 3", "state streaming"],
  ]);
  expect(state.deliveries).toEqual([]);
});

test("clear while the model streams: its answer finds nothing to answer", () => {
  const { trace } = drive([say("go"), clear, answer(1, "late", ["c1"]), say("b")]);
  expect(trace.slice(1)).toEqual([
    ["cancelModel", "clear", "state idle", "idle done"],
    [],
    ["+ user b", "callModel 3", "state streaming"],
  ]);
});

test("a killed call has one result, whatever its tool says later", () => {
  const { trace } = drive([say("go"), answer(1, "", ["c1", "c2"]), kill("c1"), done("c1"), done("c2")]);
  expect(trace.slice(2)).toEqual([
    ["cancel c1", "+ result c1 cancelled error", "toolEnded c1"],
    [],
    ["+ result c2 final", "toolEnded c2", "callModel 2", "state streaming"],
  ]);
});

test("kill all ends detached calls too; the model is told of them", () => {
  const { trace } = drive([say("go"), answer(1, "", ["c1", "c2"]), detach("c1"), kill("all")]);
  expect(trace[3]).toEqual([
    "cancel c2",
    "+ result c2 cancelled error",
    "toolEnded c2",
    "cancel c1",
    "toolEnded c1",
    "+ notice c1 cancelled The call was stopped before it finished.",
    "callModel 2",
    "state streaming",
  ]);
});

test("undetach makes the next call wait; kill and detach let it go", () => {
  const begin = [say("go"), answer(1, "", ["c1"]), say("and?"), undetach("c1"), answer(2, "hm")];
  expect(drive([...begin, say("x", "when-idle"), done("c1", "r")]).trace.slice(3)).toEqual([
    ["toolUndetached c1"],
    ["+ assistant hm endTurn", "state tools"],
    ["queued q3 when-idle"],
    ["toolEnded c1", "+ notice c1 final r", "callModel 3", "state streaming"],
  ]);
  const round = [say("go"), answer(1, "", ["c1"]), say("and?"), undetach("c1"), answer(2, "", ["c2"]), done("c2")];
  expect(drive([...round, kill("c1")]).trace.slice(5)).toEqual([
    ["+ result c2 final", "toolEnded c2"],
    [
      "cancel c1",
      "toolEnded c1",
      "+ notice c1 cancelled The call was stopped before it finished.",
      "callModel 3",
      "state streaming",
    ],
  ]);
  expect(drive([...round, detach("c1")]).trace.slice(5)).toEqual([
    ["+ result c2 final", "toolEnded c2"],
    ["callModel 3", "state streaming"],
  ]);
});
