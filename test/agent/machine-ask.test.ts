/** Questions to a person, as races of the machine: each a sequence of inputs and the effects of each step. */
import { expect, test } from "bun:test";
import { type Answer, type Ask, type AskId, misfit } from "../../agent/ask.ts";
import { step } from "../../agent/machine.ts";
import type { Input } from "../../agent/machine-state.ts";
import type { CallId } from "../../agent/message.ts";
import { answer, clear, detach, done, drive, halt, kill, line, say } from "./machine-rig.ts";

const question: Ask = {
  type: "question",
  text: "Which?",
  choices: [{ label: "red" }, { label: "blue" }],
  allowText: false,
  multiple: false,
};
const permission: Ask = { type: "permission", tool: "Bash", text: "Run the tests", scopes: ["once", "session"] };

const asks = (askId: AskId, call: CallId, ask: Ask = question): Input => ({ type: "asked", askId, call, ask });
const reply = (askId: AskId, labels: readonly string[] = ["red"]): Input => ({
  type: "command",
  command: { type: "answer", askId, answer: { type: "choice", labels: [...labels] } },
});
const start = [say("go"), answer(1, "", ["c1", "c2"])];

test("a question waits for a person once nothing else goes on; its answer goes to the call", () => {
  const { trace, state } = drive([...start, asks("a1", "c1"), done("c2"), reply("a1"), done("c1"), answer(2, "x")]);
  expect(trace.slice(2)).toEqual([
    ["asked a1 c1"],
    ["+ result c2 final", "toolEnded c2", "state waiting"],
    ["answered a1 choice", "answer a1 choice", "state tools"],
    ["+ result c1 final", "toolEnded c1", "callModel 2", "state streaming"],
    ["+ assistant x endTurn", "state idle", "idle done"],
  ]);
  expect(state.asks).toEqual([]);
});

test("two questions are answered in any order, each once", () => {
  const both = [asks("a1", "c1"), asks("a2", "c2")];
  expect(drive([...start, both, reply("a2"), reply("a2"), reply("a1")]).trace.slice(2)).toEqual([
    ["asked a1 c1", "asked a2 c2", "state waiting"],
    ["answered a2 choice", "answer a2 choice", "state tools"],
    ["error usage"],
    ["answered a1 choice", "answer a1 choice"],
  ]);
});

test("an answer that does not fit, or to no question, is an error; the question stays open", () => {
  const { trace, state } = drive([...start, asks("a1", "c1"), reply("a1", ["green"]), reply("a9"), reply("a1")]);
  expect(trace.slice(3)).toEqual([["error usage"], ["error usage"], ["answered a1 choice", "answer a1 choice"]]);
  expect(state.asks).toEqual([]);
});

test("the error says what is wrong, and what is open", () => {
  const { state } = drive([...start, asks("a1", "c1")]);
  const messages = [reply("a1", ["green"]), reply("a9")].map((input) => {
    const [effect] = step(state, [input]).effects;
    return effect?.type === "emit" && effect.event.type === "error" ? effect.event.error.message : effect;
  });
  expect(messages).toEqual([
    'The answer to a1 is not taken: "green" is not among the choices: red, blue.',
    "The answer to a9 is not taken: no question a9 is open, so it was answered already, or its call has ended. Open: a1.",
  ]);
});

test("a call that ends takes its question with it", () => {
  expect(drive([...start, asks("a1", "c1"), kill("c1"), reply("a1")]).trace.slice(3)).toEqual([
    ["cancel c1", "answered a1 null", "answer a1 null", "+ result c1 cancelled error", "toolEnded c1"],
    ["error usage"],
  ]);
  expect(drive([...start, asks("a1", "c1"), done("c1")]).trace.slice(3)).toEqual([
    ["answered a1 null", "answer a1 null", "+ result c1 final", "toolEnded c1"],
  ]);
  expect(drive([...start, asks("a1", "c1"), clear]).trace.slice(3)).toEqual([
    [
      "answered a1 null",
      "answer a1 null",
      "cancel c1",
      "toolEnded c1",
      "cancel c2",
      "toolEnded c2",
      "clear",
      "state idle",
      "idle done",
    ],
  ]);
});

