/** Ranges of pages as they are asked for: `3`, `2-5`, `7-`. */

import { plural } from "../output.ts";

export interface PageRange {
  readonly from: number;
  readonly to: number;
}

const pattern = /^\s*(\d{1,7})\s*(-\s*(\d{1,7})?)?\s*$/;

/** The range within so many pages, or what is wrong with it as the rest of a sentence after the file's name. */
export function parsePages(pages: string, total: number, noun = "page"): PageRange | string {
  const match = pattern.exec(pages);
  const from = Number(match?.[1]);
  const to = match?.[3] === undefined ? (match?.[2] ? total : from) : Number(match[3]);
  if (!match || from < 1 || to < Math.min(from, total))
    return `cannot be read by pages=${pages}: write "3", "2-5" or "7-".`;
  if (from > total) return `has ${plural(total, noun)}; there is no ${noun} ${from}.`;
  return { from, to: Math.min(to, total) };
}
