/** The end of the work where somebody is asked first, and prompts that are not heard. */
import { expect, test } from "bun:test";
import { step } from "../../agent/machine.ts";
import { type Input, initialState, type MachineState } from "../../agent/machine-state.ts";
import { answer, clear, done, halt, line, say } from "./machine-rig.ts";

const judged = (generation: number, goOn: string | null = null): Input => ({ type: "restJudged", generation, goOn });
const objected: Input = { type: "objected", error: { code: "hook", message: "No." } };

function drive(batches: readonly (Input | readonly Input[])[]) {
  let state: MachineState = { ...initialState(), rest: "ask" };
  const trace = batches.map((batch) => {
    const next = step(state, Array.isArray(batch) ? batch : [batch]);
    state = next.state;
    return next.effects.map(line);
  });
  return { state, trace };
}

test("the work ends once it may", () => {
  const { trace } = drive([say("go"), answer(1, "so"), judged(2), say("more"), answer(3, "well"), judged(4)]);
  expect(trace).toEqual([
    ["+ user go", "callModel 1", "state streaming"],
    ["+ assistant so endTurn", "judgeRest 2 first"],
    ["state idle", "idle done"],
    ["+ user more", "callModel 3", "state streaming"],
    ["+ assistant well endTurn", "judgeRest 4 first"],
    ["state idle", "idle done"],
  ]);
});

test("where it may not, the model is told why and goes on, and whoever judges knows", () => {
  const { trace } = drive([say("go"), answer(1, "so"), judged(2, "Test it."), answer(3, "tested"), judged(4)]);
  expect(trace.slice(2)).toEqual([
    ["+ notice Test it.", "callModel 3"],
    ["+ assistant tested endTurn", "judgeRest 4 again"],
    ["state idle", "idle done"],
  ]);
});

test("ten times in a row, and then it ends all the same", () => {
  const inputs: Input[] = [say("go")];
  for (let round = 0; round < 11; round += 1) {
    inputs.push(answer(2 * round + 1, `${round}`), judged(2 * round + 2, "On."));
  }
  const { trace } = drive(inputs);
  expect(trace.filter((effects) => effects.includes("+ notice On.")).length).toBe(10);
  expect(trace.at(-1)).toEqual(["loopNoticed", "state idle", "idle done"]);
});

test("a message, a halt and a clear do not wait for the verdict, which then comes too late", () => {
  expect(drive([say("go"), answer(1, "so"), say("and"), judged(2, "On.")]).trace.slice(2)).toEqual([
    ["cancelModel", "+ user and", "callModel 3"],
    [],
  ]);
  expect(drive([say("go"), answer(1, "so"), halt, judged(2, "On.")]).trace.slice(2)).toEqual([
    ["cancelModel", "state idle", "idle halted"],
    [],
  ]);
  expect(drive([say("go"), answer(1, "so"), clear, judged(2, "On.")]).trace.slice(2)).toEqual([
    ["cancelModel", "clear", "state idle", "idle done"],
    [],
  ]);
});

test("nobody is asked where the work failed or still goes on in the background", () => {
  const pending: Input = { type: "toolDone", callId: "c1", outcome: { kind: "pending", isError: false, text: "stub" } };
  const { trace } = drive([
    say("go"),
    answer(1, "so", ["c1"]),
    pending,
    answer(2, "waiting"),
    done("c1"),
    answer(3, "end"),
  ]);
  expect(trace[3]).toEqual(["+ assistant waiting endTurn", "state tools"]);
  expect(trace[5]).toEqual(["+ assistant end endTurn", "judgeRest 4 first"]);
});

test("a prompt that is not heard ends in an error at rest, and changes nothing at work", () => {
  expect(drive([objected]).trace).toEqual([["error hook", "idle error"]]);
  expect(drive([say("go"), objected, answer(1, "so"), judged(2)]).trace.slice(1)).toEqual([
    ["error hook"],
    ["+ assistant so endTurn", "judgeRest 2 first"],
    ["state idle", "idle done"],
  ]);
});
