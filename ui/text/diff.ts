/** A change's hunks as rows to be drawn: one column, or two side by side, with the words that differ inside a line. */
import type { Hunk } from "../../agent/message.ts";
import { differingWords, type Piece } from "./diff-words.ts";

/** A `note` is about the line before it, such as that no line break ends it. */
export type LineKind = "same" | "added" | "removed" | "note";

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

export interface HunkLines {
  readonly hunk: Hunk;
  readonly lines: readonly DiffLine[];
}

/** A longer run of changes is too much to be compared word by word. */
const mostMarked = 400;

/** The lines of a hunk in their order. Lines that replace each other show which words are others. */
export function linesOf(hunk: Hunk): DiffLine[] {
  let before = hunk.oldStart;
  let after = hunk.newStart;
  const lines = hunk.lines.map((line): DiffLine => {
    const pieces = [{ text: line.slice(1), changed: false }];
    if (line.startsWith("+")) return { kind: "added", before: undefined, after: after++, pieces };
    if (line.startsWith("-")) return { kind: "removed", before: before++, after: undefined, pieces };
    if (!line.startsWith("\\")) return { kind: "same", before: before++, after: after++, pieces };
    return { kind: "note", before: undefined, after: undefined, pieces: [{ text: line.slice(2), changed: false }] };
  });
  return changesIn(lines).flatMap((part) => (part.length > 1 && part.length <= mostMarked ? marked(part) : part));
}

/** The lines of a hunk side by side. */
export function pairsOf(lines: readonly DiffLine[]): DiffPair[] {
  return changesIn(lines).flatMap((part) => {
    const [first] = part;
    if (first?.kind === "same") return [{ left: first, right: first }];
    const left = part.filter((line, at) => sideOf(part, line, at) === "removed");
    const right = part.filter((line, at) => sideOf(part, line, at) === "added");
    return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => ({
      left: left[row],
      right: right[row],
    }));
  });
}

/** Lines added and removed by hunks. */
export function countLines(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}

/** So many lines of all, from the first hunk on. */
export function firstLines(all: readonly HunkLines[], count: number): HunkLines[] {
  let left = count;
  const shown: HunkLines[] = [];
  for (const { hunk, lines } of all) {
    if (left <= 0) break;
    shown.push({ hunk, lines: lines.slice(0, left) });
    left -= lines.length;
  }
  return shown;
}

/** Lines that are the same by one; those between them together. */
function changesIn(lines: readonly DiffLine[]): DiffLine[][] {
  const parts: DiffLine[][] = [];
  let change: DiffLine[] | undefined;
  for (const line of lines) {
    if (line.kind === "same") {
      parts.push([line]);
      change = undefined;
    } else if (change) change.push(line);
    else {
      change = [line];
      parts.push(change);
    }
  }
  return parts;
}

/** A note stands on the side of the line that it is about. */
function sideOf(part: readonly DiffLine[], line: DiffLine, at: number): LineKind {
  if (line.kind !== "note") return line.kind;
  return part[at - 1]?.kind === "added" ? "added" : "removed";
}

/** The first line removed stands for the first one added, and so on. */
function marked(part: readonly DiffLine[]): DiffLine[] {
  const now = [...part];
  const places = (kind: LineKind) => part.flatMap((line, at) => (line.kind === kind ? [at] : []));
  const added = places("added");
  for (const [index, from] of places("removed").entries()) {
    const to = added[index];
    const [old, made] = [part[from], to === undefined ? undefined : part[to]];
    if (!old || !made || to === undefined) break;
    const [left, right] = differingWords(textOf(old), textOf(made));
    now[from] = { ...old, pieces: left };
    now[to] = { ...made, pieces: right };
  }
  return now;
}

const textOf = (line: DiffLine) => line.pieces.map(({ text }) => text).join("");
