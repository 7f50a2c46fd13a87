/** Years as arguments of the tools. */
import { z } from "zod";

export const year = z.int().min(1000).max(2999);

/** What is wrong with a range, as a sentence. */
export function wrongYears(range: {
  readonly year_from?: number | undefined;
  readonly year_to?: number | undefined;
}): string | undefined {
  const { year_from: from, year_to: to } = range;
  if (from === undefined || to === undefined || from <= to) return undefined;
  return `The years are the wrong way round: year_from ${from} is after year_to ${to}.`;
}
