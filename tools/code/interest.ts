/** What a map is wanted for: where its ranking starts from, and which names it has an eye on. */
import type { Graph } from "./graph.ts";
import { isAside } from "./place.ts";
import { queryStems, stem, wordsOf } from "./words.ts";

export interface Wish {
  /** Free text: names, paths or plain words. */
  readonly query?: string | undefined;
  /** Paths from the project's root that it is about; directories end in `/`. */
  readonly focus: readonly string[];
  /** Files that the conversation has seen, by path from the root. */
  readonly seen: ReadonlySet<string>;
}

export interface Interest {
  /** By number of file; together 1. */
  readonly files: Float64Array;
  /** How well each name fits the query, 0 to 1, by number of name. */
  readonly names: Float64Array;
}

/** Shares of the start that go to what the wish names; the rest goes to all files evenly. */
const share = { focus: 0.5, query: 0.3, seen: 0.1 } as const;

export function interestOf(graph: Graph, wish: Wish): Interest {
  const { files: paths } = graph;
  const names = namesInQuery(graph, wish.query ?? "");
  const parts: [number, Float64Array][] = [
    [share.focus, Float64Array.from(paths, (path) => (isUnder(path, wish.focus) ? 1 : 0))],
    [share.query, filesInQuery(graph, wish.query ?? "", names)],
    [share.seen, Float64Array.from(paths, (path) => (wish.seen.has(path) ? 1 : 0))],
  ];
  const files = new Float64Array(paths.length);
  let left = 1;
  for (const [part, weights] of parts) {
    const sum = weights.reduce((all, each) => all + each, 0);
    if (sum === 0) continue;
    left -= part;
    for (const [at, value] of weights.entries()) files[at] = (files[at] ?? 0) + (part * value) / sum;
  }
  const rest = Float64Array.from(paths, (path) => (isAside(path) ? asideWorth : 1));
  const sum = rest.reduce((all, each) => all + each, 0);
  return { files: files.map((value, at) => value + (left * (rest[at] ?? 0)) / sum), names };
}

/** A file of tests counts that much of another: what tests use most is not what the program is made of. */
const asideWorth = 0.1;

function isUnder(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || (place.endsWith("/") && path.startsWith(place)));
}

/** 1 for a name that stands in the query, less for one that shares half of its words with it. */
function namesInQuery({ names }: Graph, query: string): Float64Array {
  const fit = new Float64Array(names.length);
  const stems = queryStems(query);
  if (stems.size === 0) return fit;
  const whole = new Set(query.match(/[\p{L}\p{N}_$]+/gu));
  for (const [at, name] of names.entries()) {
    if (whole.has(name.replace(/^\./, ""))) fit[at] = 1;
    else if (mayHave(name, stems)) {
      const words = wordsOf(name);
      const shared = words.filter((word) => stems.has(stem(word))).length;
      if (shared > 0 && 2 * shared >= words.length) fit[at] = (0.5 * shared) / words.length;
    }
  }
  return fit;
}

/** Whether it is worth taking apart. */
function mayHave(name: string, stems: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase();
  for (const each of stems) if (lower.includes(each)) return true;
  return false;
}

/** A file fits by the names it defines, rare ones more, and by the words of its path. */
function filesInQuery(
  { files, defined, definedAt, definers }: Graph,
  query: string,
  names: Float64Array,
): Float64Array {
  const stems = queryStems(query);
  return Float64Array.from(files, (path, file) => {
    if (stems.size === 0) return 0;
    if (query.includes(path)) return 10;
    const inPath = new Set(
      wordsOf(path)
        .map(stem)
        .filter((word) => stems.has(word)),
    ).size;
    let fit = inPath / 2;
    for (let at = definedAt[file] ?? 0; at < (definedAt[file + 1] ?? 0); at++) {
      const name = defined[at] ?? 0;
      fit += (names[name] ?? 0) / Math.sqrt(definers[name] ?? 1);
    }
    return fit;
  });
}
