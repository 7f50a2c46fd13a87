/** Files as the search sees them, and the lines of them that are shown. */
import { readFile } from "node:fs/promises";
import type { Hit } from "./grep-query.ts";
import { sliceWhole } from "./output.ts";

/** Longest line shown, in characters. */
const maxLineChars = 500;

/** The text of a file, decoded by its byte order mark, else as UTF-8. Undefined for a binary file or one that cannot be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    const wide =
      bytes[0] === 0xff && bytes[1] === 0xfe
        ? "utf-16le"
        : bytes[0] === 0xfe && bytes[1] === 0xff
          ? "utf-16be"
          : undefined;
    if (wide === undefined && bytes.includes(0)) return undefined;
    const text = new TextDecoder(wide ?? "utf-8").decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A line to show. */
export interface Row {
  readonly line: number;
  readonly text: string;
  /** Which match it belongs to, by its place among those given; undefined for a line of context. */
  readonly match: number | undefined;
}

/** The lines of a text that ends a line with `\n` or `\r\n`. */
export function linesIn(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return text.includes("\r") ? lines.map((line) => line.replace(/\r$/, "")) : lines;
}

/** The lines of the given matches, and those around them in the file, each line once, in order. */
export function rowsOf(hits: readonly Hit[], file: readonly string[], before: number, after: number): Row[] {
  const rows = new Map<number, Row>();
  const context = (line: number) => {
    const text = file[line - 1];
    if (text !== undefined && !rows.has(line)) rows.set(line, { line, match: undefined, text: clip(text, 0) });
  };
  for (const [match, hit] of hits.entries()) {
    for (let line = hit.line - before; line < hit.line; line++) context(line);
    for (const [index, text] of hit.lines.entries()) {
      const line = hit.line + index;
      rows.set(line, { line, match, text: clip(text, index === 0 ? hit.at : 0) });
    }
    for (let line = 0; line < after; line++) context(hit.line + hit.lines.length + line);
  }
  return [...rows.values()].sort((a, b) => a.line - b.line);
}

/** A window of a long line, around what was found in it. */
function clip(line: string, at: number): string {
  if (line.length <= maxLineChars) return line;
  const start = Math.max(0, Math.min(at - Math.floor(maxLineChars / 2), line.length - maxLineChars));
  const end = start + maxLineChars;
  const shown = sliceWhole(line.slice(start).replace(/^[\udc00-\udfff]/, ""), maxLineChars);
  return `${start > 0 ? "…" : ""}${shown}${end < line.length ? "…" : ""}`;
}
