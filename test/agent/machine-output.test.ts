/** Answers that are not what was asked for: sent back, or given up, beside all else that may happen. */
import { expect, test } from "bun:test";
import type { Input } from "../../agent/machine-state.ts";
import { answer, done, drive, halt, say } from "./machine-rig.ts";

function judged(input: Input, verdict: { correction?: string; failure?: { code: string; message: string } }): Input {
  return input.type === "modelDone" ? { ...input, ...verdict } : input;
}
const again = (generation: number) => judged(answer(generation, "so"), { correction: "Again." });
const given = (generation: number) =>
  judged(answer(generation, "so"), { failure: { code: "output", message: "Not so." } });

test("an answer that is sent back is asked for again at once, and the work goes on", () => {
  const { trace } = drive([say("go"), again(1), answer(2, "{}")]);
  expect(trace.slice(1)).toEqual([
    ["+ assistant so endTurn", "+ notice Again.", "callModel 2"],
    ["+ assistant {} endTurn", "state idle", "idle done"],
  ]);
});

test("one that is given up ends the work with an error; a message goes on", () => {
  const { trace } = drive([say("go"), given(1), say("well")]);
  expect(trace.slice(1)).toEqual([
    ["+ assistant so endTurn", "error output", "state idle", "idle error"],
    ["+ user well", "callModel 2", "state streaming"],
  ]);
});

test("a halt is stronger than a correction", () => {
  const { trace } = drive([say("go"), halt, again(1)]);
  expect(trace.at(-1)).toEqual(["+ assistant so endTurn", "state idle", "idle halted"]);
});

test("what a person says meanwhile is heard together with the correction", () => {
  const { trace } = drive([say("go"), [say("and"), again(1)]]);
  expect(trace[1]?.filter((effect) => /^\+|^call/.test(effect))).toEqual([
    "+ assistant so endTurn",
    "+ notice Again.",
    "+ user and",
    "callModel 2",
  ]);
});

test("calls in the background do not hold a correction up", () => {
  const { trace } = drive([
    say("go"),
    answer(1, "", ["c1"]),
    { type: "command", command: { type: "detach", call: "all" } },
    again(2),
    done("c1"),
  ]);
  expect(trace[3]).toContain("callModel 3");
});
