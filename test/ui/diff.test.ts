import { expect, test } from "bun:test";
import type { Hunk } from "../../agent/message.ts";
import { countLines, firstLines, linesOf, pairsOf } from "../../ui/text/diff.ts";

const hunk = (...lines: string[]): Hunk => ({
  oldStart: 10,
  newStart: 20,
  oldLines: lines.filter((line) => /^[ -]/.test(line)).length,
  newLines: lines.filter((line) => /^[ +]/.test(line)).length,
  lines,
});

/** A line as its kind, its numbers, and its text with what is marked in brackets. */
const seen = (lines: ReturnType<typeof linesOf>) =>
  lines.map(({ kind, before, after, pieces }) => {
    const text = pieces.map((piece) => (piece.changed ? `[${piece.text}]` : piece.text)).join("");
    return `${kind} ${before ?? "-"} ${after ?? "-"} ${text}`;
  });

test("lines have their numbers, and lines that replace each other show which words are others", () => {
  expect(seen(linesOf(hunk(" a", "-const one = call(1);", "+const two = call(1);", "+more", " b")))).toEqual([
    "same 10 20 a",
    "removed 11 - const [one] = call(1);",
    "added - 21 const [two] = call(1);",
    "added - 22 more",
    "same 12 23 b",
  ]);
});

test("more than one word may differ, with what is the same between them unmarked", () => {
  const [removed, added] = seen(linesOf(hunk("-greet(first, second, third)", "+greet(uno, second, tres)")));
  expect(removed).toBe("removed 10 - greet([first], second, [third])");
  expect(added).toBe("added - 20 greet([uno], second, [tres])");
});

test("lines that have little in common are not marked", () => {
  const lines = seen(linesOf(hunk("-import { x } from 'y';", "+export default class Nothing {}")));
  expect(lines).toEqual(["removed 10 - import { x } from 'y';", "added - 20 export default class Nothing {}"]);
});

test("a missing line break at the end of the file is told of, and is no line", () => {
  const end = "\\ No newline at end of file";
  const lines = linesOf(hunk(" a", "-b", end, "+b"));
  expect(seen(lines)).toEqual(["same 10 20 a", "removed 11 - b", `note - - ${end.slice(2)}`, "added - 21 b"]);
  expect(pairsOf(lines).map(({ left, right }) => [left?.kind, right?.kind])).toEqual([
    ["same", "same"],
    ["removed", "added"],
    ["note", undefined],
  ]);
});

test("side by side, what replaces each other stands beside each other", () => {
  const pairs = pairsOf(linesOf(hunk("-a", "-b", "+c", " d", "+e", "-f")));
  const text = (line: ReturnType<typeof linesOf>[number] | undefined) =>
    line?.pieces.map((piece) => piece.text).join("");
  expect(pairs.map(({ left, right }) => [text(left), text(right)])).toEqual([
    ["a", "c"],
    ["b", undefined],
    ["d", "d"],
    ["f", "e"],
  ]);
});

test("signs and markup inside of lines stay what they are", () => {
  expect(seen(linesOf(hunk("--- a", "+++ <b>", "- \\ x")))).toContain("removed 11 -  \\ x");
  expect(countLines([hunk("--- a", "+++ b", "+", " c")])).toEqual({ added: 2, removed: 1 });
  expect(linesOf({ ...hunk(), lines: [] })).toEqual([]);
});

test("of a huge change the first lines are taken, and long lines are not compared", () => {
  const many = Array.from({ length: 600 }, (_, index) => `+line ${index}`);
  const all = [hunk(...many), hunk(...many)].map((each) => ({ hunk: each, lines: linesOf(each) }));
  expect(firstLines(all, 500).map(({ lines }) => lines.length)).toEqual([500]);
  expect(firstLines(all, 700).map(({ lines }) => lines.length)).toEqual([600, 100]);
  const long = "word ".repeat(20_000);
  expect(linesOf(hunk(`-${long}a`, `+${long}b`)).map(({ pieces }) => pieces.length)).toEqual([1, 1]);
});