test("a question of a call that has ended is withdrawn before anybody hears of it", () => {
  expect(drive([...start, done("c1"), asks("a1", "c1")]).trace.slice(3)).toEqual([["answer a1 null"]]);
});

test("what a person types sends the call that asks to the background; the question stays open", () => {
  const one = [say("go"), answer(1, "", ["c1"]), asks("a1", "c1")];
  const { trace } = drive([...one, say("why?"), answer(2, "so"), reply("a1"), done("c1"), answer(3, "thanks")]);
  expect(trace.slice(2)).toEqual([
    ["asked a1 c1", "state waiting"],
    ["+ result c1 pending", "toolDetached c1", "+ user why?", "callModel 2", "state streaming"],
    ["+ assistant so endTurn", "state waiting"],
    ["answered a1 choice", "answer a1 choice", "state tools"],
    ["toolEnded c1", "+ notice c1 final ok", "callModel 3", "state streaming"],
    ["+ assistant thanks endTurn", "state idle", "idle done"],
  ]);
});

test("a halt leaves the question open, and the work ends when it is answered", () => {
  const one = [say("go"), answer(1, "", ["c1"]), asks("a1", "c1")];
  expect(drive([...one, halt, reply("a1"), done("c1")]).trace.slice(3)).toEqual([
    [],
    ["answered a1 choice", "answer a1 choice", "state tools"],
    ["+ result c1 final", "toolEnded c1", "state waiting", "idle halted"],
  ]);
});

test("a detached call may ask as well", () => {
  const one = [say("go"), answer(1, "", ["c1"]), detach("c1"), asks("a1", "c1"), answer(2, "on")];
  expect(drive([...one, reply("a1")]).trace.slice(3)).toEqual([
    ["asked a1 c1"],
    ["+ assistant on endTurn", "state waiting"],
    ["answered a1 choice", "answer a1 choice", "state tools"],
  ]);
});

test("who answered is told where it is said", () => {
  const { state } = drive([...start, asks("a1", "c1", permission)]);
  const given: Answer = { type: "allow", scope: "session" };
  const command = { type: "answer", askId: "a1", answer: given, by: "policy" } as const;
  const { effects } = step(state, [{ type: "command", command }]);
  expect(effects[0]).toEqual({ type: "emit", event: { type: "answered", askId: "a1", answer: given, by: "policy" } });
  expect(effects.map(line)).toEqual(["answered a1 allow", "answer a1 allow"]);
});

const open: Ask = { ...question, allowText: true, multiple: true };
const fits: [Ask, Answer][] = [
  [question, { type: "choice", labels: ["blue"] }],
  [open, { type: "choice", labels: ["blue", "red"], text: "both" }],
  [open, { type: "text", text: "green" }],
  [permission, { type: "allow", scope: "session" }],
  [permission, { type: "deny", reason: "no" }],
];
test.each(fits)("%j takes %j", (ask, given) => expect(misfit(ask, given)).toBeUndefined());

const wrong: [Ask, Answer, string][] = [
  [question, { type: "choice", labels: [] }, "Nothing is chosen."],
  [question, { type: "choice", labels: ["red", "blue"] }, "Only one may be chosen."],
  [open, { type: "choice", labels: ["red", "red"] }, "A choice is there twice."],
  [question, { type: "choice", labels: ["red"], text: "dark" }, "This takes no text beside the choice."],
  [question, { type: "text", text: "red" }, "This takes one of its choices: red, blue."],
  [open, { type: "text", text: " \n" }, "The text is empty."],
  [question, { type: "deny" }, "This is a question; it is answered with a choice or a text."],
  [question, { type: "allow", scope: "once" }, "This is a question; it is answered with a choice or a text."],
  [permission, { type: "allow", scope: "project" }, '"project" is not offered: once, session.'],
  [permission, { type: "text", text: "y" }, "This asks for permission; it is answered with allow or deny."],
  [permission, { type: "choice", labels: ["y"] }, "This asks for permission; it is answered with allow or deny."],
];
test.each(wrong)("%j refuses %j", (ask, given, sentence) => expect(misfit(ask, given)).toBe(sentence));
