/** A change's hunks as rows to be drawn: one column, or two side by side, with the words that differ inside a line. */
import type { Hunk } from "../../agent/message.ts";

export type LineKind = "same" | "added" | "removed";

/** A piece of a line; `changed` where it differs from its counterpart. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

export interface DiffLine {
  readonly kind: LineKind;
  /** Number of the line before and after, from 1; undefined where it is not there. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly pieces: readonly Piece[];
}

/** Two lines beside each other; undefined where one side has none. */
export interface DiffPair {
  readonly left: DiffLine | undefined;
  readonly right: DiffLine | undefined;
}

/** The lines of a hunk in their order. Lines that replace each other show which words are others. */
export function linesOf(hunk: Hunk): DiffLine[] {
  let before = hunk.oldStart;
  let after = hunk.newStart;
  const lines = hunk.lines
    .filter((line) => !line.startsWith("\\"))
    .map((line): DiffLine => {
      const pieces = [{ text: line.slice(1), changed: false }];
      if (line.startsWith("+")) return { kind: "added", before: undefined, after: after++, pieces };
      if (line.startsWith("-")) return { kind: "removed", before: before++, after: undefined, pieces };
      return { kind: "same", before: before++, after: after++, pieces };
    });
  for (const [removed, added] of replaced(lines)) {
    const [left, right] = [lines[removed], lines[added]];
    if (!left || !right) continue;
    const [old, now] = differingWords(textOf(left), textOf(right));
    lines[removed] = { ...left, pieces: old };
    lines[added] = { ...right, pieces: now };
  }
  return lines;
}

/** The lines of a hunk side by side. */
export function pairsOf(lines: readonly DiffLine[]): DiffPair[] {
  const pairs: DiffPair[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    if (line?.kind === "same") {
      pairs.push({ left: line, right: line });
      at += 1;
      continue;
    }
    const removed = run(lines, at, "removed");
    const added = run(lines, at + removed.length, "added");
    for (let row = 0; row < Math.max(removed.length, added.length); row += 1) {
      pairs.push({ left: removed[row], right: added[row] });
    }
    at += removed.length + added.length;
  }
  return pairs;
}

/** Lines added and removed by hunks. */
export function countLines(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

function run(lines: readonly DiffLine[], from: number, kind: LineKind): DiffLine[] {
  const end = lines.findIndex((line, at) => at >= from && line.kind !== kind);
  return lines.slice(from, end < 0 ? undefined : end);
}

/** Indexes of lines that stand for each other: as many removed as added, in one place. */
function replaced(lines: readonly DiffLine[]): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = 0; at < lines.length; ) {
    const removed = run(lines, at, "removed").length;
    const added = run(lines, at + removed, "added").length;
    if (removed > 0 && removed === added) {
      for (let row = 0; row < removed; row += 1) found.push([at + row, at + removed + row]);
    }
    at += Math.max(1, removed + added);
  }
  return found;
}

const textOf = (line: DiffLine) => line.pieces.map(({ text }) => text).join("");

/** What two lines begin and end with alike is the same; the rest differs. Where that is nearly all, nothing is marked. */
function differingWords(old: string, now: string): readonly [Piece[], Piece[]] {
  const [a, b] = [words(old), words(now)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return [pieces(a, head, tail), pieces(b, head, tail)];
}

const words = (text: string) => text.match(/\w+|\s+|[^\w\s]/gu) ?? [];

function pieces(all: readonly string[], head: number, tail: number): Piece[] {
  const parts = [all.slice(0, head), all.slice(head, all.length - tail), all.slice(all.length - tail)];
  const isAll = head + tail === 0;
  return parts
    .map((part, index) => ({ text: part.join(""), changed: index === 1 && !isAll }))
    .filter(({ text }) => text !== "");
}
