/** The orders that Glob and List know. */
import { lstatSync, type Stats } from "node:fs";
import { z } from "zod";

export const orderSchema = z.enum(["name", "name_desc", "mtime", "mtime_desc", "size", "size_desc"]).optional();
export type Order = z.output<typeof orderSchema>;

/** What the disk says of a path itself, not of what it links to; undefined if it is gone. */
export function describePath(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Sorts entries that come in name order; equal ones stay in it. */
export function sortEntries<Item extends { readonly path: string }>(
  entries: readonly Item[],
  order: Order,
): readonly Item[] {
  if (order === undefined || order === "name") return entries;
  if (order === "name_desc") return entries.toReversed();
  const sign = order.endsWith("_desc") ? -1 : 1;
  const measure = order.startsWith("mtime") ? (stats: Stats) => stats.mtimeMs : (stats: Stats) => stats.size;
  return entries
    .map((entry) => ({ entry, value: measured(entry.path, measure) }))
    .sort((a, b) => sign * (a.value - b.value))
    .map(({ entry }) => entry);
}

function measured(path: string, measure: (stats: Stats) => number): number {
  const stats = describePath(path);
  return stats ? measure(stats) : 0;
}
