/** Definitions that fit a query: by their names, and by the words of names, comments and paths (BM25). */
import { exactPattern, type NameFit, nameMatcher } from "./match-name.ts";
import type { Definition } from "./outline.ts";
import type { Pace } from "./pace.ts";
import { isAside } from "./place.ts";
import { type Store, unpack } from "./store.ts";
import { queryStems, stem, wordsOf } from "./words.ts";

export interface FoundDefinition {
  /** Path from the project's root. */
  readonly path: string;
  readonly definition: Definition;
  /** Name of what it is in; empty for none. */
  readonly container: string;
  readonly fit: NameFit | "words";
  readonly score: number;
}

/** The best first: those of that very name or, where there are none, what comes near, by name before by words. */
export async function findDefinitions(
  store: Store,
  files: (path: string) => boolean,
  query: string,
  pace: Pace,
): Promise<FoundDefinition[]> {
  const exact = await byName(store, files, query, "exact", pace);
  if (exact.length > 0) return exact;
  const named = await byName(store, files, query, "near", pace);
  if (named.length > 0 && wordsOf(query).length > 1) return named;
  const keys = new Set(named.map(keyOf));
  const worded = await byWords(store, files, query, pace);
  return [...named, ...worded.filter((each) => !keys.has(keyOf(each)))];
}

function keyOf({ path, definition }: FoundDefinition): string {
  return `${path}:${definition.line}:${definition.name}`;
}

async function byName(
  store: Store,
  files: (path: string) => boolean,
  query: string,
  how: "exact" | "near",
  pace: Pace,
): Promise<FoundDefinition[]> {
  const [, owner = "", name = ""] =
    /^(?:(.*?)(?:::|[.#/]))?([^\s.#/:]+)$/u.exec(query.replace(/\(\)$/, "").trim()) ?? [];
  if (name === "") return [];
  const match = nameMatcher(name);
  const exact = exactPattern(name);
  const mayFit = (symbols: string) =>
    how === "exact" ? exact.test(symbols) : symbols.split("\n").some((each) => match(each) !== undefined);
  const fitting: string[] = [];
  for (const { path, text } of store.column("symbols")) {
    await pace.rest();
    if (files(path) && mayFit(text)) fitting.push(path);
  }
  const found: FoundDefinition[] = [];
  for (const path of fitting) {
    await pace.rest();
    const outline = store.definitions(path);
    for (const definition of outline) {
      const matched = match(definition.name);
      const container = outline[definition.parent]?.name ?? "";
      if (matched === undefined || (how === "exact") !== (matched.fit === "exact")) continue;
      if (!isOwned(owner, container, definition)) continue;
      found.push({ path, definition, container, fit: matched.fit, score: matched.score + standing(path, definition) });
    }
  }
  return found.sort(byScore);
}

/** Go and C++ name the owner in the signature. */
function isOwned(owner: string, container: string, { signature }: Definition): boolean {
  const last = owner.split(/::|[.#/]/).at(-1) ?? "";
  return (
    last === "" ||
    container.toLowerCase() === last.toLowerCase() ||
    new RegExp(`\\b${RegExp.escape(last)}\\b`).test(signature)
  );
}

/** What others can mean counts more than what they cannot, the program more than its tests. */
function standing(path: string, { isShared, kind }: Definition): number {
  return (isShared ? 3 : 0) + (kind === "field" || kind === "impl" ? -3 : 0) + (isAside(path) ? -2 : 0);
}

function byScore(a: FoundDefinition, b: FoundDefinition): number {
  return b.score - a.score || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.definition.line - b.definition.line);
}

// --- Words ------------------------------------------------------------------------------------------------------------

const weights = { name: 3, container: 1.5, path: 1, doc: 1, signature: 0.5 } as const;
const bm25 = { k1: 1.2, b: 0.5, usualLength: 25 } as const;
/** Candidates that are kept for ranking. */
const mostCandidates = 20_000;

interface Candidate {
  readonly path: string;
  readonly definition: Definition;
  readonly container: string;
  /** Weighted count of each word of the query. */
  readonly counts: readonly number[];
  readonly length: number;
}

async function byWords(store: Store, files: (path: string) => boolean, query: string, pace: Pace) {
  const stems = [...queryStems(query)];
  if (stems.length === 0) return [];
  const candidates: Candidate[] = [];
  let total = 0;
  for (const { path, text: definitions } of store.column("definitions")) {
    await pace.rest();
    if (!files(path)) continue;
    total += definitions.length / 150;
    const text = (path + definitions).toLowerCase();
    if (candidates.length >= mostCandidates || !stems.some((each) => text.includes(each))) continue;
    const inPath = countsOf(path, stems, weights.path);
    const outline = unpack(definitions);
    for (const definition of outline) {
      const candidate = candidateOf(path, definition, outline[definition.parent]?.name ?? "", stems, inPath);
      if (candidate !== undefined) candidates.push(candidate);
    }
  }
  return ranked(candidates, stems, total);
}

function candidateOf(
  path: string,
  definition: Definition,
  container: string,
  stems: readonly string[],
  inPath: readonly number[],
): Candidate | undefined {
  const { name, doc, signature } = definition;
  const parts = [
    countsOf(name, stems, weights.name),
    countsOf(container, stems, weights.container),
    countsOf(doc, stems, weights.doc),
    countsOf(signature, stems, weights.signature),
  ];
  if (parts.every((counts) => counts.every((count) => count === 0))) return undefined;
  const counts = stems.map((_, at) => parts.reduce((sum, each) => sum + (each[at] ?? 0), inPath[at] ?? 0));
  return { path, definition, container, counts, length: (name.length + doc.length + signature.length) / 6 };
}

function countsOf(text: string, stems: readonly string[], weight: number): number[] {
  const words = new Set(wordsOf(text).map(stem));
  return stems.map((each) => (words.has(each) ? weight : 0));
}

function ranked(candidates: readonly Candidate[], stems: readonly string[], total: number): FoundDefinition[] {
  const { k1, b, usualLength } = bm25;
  const rarity = stems.map((_, at) => {
    const having = candidates.filter(({ counts }) => (counts[at] ?? 0) > 0).length;
    return Math.log(1 + (Math.max(total, having) - having + 0.5) / (having + 0.5));
  });
  const shares = candidates.map(({ counts }) => counts.filter((count) => count > 0).length);
  const least = shares.reduce((best, share) => Math.max(best, share), 0) / 2;
  return candidates
    .filter((_, at) => (shares[at] ?? 0) >= least)
    .map(({ path, definition, container, counts, length }): FoundDefinition => {
      const norm = k1 * (1 - b + (b * length) / usualLength);
      const sum = counts.reduce((all, count, at) => all + ((rarity[at] ?? 0) * count * (k1 + 1)) / (count + norm), 0);
      const matched = counts.filter((count) => count > 0).length / stems.length;
      const score = sum * matched * (1 + standing(path, definition) / 10);
      return { path, definition, container, fit: "words", score };
    })
    .sort(byScore);
}
