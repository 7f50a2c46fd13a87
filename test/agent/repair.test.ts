import { expect, test } from "bun:test";
import fc from "fast-check";
import { type CallId, type Message, toolCalls } from "../../agent/message.ts";
import { lostResult, openCalls, repair } from "../../agent/repair.ts";
import { historyProblem } from "../support/index.ts";
import { assistant, notice, result, user } from "./entries.ts";

const lost = (n: number, callId: CallId) => ({ ...result(n, callId, lostResult, "cancelled") });

test("what is whole stays as it is, the very same entries", () => {
  const whole = [
    user(1, "go"),
    assistant(2, "", ["c1", "c2"]),
    result(3, "c2"),
    result(4, "c1"),
    notice(5, "late", "c0"),
    assistant(6, "done"),
  ];
  const repaired = repair(whole);
  expect(repaired).toEqual(whole);
  expect(repaired.every((entry, index) => entry === whole[index])).toBe(true);
});

test("a call without a result gets one in its slot", () => {
  expect(repair([user(1, "go"), assistant(2, "", ["c1", "c2"]), result(3, "c2"), user(4, "and?")])).toEqual([
    user(1, "go"),
    assistant(2, "", ["c1", "c2"]),
    result(3, "c2"),
    lost(2, "c1"),
    user(4, "and?"),
  ]);
});

test("a result that strayed goes back to its slot", () => {
  expect(repair([assistant(1, "", ["c1"]), user(2, "hm"), result(3, "c1")])).toEqual([
    assistant(1, "", ["c1"]),
    result(3, "c1"),
    user(2, "hm"),
  ]);
});

test("results without a call and second results go", () => {
  expect(
    repair([result(1, "c9"), user(2, "go"), assistant(3, "", ["c1"]), result(4, "c1"), result(5, "c1", "two")]),
  ).toEqual([user(2, "go"), assistant(3, "", ["c1"]), result(4, "c1")]);
});

test("a call id that comes twice has its result behind the first", () => {
  const repaired = repair([assistant(1, "", ["c1"]), result(2, "c1"), assistant(3, "again", ["c1"]), result(4, "c1")]);
  expect(repaired.filter((entry) => entry.type === "toolResult")).toEqual([result(2, "c1")]);
});

test("open calls are those at the very end only", () => {
  const open = (...entries: Message[]) => openCalls(entries).map((call) => call.callId);
  expect([
    open(),
    open(user(1, "go")),
    open(assistant(1, "", ["c1", "c2"])),
    open(assistant(1, "", ["c1", "c2"]), result(2, "c2")),
    open(assistant(1, "", ["c1"]), result(2, "c1")),
    open(assistant(1, "", ["c1"]), user(2, "hm")),
  ]).toEqual([[], [], ["c1", "c2"], ["c1"], [], []]);
});

/** Any mess of entries in which a call id is made once. */
const mess = fc
  .array(
    fc.oneof(
      fc.record({ is: fc.constant("user") }),
      fc.record({ is: fc.constant("assistant"), calls: fc.nat({ max: 3 }) }),
      fc.record({ is: fc.constant("result"), of: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ is: fc.constant("notice") }),
    ),
    { maxLength: 20 },
  )
  .map((shapes) => {
    let next = 1;
    return shapes.map((shape, index): Message => {
      if (shape.is === "result") return result(index + 1, `c${shape.of}`);
      if (shape.is === "user") return user(index + 1, "u");
      if (shape.is === "notice") return notice(index + 1, "n");
      const ids = Array.from({ length: shape.calls }, (): CallId => `c${next++}`);
      return assistant(index + 1, "a", ids);
    });
  });

test("whatever a file holds, what comes out can be sent, keeps every word, and needs no more repair", () => {
  fc.assert(
    fc.property(mess, (entries) => {
      const repaired = repair(entries);
      expect(historyProblem([user(0, "first"), ...repaired, user(99, "last")])).toBeUndefined();
      const words = (list: readonly Message[]) => list.filter((entry) => entry.type !== "toolResult");
      expect(words(repaired)).toEqual(words(entries));
      const made = entries.flatMap((entry) => (entry.type === "assistant" ? toolCalls(entry) : []));
      expect(repaired.length - words(repaired).length).toBe(made.length);
      expect(repair(repaired)).toEqual(repaired);
    }),
    { numRuns: 500 },
  );
});
