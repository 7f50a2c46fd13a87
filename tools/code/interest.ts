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
  /** Where it would start if nothing were asked for. */
  readonly unled: Float64Array;
  /** Whether something is asked for. */
  readonly isLed: boolean;
  /** How well each name fits the query, 0 to 1, by number of name. */
  readonly names: Float64Array;
}

/** Shares of the start that go to what the wish names; the rest goes to all files evenly. */
const share = { focus: 0.4, query: 0.45, seen: 0.1 } as const;

export function interestOf(graph: Graph, wish: Wish): Interest {
  const { files: paths } = graph;
  const asked = askedOf(graph, wish.query ?? "");
  const names = namesInQuery(graph, asked);
  const parts: [number, Float64Array][] = [
    [share.focus, Float64Array.from(paths, (path) => (isUnder(path, wish.focus) ? 1 : 0))],
    [share.query, filesInQuery(graph, asked, names)],
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
  const unled = rest.map((value) => value / sum);
  const isLed = left < 1 - share.seen;
  return { files: files.map((value, at) => value + left * (unled[at] ?? 0)), unled, isLed, names };
}

/** A file of tests counts that much of another: what tests use most is not what the program is made of. */
const asideWorth = 0.1;

function isUnder(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || (place.endsWith("/") && path.startsWith(place)));
}

interface Asked {
  /** Names and paths as they stand in the query. */
  readonly text: string;
  readonly whole: ReadonlySet<string>;
  /** Its words by their stems, each with how much it tells one file from another. */
  readonly stems: ReadonlyMap<string, number>;
  /** Those that each name of the graph has, by its number. */
  readonly ofNames: readonly (readonly string[])[];
}

/** A word that half of the files have tells little. */
function askedOf({ files, names, defined, definedAt }: Graph, query: string): Asked {
  const stems = queryStems(query);
  const having = new Map([...stems].map((each) => [each, 0]));
  const ofNames = names.map((name) => stemsIn(name, stems));
  if (stems.size > 0) {
    for (const [file, path] of files.entries()) {
      const own = new Set(stemsIn(path, stems));
      for (let at = definedAt[file] ?? 0; at < (definedAt[file + 1] ?? 0); at++) {
        for (const each of ofNames[defined[at] ?? 0] ?? []) own.add(each);
      }
      for (const each of own) having.set(each, (having.get(each) ?? 0) + 1);
    }
  }
  const rarity = ([each, count]: [string, number]): [string, number] => [
    each,
    Math.log(1 + files.length / (1 + count)),
  ];
  return {
    text: query,
    whole: new Set(query.match(/[\p{L}\p{N}_$]+/gu)),
    stems: new Map([...having].map(rarity)),
    ofNames,
  };
}

const none: readonly string[] = [];

function stemsIn(text: string, stems: { has(stem: string): boolean; keys(): Iterable<string> }): readonly string[] {
  const lower = text.toLowerCase();
  for (const each of stems.keys()) {
    if (lower.includes(each))
      return wordsOf(text)
        .map(stem)
        .filter((word) => stems.has(word));
  }
  return none;
}

/** 1 for a name that stands in the query, less for one that shares half of its words with it, common ones least. */
function namesInQuery({ names }: Graph, { whole, stems, ofNames }: Asked): Float64Array {
  const most = Math.max(1, ...stems.values());
  return Float64Array.from(names, (name, at) => {
    if (stems.size === 0) return 0;
    const bare = name.replace(/^\./, "");
    if (whole.has(bare) && (bare.length > 5 || /[A-Z_]/.test(bare))) return 1;
    const shared = ofNames[at] ?? none;
    if (shared.length === 0) return 0;
    const words = wordsOf(name).length;
    const told = shared.reduce((sum, each) => sum + (stems.get(each) ?? 0), 0) / most;
    return 2 * shared.length >= words ? Math.min(1, (0.5 * told) / words) : 0;
  });
}

/** What a name that stands in the query as it is adds, beside words of which the rarest adds about 5. */
const namedWorth = 15;

/** A file fits by the words that its path and the names it defines share with the query: the more of them, the better. */
function filesInQuery(graph: Graph, { text, stems, ofNames }: Asked, fits: Float64Array): Float64Array {
  const { files, defined, definedAt } = graph;
  return Float64Array.from(files, (path, file) => {
    if (stems.size === 0) return 0;
    if (text.includes(path)) return 1_000;
    const inPath = new Set(stemsIn(path, stems));
    const counts = new Map<string, number>();
    for (let at = definedAt[file] ?? 0; at < (definedAt[file + 1] ?? 0); at++) {
      for (const each of ofNames[defined[at] ?? 0] ?? []) counts.set(each, (counts.get(each) ?? 0) + 1);
    }
    const named = defined.subarray(definedAt[file], definedAt[file + 1]).some((name) => fits[name] === 1);
    let fit = named ? namedWorth : 0;
    for (const [each, rarity] of stems) {
      fit += rarity * ((inPath.has(each) ? 1 : 0) + Math.min(1, (counts.get(each) ?? 0) / 3));
    }
    return fit ** 3 * (isAside(path) ? asideWorth : 1);
  });
}
