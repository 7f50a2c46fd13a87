/** Where a conversation is cut, and how its old part is summarised. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { compactionThreshold, keptTokens, planCompaction, planForgetting, unreadFrom } from "../../agent/compact.ts";
import { emptyLogState, type LogState, reduce } from "../../agent/log-state.ts";
import { type CallId, type Message, textOf } from "../../agent/message.ts";
import { ServerError } from "../../agent/provider-error.ts";
import { summarise, summaryRequest } from "../../agent/summary.ts";
import { historyProblem, must, type ScriptedStep, scriptedModel, virtualClock } from "../support/index.ts";
import { assistant, notice, result, user } from "./entries.ts";

const model = scriptedModel([]);

function logOf(entries: readonly Message[], upTo?: `m${number}`): LogState {
  const log = emptyLogState();
  let seq = 0;
  const event = () => ({ seq: ++seq, agent: "a", at: 0 });
  for (const message of entries) reduce(log, { ...event(), type: "message", message });
  if (upTo) reduce(log, { ...event(), type: "compacted", upTo, summary: "s", tokensBefore: 0, tokensAfter: 0 });
  return log;
}

/** The numbers of the entries on both sides of the cut. */
function cut(entries: readonly Message[], keepTokens: number, upTo?: `m${number}`, mustShrink = false) {
  const plan = planCompaction(logOf(entries, upTo), model, keepTokens, mustShrink);
  if (!plan) return null;
  const numbers = (list: readonly Message[]) => list.map((entry) => Number(entry.id.slice(1)));
  expect(plan.upTo).toBe(must(plan.old.at(-1)).id);
  return [numbers(plan.old), numbers(plan.kept)];
}

const word = "x".repeat(36); // 13 tokens as a message
const talk = [user(1, word), assistant(2, word), user(3, word), assistant(4, word)];

test("the recent part is as long as it may be, from the end back", () => {
  expect([cut(talk, 0), cut(talk, 13), cut(talk, 26), cut(talk, 1_000)]).toEqual([
    [[1, 2, 3, 4], []],
    [[1, 2, 3], [4]],
    [
      [1, 2],
      [3, 4],
    ],
    [[1], [2, 3, 4]],
  ]);
});

test("what is not answered yet stays whole, whatever its size", () => {
  expect(cut([...talk, user(5, word), user(6, word)], 0)).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
  const waiting = [user(1, word), user(2, word)];
  expect([cut(waiting, 0), cut(waiting, 0, undefined, true)]).toEqual([null, [[1], [2]]]);
});

const round = [user(1, word), assistant(2, "", ["c1", "c2"]), result(3, "c1", word), result(4, "c2", word)];

test("a round of tools is never torn", () => {
  const answered = [...round, assistant(5, word)];
  expect([cut(answered, 0), cut(answered, 40), cut(answered, 1_000)]).toEqual([
    [[1, 2, 3, 4, 5], []],
    [[1, 2, 3, 4], [5]],
    [[1], [2, 3, 4, 5]],
  ]);
});

test("a round whose results no model has read stays whole, whatever its size", () => {
  const steered = [...round, user(5, word)];
  const kept = [[1], [2, 3, 4]];
  expect([cut(round, 0), cut(round, 0, undefined, true), cut(steered, 0)]).toEqual([kept, kept, [[1], [2, 3, 4, 5]]]);
});

test("such a round gives way only where nothing else is left and the conversation must become shorter", () => {
  const steered = [...round, user(5, word)];
  expect([cut(round, 0, "m1"), cut(round, 0, "m1", true), cut(steered, 0, "m1", true)]).toEqual([
    null,
    [[2, 3, 4], []],
    [[2, 3, 4], [5]],
  ]);
});

test("to forget leaves what no model has read, and reaches back over an earlier summary", () => {
  const forgets = (entries: readonly Message[], upTo?: `m${number}`) => {
    const { upTo: last, kept } = planForgetting(logOf(entries, upTo));
    return [last, kept.map((entry) => entry.id)];
  };
  expect([
    forgets(talk),
    forgets(round),
    forgets([...talk, user(5, word)]),
    forgets(round, "m1"),
    forgets([user(1, word)]),
    forgets([...talk, user(5, word), assistant(6, "", ["c1"]), result(7, "c1")]),
  ]).toEqual([
    ["m4", []],
    ["m1", ["m2", "m3", "m4"]],
    ["m4", ["m5"]],
    ["m1", ["m2", "m3", "m4"]],
    [null, ["m1"]],
    ["m4", ["m5", "m6", "m7"]],
  ]);
});

test("with nothing old there is nothing to plan", () => {
  expect([cut([], 0), cut([user(1, "x".repeat(9_999))], 0), cut(talk, 1_000, "m3")]).toEqual([null, null, null]);
});

test("what an earlier summary stands for is not summarised again", () => {
  expect(cut([...talk, user(5, word)], 0, "m2")).toEqual([[3, 4], [5]]);
});

