/** When repeated rounds and endless talk are noticed and stopped, and what is neither. */
import { expect, test } from "bun:test";
import {
  emptyGuard,
  type Guard,
  hear,
  judgeMessages,
  judgeRound,
  patience,
  repeatsNoticed,
  roundsForgiven,
  talkNoticed,
  talkStopped,
} from "../../agent/guard.ts";
import type { ToolCallPart } from "../../agent/message.ts";
import { call } from "./dispatch-rig.ts";

/** One word a round: the round's verdict where it has one, or a dot. */
function verdicts(rounds: readonly (readonly ToolCallPart[])[], newsOf: (round: number) => string = () => "same") {
  let guard: Guard = emptyGuard;
  return rounds
    .map((calls, index) => {
      const judged = judgeRound(guard, calls);
      guard = hear(judged.guard, newsOf(index));
      return judged.verdict === "go" ? "." : `${judged.verdict} ${judged.times}`;
    })
    .join(" ");
}

const round = (word: string) => [call("c1", "Read", { path: word })];
const rounds = (words: string) => [...words].map(round);

test("the same round again and again is noticed at the third and stopped two later", () => {
  expect([repeatsNoticed, roundsForgiven]).toEqual([3, 2]);
  expect(verdicts(rounds("AAAAA"))).toBe(". . notice 3 . stop 5");
  expect(verdicts(rounds("xyAAAAA"))).toBe(". . . . notice 3 . stop 5");
});

test("two or three rounds that take turns are noticed when they come the third time", () => {
  expect(verdicts(rounds("ABABABAB"))).toBe(". . . . . notice 3 . stop 4");
  expect(verdicts(rounds("ABCABCABCAB"))).toBe(". . . . . . . . notice 3 . stop 3");
  expect(verdicts(rounds("ABCDABCDABCDABCDABCD"))).not.toContain("notice");
});

test("who heeds the notice goes on freely, and begins at nothing if it falls back", () => {
  expect(verdicts(rounds("AAABAAA"))).toBe(". . notice 3 . . . notice 3");
  expect(verdicts(rounds("AAABCDEAB"))).toBe(". . notice 3 . . . . . .");
});

test("while each repetition brings something new, there is patience: twice the counts", () => {
  expect(patience).toBe(2);
  expect(verdicts(rounds("AAAAAAAAAA"), String)).toBe(". . . . . notice 6 . . . stop 10");
  const thrice = "ABC".repeat(8);
  expect(verdicts(rounds(thrice), String).match(/notice|stop/g)).toEqual(["notice", "stop"]);
  expect(verdicts(rounds("AAAA"), (index) => (index === 0 ? "first" : "same"))).toBe(". . . .");
});

test("the same means names and arguments, whatever the order of keys and the ids", () => {
  const one = [call("c1", "Grep", { a: 1, b: { c: [1, 2], d: null } })];
  const two = [call("c7", "Grep", { b: { d: null, c: [1, 2] }, a: 1 })];
  expect(verdicts([one, two, one])).toBe(". . notice 3");
  const others = [
    [call("c1", "Glob", { a: 1 })],
    [call("c1", "Grep", { a: 2 })],
    [call("c1", "Grep", { a: 1 }), call("c2", "Grep", { a: 1 })],
    [{ ...call("c1", "Grep"), malformed: "{" }],
    [{ ...call("c1", "Grep"), malformed: "[" }],
    [call("c1", "Grep")],
  ];
  for (const other of others) expect(verdicts([one, one, other])).toBe(". . .");
  for (const [index, other] of others.entries()) {
    expect(verdicts([other, other, others[index + 1] ?? one])).toBe(". . .");
  }
});

test("results that come in another order are the same news", () => {
  let guard = emptyGuard;
  for (const news of [["x", "y"], ["y", "x"], []]) {
    const judged = judgeRound(guard, round("A"));
    guard = news.reduce(hear, judged.guard);
    if (news.length === 0) expect(judged.verdict).toBe("notice");
  }
});

const from = (sender: string, text = "well?") => ({ from: sender, text });
const reply = [call("c1", "AgentSend", { to: "b", content: "well!" })];
const work = [call("c1", "Read", { path: "a" })];

/** Hears one message a turn and does that much about it; the verdicts by number of the message. */
function talk(count: number, turn: (index: number) => { from: string; does: readonly ToolCallPart[] | null }) {
  let guard = emptyGuard;
  const said: string[] = [];
  for (let index = 1; index <= count; index += 1) {
    const { from: sender, does } = turn(index);
    const judged = judgeMessages(guard, [from(sender)]);
    guard = judged.guard;
    if (judged.verdict !== "go") said.push(`${index} ${judged.verdict} ${judged.times}`);
    if (does && judged.verdict !== "stop") guard = judgeRound(guard, does).guard;
  }
  return said;
}

test("peers that only answer each other are told at 12 and stopped at 24", () => {
  expect([talkNoticed, talkStopped]).toEqual([12, 24]);
  expect(talk(24, () => ({ from: "b", does: reply }))).toEqual(["12 notice 12", "24 stop 24"]);
});

test("after a stop the next message is heard with new patience", () => {
  expect(talk(40, () => ({ from: "b", does: reply }))).toEqual(["12 notice 12", "24 stop 24", "36 notice 12"]);
});

test("work in between, messages that nobody answers and many peers are no endless talk", () => {
  expect(talk(60, (index) => ({ from: "b", does: index % 10 === 0 ? work : reply }))).toEqual([]);
  expect(talk(60, () => ({ from: "b", does: null }))).toEqual([]);
  expect(talk(60, (index) => ({ from: `w${index % 6}`, does: reply }))).toEqual([]);
  const burst = Array.from({ length: 60 }, () => from("b"));
  expect(judgeMessages(emptyGuard, burst).verdict).toBe("go");
});

test("a person's word begins everything anew", () => {
  let guard = emptyGuard;
  for (let index = 0; index < 11; index += 1) {
    guard = judgeRound(judgeMessages(guard, [from("b")]).guard, reply).guard;
  }
  expect(guard.talk).toEqual({ b: 11 });
  expect(judgeMessages(guard, [from("b"), { text: "go on" }])).toEqual({ guard: emptyGuard, verdict: "go", times: 0 });
});

test("answers to peers are not rounds that repeat; what is sent unasked is", () => {
  expect(verdicts([reply, reply, reply])).toBe(". . notice 3");
  expect(talk(5, () => ({ from: "b", does: reply }))).toEqual([]);
});

test("what peers say is news: the same work for different words has patience", () => {
  const turns = (wordOf: (index: number) => string) => {
    let guard = emptyGuard;
    const said: string[] = [];
    for (let index = 0; index < 6; index += 1) {
      const judged = judgeRound(judgeMessages(guard, [from("b", wordOf(index))]).guard, work);
      guard = hear(judged.guard, "same");
      said.push(judged.verdict);
    }
    return said;
  };
  expect(turns(() => "again")).toEqual(["go", "go", "notice", "go", "stop", "go"]);
  expect(turns(String)).toEqual(["go", "go", "go", "go", "go", "notice"]);
});

test("a guard stays small however long the talk and the work", () => {
  let guard = emptyGuard;
  for (let index = 0; index < 2_000; index += 1) {
    guard = hear(judgeRound(guard, round(String(index))).guard, String(index));
  }
  for (let index = 0; index < 2_000; index += 1) guard = judgeMessages(guard, [from("b", String(index))]).guard;
  expect([guard.rounds.length, guard.rounds.at(-1)?.news.length]).toEqual([22, 64]);
});
