/** How sizes, counts and speeds of weights are written, and rows of them as a program reads them. */
import type { OutputFormat } from "./flags.ts";
import { writeOut } from "./stdio.ts";

/** `98 MB`, `2.5 GB`. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** `17`, `135M`, `8.2B`. */
export function countText(count: number): string {
  if (count >= 1e9) return `${Number((count / 1e9).toFixed(1))}B`;
  if (count >= 1e6) return `${Math.round(count / 1e6)}M`;
  return count >= 1e3 ? `${Math.round(count / 1e3)}k` : String(count);
}

/** A rate, with as many digits as mean something. */
export function rateText(rate: number): string {
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1);
}

export function timeText(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

/** A word as a person types it into a shell. */
export function shellWord(word: string): string {
  return /^[\w:./@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** One array, or a line each. */
export async function writeObjects(objects: readonly unknown[], format: OutputFormat): Promise<void> {
  const isStream = format === "stream-json";
  const text = isStream ? objects.map((each) => `${JSON.stringify(each)}\n`).join("") : `${JSON.stringify(objects)}\n`;
  await writeOut(text);
}

/** Lines of a name and what it is. */
export function sheet(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("");
}
