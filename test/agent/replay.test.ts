import { expect, test } from "bun:test";
import fc from "fast-check";
import { noUsage } from "../../agent/message.ts";
import type { Chunk } from "../../agent/model.ts";
import { StreamInterruptedError } from "../../agent/provider-error.ts";
import { replayFilter, type ShownPart } from "../../agent/retry.ts";

const text = (value: string): Chunk => ({ type: "text", text: value });
const thinking = (value: string): Chunk => ({ type: "thinking", text: value });
const call = (name: string, index = 0): Chunk => ({ type: "toolCall", index, name });
const args = (value: string, index = 0): Chunk => ({ type: "toolArgs", index, text: value });
const done: Chunk = { type: "done", parts: [], stopReason: "endTurn", usage: noUsage };
const cut: Chunk = { type: "error", error: new StreamInterruptedError({ provider: "Acme" }), parts: [] };
const limits: Chunk = { type: "limits", windows: [] };

/** What a client has been shown, with one chunk more. */
function addShown(shown: readonly ShownPart[], chunk: Chunk): readonly ShownPart[] {
  const last = shown.at(-1);
  switch (chunk.type) {
    case "text":
    case "thinking":
      if (chunk.text === "") return shown;
      if (last?.kind !== chunk.type) return [...shown, { kind: chunk.type, text: chunk.text }];
      return [...shown.slice(0, -1), { ...last, text: last.text + chunk.text }];
    case "toolCall":
      return [...shown, { kind: "toolCall", text: "", name: chunk.name, index: chunk.index }];
    case "toolArgs":
      return addArgs(shown, chunk.index, chunk.text);
    case "limits":
    case "done":
    case "error":
      return shown;
  }
}

function addArgs(shown: readonly ShownPart[], index: number, text: string): readonly ShownPart[] {
  const at = shown.findLastIndex((part) => part.index === index);
  const part = shown[at];
  return part ? shown.with(at, { ...part, text: part.text + text }) : shown;
}

const showAll = (chunks: readonly Chunk[]) => chunks.reduce<readonly ShownPart[]>(addShown, []);

/** What a client sees of a resend: chunks, with "reset" where it is told to forget. */
function resend(shown: readonly ShownPart[], chunks: readonly Chunk[]): (Chunk | "reset")[] {
  const filter = replayFilter(shown);
  return chunks.flatMap((chunk) => {
    const { diverged, chunks: out } = filter(chunk);
    return diverged ? (["reset", ...out] as const) : [...out];
  });
}

test("shown chunks become parts", () => {
  const chunks = [thinking("hm"), thinking("m"), text(""), text("a"), call("Read", 1), args('{"p":', 1), args("1}", 1)];
  expect(showAll([...chunks, limits, done, cut])).toEqual([
    { kind: "thinking", text: "hmm" },
    { kind: "text", text: "a" },
    { kind: "toolCall", text: '{"p":1}', name: "Read", index: 1 },
  ]);
});

test("nothing shown: everything passes", () => {
  expect(resend([], [thinking("a"), text("b"), done])).toEqual([thinking("a"), text("b"), done]);
});

test("only the unseen rest is published, wherever the chunks are cut", () => {
  const shown = showAll([text("Hello, wor")]);
  expect(resend(shown, [text("Hello"), text(", world"), text("!"), done])).toEqual([text("ld"), text("!"), done]);
  expect(resend(shown, [text("Hello, wor"), text("ld!"), done])).toEqual([text("ld!"), done]);
  expect(resend(shown, [text("Hello, wor"), done])).toEqual([done]);
});

test("the rest may be a new part", () => {
  const shown = showAll([thinking("hm"), text("a")]);
  const chunks = [thinking("hm"), text("a"), call("Read"), args("{}"), done];
  expect(resend(shown, chunks)).toEqual([call("Read"), args("{}"), done]);
});

test("arguments of a call are continued", () => {
  const shown = showAll([text("a"), call("Read"), args('{"pa')]);
  expect(resend(shown, [text("a"), call("Read"), args('{"path":1}'), done])).toEqual([args('th":1}'), done]);
});

test("other words: forget, then all of it", () => {
  const shown = showAll([text("Hello")]);
  expect(resend(shown, [text("He"), text("y there"), text("!"), done])).toEqual([
    "reset",
    text("He"),
    text("y there"),
    text("!"),
    done,
  ]);
});

test("an answer that ends sooner diverges", () => {
  const shown = showAll([text("Hello"), call("Read")]);
  expect(resend(shown, [text("Hell"), done])).toEqual(["reset", text("Hell"), done]);
  expect(resend(shown, [text("Hello"), done])).toEqual(["reset", text("Hello"), done]);
  expect(resend(shown, [done])).toEqual(["reset", done]);
});

test("other parts diverge: kind, tool, place on the wire, a part that ends sooner or goes on", () => {
  const shown = showAll([thinking("hm"), text("a"), call("Read"), args("{}"), call("Grep", 1)]);
  const upToCall = [thinking("hm"), text("a")];
  for (const chunks of [
    [text("hm")],
    [call("Read")],
    [args("{}")],
    [thinking("h"), text("a")],
    [thinking("hmm")],
    [...upToCall, call("Bash")],
    [...upToCall, call("Read", 1)],
    [...upToCall, thinking("x")],
    [...upToCall, call("Read"), args("{} ")],
    [...upToCall, call("Read"), args("{}"), args("{}", 1)],
    [...upToCall, call("Read"), args("{"), call("Grep", 1)],
  ]) {
    expect(resend(shown, chunks)).toEqual(["reset", ...chunks]);
  }
});

test("where the wire's index was not kept, any will do", () => {
  const shown: ShownPart[] = [{ kind: "toolCall", text: "{", name: "Read" }];
  expect(resend(shown, [call("Read", 3), args("{}", 3), done])).toEqual([args("}", 3), done]);
});

test("a second cut while repeating voids nothing, and limits always pass", () => {
  const shown = showAll([text("Hello")]);
  expect(resend(shown, [limits, text("Hel"), cut])).toEqual([limits, cut]);
  expect(resend(shown, [text("Hello you"), cut])).toEqual([text(" you"), cut]);
});

const word = fc.stringMatching(/^[ab]{0,3}$/);
const anyPiece = fc.oneof(
  word.map((value) => () => [text(value)]),
  word.map((value) => () => [thinking(value)]),
  fc
    .tuple(fc.constantFrom("Read", "Grep"), fc.array(word, { maxLength: 3 }))
    .map(([name, values]) => (index: number) => [call(name, index), ...values.map((value) => args(value, index))]),
);
const anyAnswer = fc.array(anyPiece, { maxLength: 5 }).map((pieces) => pieces.flatMap((piece, index) => piece(index)));

test("a client that forgets when told ends with exactly the resend's answer", () => {
  fc.assert(
    fc.property(anyAnswer, anyAnswer, (before, after) => {
      const shown = showAll(before);
      const seen = resend(shown, [...after, done]).reduce<readonly ShownPart[]>(
        (parts, chunk) => (chunk === "reset" ? [] : addShown(parts, chunk)),
        shown,
      );
      expect(seen).toEqual(showAll(after));
    }),
    { numRuns: 500 },
  );
});

test("an answer that goes on from any point of itself is never voided", () => {
  fc.assert(
    fc.property(anyAnswer, fc.nat(12), (answer, cutAt) => {
      const shown = showAll(answer.slice(0, cutAt));
      expect(resend(shown, [...answer, done])).not.toContain("reset");
    }),
    { numRuns: 500 },
  );
});
