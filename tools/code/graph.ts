/**
 * The graph of a project's code: files use names, names belong to the files that define them. It is the graph of files whose
 * edges are references, kept factored: a name that 500 files define and 2,000 use is 2,500 edges, not a million.
 */
import { languageOf } from "./languages.ts";
import type { Pace } from "./pace.ts";
import type { Store } from "./store.ts";

export interface Graph {
  /** Paths from the project's root. */
  readonly files: readonly string[];
  /** Those of methods begin with a dot. */
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
export async function graphOf(store: Store, files: ReadonlySet<string>, pace: Pace): Promise<Graph> {
  const paths: string[] = [];
  const numbers = new Map<string, number>();
  const defined: number[] = [];
  const definedAt = [0];
  for (const { path, text } of store.column("names")) {
    if (!files.has(path)) continue;
    await pace.rest();
    paths.push(path);
    for (const name of text.split("\n")) {
      if (name === "") continue;
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
  return { ...own, ...from, ...(await usesOf(store, paths, numbers, from, pace)) };
}

async function usesOf(
  store: Store,
  paths: readonly string[],
  numbers: ReadonlyMap<string, number>,
  { defined, definedAt }: Pick<Graph, "defined" | "definedAt">,
  pace: Pace,
): Promise<Pick<Graph, "usedAt" | "used" | "counts">> {
  const used: number[] = [];
  const counts: number[] = [];
  const usedAt = [0];
  let file = 0;
  for (const { path, text } of store.column("uses")) {
    if (path !== paths[file]) continue;
    await pace.rest();
    const reader = languageOf(path)?.reader ?? "";
    const own = new Set(defined.subarray(definedAt[file], definedAt[file + 1]));
    for (let start = 0; start < text.length; ) {
      const gap = text.indexOf(" ", start);
      const found = text.indexOf("\n", gap);
      const end = found < 0 ? text.length : found;
      const name = meant(text.slice(start, gap), numbers, reader);
      if (name !== undefined && !own.has(name)) {
        used.push(name);
        counts.push(Number(text.slice(gap + 1, end)));
      }
      start = end + 1;
    }
    usedAt.push(used.length);
    file += 1;
  }
  return { usedAt: Uint32Array.from(usedAt), used: Uint32Array.from(used), counts: Uint32Array.from(counts) };
}

/** Languages in which what stands after a dot is never a function of a module. */
const membersApart = new Set(["typescript", "tsx", "javascript", "cpp", "java", "c-sharp"]);
/** Languages in which methods are called without what they belong to. */
const impliedThis = new Set(["cpp", "java", "c-sharp", "ruby", "kotlin", "swift", "scala", "dart"]);

/** The number of what a use refers to, in a language by its reader. */
function meant(use: string, numbers: ReadonlyMap<string, number>, reader: string): number | undefined {
  const exact = numbers.get(use);
  if (exact !== undefined) return exact;
  if (use.startsWith(".")) return membersApart.has(reader) ? undefined : numbers.get(use.slice(1));
  return impliedThis.has(reader) ? numbers.get(`.${use}`) : undefined;
}
