/** What models call the tools of a server: `mcp__SERVER__TOOL`, safe on every wire, at most 64 characters, each once. */

const maxServer = 24;
const maxName = 64;

/** The middle part of the names, one for each server; names that would be the same get a number. */
export function slugsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(names.map((name) => [name, unique(short(safe(name), name, maxServer), taken, maxServer)]));
}

/** Stands for all tools of a server. */
export const groupOf = (slug: string) => `mcp__${slug}`;

export const prefixOf = (slug: string) => `${groupOf(slug)}__`;

/** The name of each tool of a server, in their order. */
export function toolNamesOf(slug: string, names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const prefix = prefixOf(slug);
  const room = maxName - prefix.length;
  return names.map((name) => prefix + unique(short(safe(name), name, room), taken, room));
}

function safe(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, "_").replace(/__+/g, "_") || "_";
}

/** A name that is too long keeps its begin, and a mark of the whole, so that it stays the same beside others. */
function short(safe: string, whole: string, max: number): string {
  if (safe.length <= max) return safe;
  const mark = new Bun.CryptoHasher("sha256").update(whole).digest("hex").slice(0, 6);
  return `${safe.slice(0, max - 7)}_${mark}`;
}

function unique(name: string, taken: Set<string>, max: number): string {
  let found = name;
  for (let number = 2; taken.has(found); number += 1) found = `${name.slice(0, max - 4)}_${number}`;
  taken.add(found);
  return found;
}
