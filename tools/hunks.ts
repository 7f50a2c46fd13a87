/** The hunks of a change, as people review them. */
import type { Hunk } from "../agent/message.ts";

/** Lines shown around a change. */
const contextLines = 3;
/** Past this many changed lines in one place, finding the smallest difference costs more than it tells. */
const maxEdits = 1000;

/** One replacement in a text: UTF-16 positions in the old text, and what stands there now. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Half-open ranges of lines, from 0, that differ. */
interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Every hunk between two texts. */
export async function diffTexts(before: string, after: string): Promise<Hunk[]> {
  const [old, now] = [splitLines(before), splitLines(after)];
  return hunksOf(old, now, [{ oldStart: 0, oldEnd: old.length, newStart: 0, newEnd: now.length }]);
}

/** Every hunk that replacements made, given in order; as costly as they are many, however long the text. */
export async function diffReplacements(before: string, after: string, made: readonly Replacement[]): Promise<Hunk[]> {
  const [old, now] = [splitLines(before), splitLines(after)];
  const changes: Change[] = [];
  let [at, line, shift] = [0, 0, 0];
  for (const { start, end, text } of made) {
    const oldStart = line + countBreaks(before, at, start);
    const last = oldStart + countBreaks(before, start, end);
    const newStart = oldStart + shift;
    shift += countBreaks(text, 0, text.length) - (last - oldStart);
    [at, line] = [end, last];
    const change = { oldStart, oldEnd: last + 1, newStart, newEnd: last + 1 + shift };
    const previous = changes.at(-1);
    if (previous && previous.oldEnd > oldStart) {
      changes[changes.length - 1] = { ...change, oldStart: previous.oldStart, newStart: previous.newStart };
    } else {
      changes.push(change);
    }
  }
  const clamped = changes.map((change) => ({
    ...change,
    oldEnd: Math.min(change.oldEnd, old.length),
    newEnd: Math.min(change.newEnd, now.length),
  }));
  return hunksOf(old, now, clamped);
}

/** Lines with their breaks; a last line without one stands out by lacking it. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function countBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

async function hunksOf(old: string[], now: string[], coarse: readonly Change[]): Promise<Hunk[]> {
  const changes: Change[] = [];
  for (const change of coarse) changes.push(...(await refine(old, now, trim(old, now, change))));
  return groupNear(changes).map((group) => buildHunk(old, now, group));
}

function trim(old: string[], now: string[], change: Change): Change {
  let { oldStart, oldEnd, newStart, newEnd } = change;
  while (oldStart < oldEnd && newStart < newEnd && old[oldStart] === now[newStart]) {
    oldStart++;
    newStart++;
  }
  while (oldStart < oldEnd && newStart < newEnd && old[oldEnd - 1] === now[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  return { oldStart, oldEnd, newStart, newEnd };
}

/** Finds the lines that stayed the same inside a change. */
async function refine(old: string[], now: string[], change: Change): Promise<Change[]> {
  const { oldStart, oldEnd, newStart, newEnd } = change;
  const least = Math.min(oldEnd - oldStart, newEnd - newStart);
  if (least === 0 && oldEnd - oldStart === newEnd - newStart) return [];
  if (least <= 1) return [change];
  const { diffArrays } = await import("diff");
  const parts = diffArrays(old.slice(oldStart, oldEnd), now.slice(newStart, newEnd), { maxEditLength: maxEdits });
  if (parts === undefined) return [change];
  const changes: Change[] = [];
  let [oldAt, newAt] = [oldStart, newStart];
  let open: Change | undefined;
  for (const { added, removed, count } of parts) {
    const from: Change = open ?? { oldStart: oldAt, oldEnd: oldAt, newStart: newAt, newEnd: newAt };
    if (!added) oldAt += count;
    if (!removed) newAt += count;
    if (added || removed) {
      open = { ...from, oldEnd: oldAt, newEnd: newAt };
    } else {
      if (open) changes.push(open);
      open = undefined;
    }
  }
  return open ? [...changes, open] : changes;
}

function groupNear(changes: readonly Change[]): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (group && previous && change.oldStart - previous.oldEnd <= 2 * contextLines) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function buildHunk(old: string[], now: string[], group: readonly Change[]): Hunk {
  const [first, last] = [group[0], group.at(-1)];
  const lead = Math.min(contextLines, first?.oldStart ?? 0);
  const from = (first?.oldStart ?? 0) - lead;
  const to = Math.min(old.length, (last?.oldEnd ?? 0) + contextLines);
  const lines: string[] = [];
  let at = from;
  for (const { oldStart, oldEnd, newStart, newEnd } of group) {
    lines.push(...signed(" ", old.slice(at, oldStart)));
    lines.push(...signed("-", old.slice(oldStart, oldEnd)), ...signed("+", now.slice(newStart, newEnd)));
    at = oldEnd;
  }
  lines.push(...signed(" ", old.slice(at, to)));
  const newFrom = (first?.newStart ?? 0) - lead;
  const newLines = (last?.newEnd ?? 0) + to - (last?.oldEnd ?? 0) - newFrom;
  return {
    oldStart: firstLine(from, to - from),
    oldLines: to - from,
    newStart: firstLine(newFrom, newLines),
    newLines,
    lines,
  };
}

/** Unified diffs count lines from 1, and name the line before where there are none. */
const firstLine = (index: number, count: number) => (count === 0 ? index : index + 1);

function signed(sign: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.endsWith("\n") ? [sign + line.slice(0, -1)] : [sign + line, "\\ No newline at end of file"],
  );
}
