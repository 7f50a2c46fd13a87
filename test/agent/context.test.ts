import { expect, test } from "bun:test";
import { Context, messageTokens } from "../../agent/context.ts";
import type { EventBody } from "../../agent/event.ts";
import { emptyLogState, type LogState, reduce } from "../../agent/log-state.ts";
import type { Message } from "../../agent/message.ts";
import { originOf } from "../../agent/model.ts";
import { scriptedModel } from "../support/index.ts";
import { assistant, notice, result, user } from "./entries.ts";

let seq = 0;
function add(log: LogState, ...bodies: (EventBody | Message)[]): LogState {
  for (const body of bodies) {
    const event = "id" in body ? ({ type: "message", message: body } as const) : body;
    reduce(log, { seq: ++seq, agent: "a", at: 0, ...event });
  }
  return log;
}
const compacted = (upTo: `m${number}`, summary: string): EventBody => ({
  type: "compacted",
  upTo,
  summary,
  tokensBefore: 0,
  tokensAfter: 0,
});
const summary = (n: number, text: string) => notice(n, `Summary of the conversation so far:\n\n${text}`);

test("a request holds the entries themselves, in one array that grows", () => {
  const log = add(emptyLogState(), user(1, "a"), assistant(2, "b"));
  const context = new Context(log);
  const first = context.messages();
  expect(first).toEqual([user(1, "a"), assistant(2, "b")]);
  add(log, user(3, "c"));
  expect(context.messages()).toBe(first);
  expect(first).toEqual([user(1, "a"), assistant(2, "b"), user(3, "c")]);
});

test("a round whose results are not all in is left out until they are; no result is made up", () => {
  const log = add(emptyLogState(), user(1, "go"), assistant(2, "", ["c1", "c2"]), result(3, "c2"));
  const context = new Context(log);
  expect([...context.messages()]).toEqual([user(1, "go")]);
  add(log, result(4, "c1"));
  const whole = [user(1, "go"), assistant(2, "", ["c1", "c2"]), result(3, "c2"), result(4, "c1")];
  expect([...context.messages()]).toEqual(whole);
  add(log, assistant(5, "", ["c3"]));
  expect([...context.messages()]).toEqual(whole);
  add(log, result(6, "c3"), user(7, "and"));
  expect([...context.messages()]).toEqual([...whole, assistant(5, "", ["c3"]), result(6, "c3"), user(7, "and")]);
});

test("a clear in the middle of a round leaves nothing of it", () => {
  const log = add(emptyLogState(), user(1, "go"), assistant(2, "", ["c1"]), { type: "cleared", upTo: "m2" });
  const context = new Context(log);
  expect([...context.messages()]).toEqual([]);
  add(log, user(3, "anew"));
  expect([...context.messages()]).toEqual([user(3, "anew")]);
});

test("a summary stands for what came before it; words that follow do not touch it, a second one replaces it", () => {
  const log = add(emptyLogState(), user(1, "a"), assistant(2, "b"), user(3, "c"));
  const context = new Context(log);
  context.messages();
  add(log, compacted("m2", "a and b"), user(4, "d"));
  expect([...context.messages()]).toEqual([summary(2, "a and b"), user(3, "c"), user(4, "d")]);
  add(log, assistant(5, "e"), compacted("m4", "all that"));
  expect([...context.messages()]).toEqual([summary(4, "all that"), assistant(5, "e")]);
  add(log, { type: "cleared", upTo: "m5" }, user(6, "new"));
  expect([...context.messages()]).toEqual([user(6, "new")]);
});

test("what a file lost is repaired when the view is built", () => {
  const log = add(emptyLogState(), user(1, "go"), assistant(2, "", ["c1"]), user(3, "and?"));
  expect(new Context(log).messages().map((entry) => entry.type)).toEqual(["user", "assistant", "toolResult", "user"]);
});

test("tokens are the provider's count for what it saw and an estimate for what came since", () => {
  const model = scriptedModel([]);
  const log = add(emptyLogState(), user(1, "x".repeat(400)));
  const context = new Context(log);
  expect(context.tokens(model)).toBe(104);
  context.anchor(model, 1_000);
  expect(context.tokens(model)).toBe(1_000);
  add(log, user(2, "x".repeat(40)));
  expect(context.tokens(model)).toBe(1_014);
  const other = scriptedModel([]);
  expect(context.tokens(other)).toBe(118);
  add(log, compacted("m1", "x".repeat(20)));
  expect(context.tokens(other)).toBe(messageTokens(other, summary(1, "x".repeat(20))) + 14);
});

test("an entry is measured whole: files, calls, thoughts, seals", () => {
  const model = scriptedModel([]);
  const files = [{ mime: "image/png", data: "aaaa" }];
  expect(messageTokens(model, { ...user(1, "x".repeat(8)), attachments: files })).toBe(1_006);
  const parts = [
    { type: "thinking", text: "x".repeat(8), signature: "y".repeat(4), data: "z".repeat(2) },
    { type: "text", text: "x".repeat(8) },
    { type: "toolCall", callId: "c1", name: "Read", args: { a: 1 } },
  ] as const;
  const answer = { ...assistant(1, ""), parts: [...parts] };
  const own = { ...answer, origin: originOf(model.info) };
  expect(messageTokens(model, own)).toBe(4 + 4 + 2 + 3 + 4);
  // The thoughts of another model are not sent.
  expect(messageTokens(model, answer)).toBe(4 + 2 + 3 + 4);
});
