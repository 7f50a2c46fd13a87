/**
 * Hunks, put on a text or taken off it. Strict: every line must be where the hunk says, and a hunk with fewer lines
 * around its change than the tools give it must be at the text's start or end. What does not fit gives no result.
 */
import type { Hunk } from "../agent/message.ts";

/** Lines that the tools put around a change, where there are as many. */
const contextLines = 3;

/** The text after the change. Undefined where the hunks do not fit. */
export function applyHunks(before: string, hunks: readonly Hunk[]): string | undefined {
  return replay(before, hunks, (hunk) => ({ start: hunk.oldStart, count: hunk.oldLines, from: "-", to: "+" }));
}

/** The text before the change. Undefined where the hunks do not fit. */
export function undoHunks(after: string, hunks: readonly Hunk[]): string | undefined {
  return replay(after, hunks, (hunk) => ({ start: hunk.newStart, count: hunk.newLines, from: "+", to: "-" }));
}

export function countLines(hunks: readonly Hunk[]): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const { lines } of hunks) {
    for (const line of lines) {
      if (line.startsWith("+")) added++;
      else if (line.startsWith("-")) removed++;
    }
  }
  return { added, removed };
}

interface Side {
  readonly start: number;
  readonly count: number;
  readonly from: "+" | "-";
  readonly to: "+" | "-";
}

function replay(text: string, hunks: readonly Hunk[], sideOf: (hunk: Hunk) => Side): string | undefined {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const { start, count, from, to } = sideOf(hunk);
    const first = count === 0 ? start : start - 1;
    const there = linesOf(hunk, from);
    if (first < at || there.length !== count) return undefined;
    if (there.some((line, index) => lines[first + index] !== line)) return undefined;
    const around = contextOf(hunk);
    if (around.before < contextLines && first !== 0) return undefined;
    if (around.after < contextLines && first + count !== lines.length) return undefined;
    for (; at < first; at++) {
      const line = lines[at];
      if (line === undefined) return undefined;
      result.push(line);
    }
    result.push(...linesOf(hunk, to));
    at = first + count;
  }
  return result.join("") + lines.slice(at).join("");
}

function contextOf({ lines }: Hunk): { before: number; after: number } {
  const shown = lines.filter((line) => !line.startsWith("\\"));
  const isChange = (line: string) => !line.startsWith(" ");
  return { before: shown.findIndex(isChange), after: shown.length - 1 - shown.findLastIndex(isChange) };
}

/** What a hunk has on one side, with its line breaks. */
function linesOf({ lines }: Hunk, side: "+" | "-"): string[] {
  return lines.flatMap((line, index) => {
    if (line[0] !== " " && line[0] !== side) return [];
    return [line.slice(1) + (lines[index + 1]?.startsWith("\\") ? "" : "\n")];
  });
}
