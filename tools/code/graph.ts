/**
 * The graph of a project's code: files use names, names belong to the files that define them. It is the graph of files whose
 * edges are references, kept factored: a name that 500 files define and 2,000 use is 2,500 edges, not a million.
 */
import type { Pace } from "./pace.ts";
import type { FileRow } from "./store.ts";

export interface Graph {
  /** Paths from the project's root. */
  readonly files: readonly string[];
  readonly names: readonly string[];
  /** Which names each file defines: those of file `f` are `defined[definedAt[f] .. definedAt[f + 1]]`. */
  readonly definedAt: Uint32Array;
  readonly defined: Uint32Array;
  /** How many files define each name. */
  readonly definers: Uint32Array;
  /** Which names of other files each file uses, and how often; same layout. */
  readonly usedAt: Uint32Array;
  readonly used: Uint32Array;
  readonly counts: Uint32Array;
}

/** Of the files of the project, only those under the directory that is mapped. */
export async function graphOf(rows: Iterable<FileRow>, files: ReadonlySet<string>, pace: Pace): Promise<Graph> {
  const paths: string[] = [];
  const uses: string[] = [];
  const numbers = new Map<string, number>();
  const defined: number[] = [];
  const definedAt = [0];
  for (const row of rows) {
    if (!files.has(row.path)) continue;
    await pace.rest();
    paths.push(row.path);
    uses.push(row.uses);
    for (const name of new Set(row.names.split("\n"))) {
      if (name === "" || name.startsWith(" ")) continue;
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      defined.push(number);
    }
    definedAt.push(defined.length);
  }
  const definers = new Uint32Array(numbers.size);
  for (const name of defined) definers[name] = (definers[name] ?? 0) + 1;
  const own = { files: paths, names: [...numbers.keys()], definers };
  const from = { defined: Uint32Array.from(defined), definedAt: Uint32Array.from(definedAt) };
  return { ...own, ...from, ...(await usesOf(uses, numbers, from, pace)) };
}

async function usesOf(
  uses: readonly string[],
  numbers: ReadonlyMap<string, number>,
  { defined, definedAt }: Pick<Graph, "defined" | "definedAt">,
  pace: Pace,
): Promise<Pick<Graph, "usedAt" | "used" | "counts">> {
  const used: number[] = [];
  const counts: number[] = [];
  const usedAt = [0];
  for (const [file, text] of uses.entries()) {
    await pace.rest();
    const own = new Set(defined.subarray(definedAt[file], definedAt[file + 1]));
    for (let start = 0; start < text.length; ) {
      const gap = text.indexOf(" ", start);
      const found = text.indexOf("\n", gap);
      const end = found < 0 ? text.length : found;
      const name = numbers.get(text.slice(start, gap));
      if (name !== undefined && !own.has(name)) {
        used.push(name);
        counts.push(Number(text.slice(gap + 1, end)));
      }
      start = end + 1;
    }
    usedAt.push(used.length);
  }
  return { usedAt: Uint32Array.from(usedAt), used: Uint32Array.from(used), counts: Uint32Array.from(counts) };
}
