/** Writes patches from what a file was and is, as a model is told to: context around each change, and more of it where needed. */
import { diffArrays } from "diff";

export interface PatchLine {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** The body of an update, or undefined where nothing differs. Both texts end in a break, or are empty. */
export function updateBody(before: string, after: string): string | undefined {
  const old = linesOf(before);
  const chunks = chunksOf(signed(old, linesOf(after)));
  if (chunks.length === 0) return undefined;
  let cursor = 0;
  const parts: string[] = [];
  for (const { start, lines } of chunks) {
    let from = Math.max(cursor, start);
    const rest = lines.filter(({ sign }) => sign !== "+").map(({ text }) => text);
    while (from > cursor && firstPlace(old, old.slice(from, start).concat(rest), cursor) !== from) from--;
    const lead = old.slice(from, start).map((text): PatchLine => ({ sign: " ", text }));
    const all = [...lead, ...lines];
    const count = all.filter(({ sign }) => sign !== "+").length;
    parts.push("@@", ...all.map(({ sign, text }) => sign + text));
    if (from + count === old.length) parts.push("*** End of File");
    cursor = from + count;
  }
  return parts.join("\n");
}

export const patchOf = (...parts: readonly string[]) => ["*** Begin Patch", ...parts, "*** End Patch"].join("\n");

const linesOf = (text: string) => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

function signed(old: string[], now: string[]): PatchLine[] {
  return diffArrays(old, now).flatMap(({ added, removed, value }) =>
    value.map((text): PatchLine => ({ sign: added ? "+" : removed ? "-" : " ", text })),
  );
}

/** Runs of changes, each with up to three lines that stay behind it, and as many before where the runs leave them. */
function chunksOf(lines: readonly PatchLine[]): { readonly start: number; readonly lines: readonly PatchLine[] }[] {
  const chunks: { start: number; lines: PatchLine[] }[] = [];
  let oldAt = 0;
  let kept: PatchLine[] = [];
  for (const line of lines) {
    if (line.sign === " ") {
      kept.push(line);
      oldAt++;
      continue;
    }
    const last = chunks.at(-1);
    if (last && kept.length <= 6) last.lines.push(...kept, line);
    else {
      last?.lines.push(...kept.slice(0, 3));
      const lead = kept.slice(-3);
      chunks.push({ start: oldAt - lead.length, lines: [...lead, line] });
    }
    kept = [];
    if (line.sign === "-") oldAt++;
  }
  chunks.at(-1)?.lines.push(...kept.slice(0, 3));
  return chunks;
}

function firstPlace(file: readonly string[], wanted: readonly string[], from: number): number {
  for (let at = from; at + wanted.length <= file.length; at++) {
    if (wanted.every((line, offset) => file[at + offset] === line)) return at;
  }
  return -1;
}