test("the window leaves room for the answer and for errors of estimate; an unknown one is endless", () => {
  const sized = (maxRequestTokens: number) => ({ ...model.info, maxRequestTokens });
  expect([
    compactionThreshold(sized(200_000), 10_000),
    compactionThreshold(sized(30_000), 20_000),
    compactionThreshold(sized(0), 10_000),
    keptTokens(sized(200_000), 10_000, 2_000),
    keptTokens(sized(3_000), 1_000, 9_999),
  ]).toEqual([182_000, 20_500, Number.POSITIVE_INFINITY, 54_000, 0]);
});

/** Conversations as the machine leaves them when it compacts: every round whole. */
const shapes = fc.array(fc.oneof(fc.constant("user"), fc.constant("notice"), fc.nat({ max: 3 })), { maxLength: 15 });

function whole(made: readonly ("user" | "notice" | number)[]): Message[] {
  const entries: Message[] = [];
  let calls = 0;
  for (const shape of made) {
    const n = entries.length + 1;
    if (shape === "user") entries.push(user(n, word));
    else if (shape === "notice") entries.push(notice(n, word));
    else {
      const ids = Array.from({ length: shape }, (): CallId => `c${++calls}`);
      entries.push(assistant(n, word, ids));
      for (const [index, id] of ids.entries()) entries.push(result(n + 1 + index, id, word));
    }
  }
  return entries;
}

test("any plan splits what is seen in two, tears no round, and keeps what waits for an answer", () => {
  fc.assert(
    fc.property(shapes, fc.nat({ max: 200 }), (made, keep) => {
      const entries = whole(made);
      const plan = planCompaction(logOf(entries), model, keep);
      const unread = unreadFrom(entries);
      if (!plan) return expect(Math.min(unread, entries.length - 1)).toBeLessThan(1);
      expect([...plan.old, ...plan.kept]).toEqual(entries);
      expect(plan.old.length).toBeGreaterThan(0);
      expect(historyProblem([user(0, "summary"), ...plan.kept, user(99, "next")])).toBeUndefined();
      expect(plan.old.length).toBeLessThanOrEqual(unread);
    }),
    { numRuns: 500 },
  );
});

async function ask(step: ScriptedStep, hint?: string) {
  const clock = virtualClock();
  const summariser = scriptedModel([step], { clock });
  const plan = must(planCompaction(logOf(everyKind), model, 0));
  const asked = summaryRequest(summariser, plan.old, { previous: "they met", hint });
  const made = await summarise({
    model: summariser,
    request: asked,
    clock,
    signal: new AbortController().signal,
    emit: () => {},
  });
  return { ...made, request: must(summariser.requests[0]) };
}

const everyKind: Message[] = [
  user(1, "fix it"),
  {
    ...assistant(2, "I look.", ["c1"]),
    parts: [{ type: "thinking", text: "secret" }, ...assistant(2, "I look.", ["c1"]).parts],
  },
  result(3, "c1", "y".repeat(9_000)),
  { type: "peer", id: "m4", at: 4, from: "ann", text: "hurry" },
  notice(5, "late result", "c0"),
  assistant(6, "done"),
];

test("the summariser reads the old part as data, without tools, long results cut, thoughts left out", async () => {
  const { summary, request } = await ask({ parts: [{ text: "  the sum \n" }] }, "the paths");
  expect(summary).toBe("the sum");
  expect([request.tools, request.maxOutputTokens, request.messages.length]).toEqual([[], 2_000, 1]);
  const text = request.messages[0]?.type === "user" ? request.messages[0].text : "";
  expect(text.split("\n").map((line) => line.slice(0, 60))).toEqual([
    "Summary of what came before:",
    "they met",
    "",
    "Conversation:",
    "Person: fix it",
    "Agent: I look.",
    "Agent calls T({})",
    `Result of T: ${"y".repeat(47)}`,
    "Agent ann: hurry",
    "Notice: late result",
    "Agent: done",
    "",
    "The person asks to keep in particular: the paths",
    "",
    "Write the summary now.",
  ]);
  expect(text.match(/y+/g)?.at(-1)?.length).toBeLessThanOrEqual(8_000);
  expect(textOf(assistant(6, "done"))).toBe("done");
});

test("half a summary is none", async () => {
  const error = new ServerError({ provider: "P", status: 500 });
  const { summary, attempt } = await ask({ parts: [{ text: "the su" }], error, usage: { input: 1, output: 1 } });
  expect([summary, attempt.type, attempt.usage?.output]).toEqual(["", "error", 1]);
});

test("of a conversation longer than the summariser's window its end is shown", () => {
  const small = scriptedModel([], { info: { maxRequestTokens: 1_000 } });
  const old = [user(1, `first ${"x".repeat(9_000)}`), assistant(2, "last")];
  const request = summaryRequest(small, old, { previous: null, hint: "names" });
  const text = request.messages[0]?.type === "user" ? request.messages[0].text : "";
  expect(text).toStartWith("Conversation:\n(The beginning is left out.)\nxxx");
  expect(text).toEndWith("\nAgent: last\n\nThe person asks to keep in particular: names\n\nWrite the summary now.");
  expect(small.estimateText(text + request.system)).toBeWithin(650, 720);
});
