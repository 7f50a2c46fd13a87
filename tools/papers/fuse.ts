/** One ranking from those of several sources: what many of them rank high comes first, and each paper is there once. */
import { merged, type Paper } from "./paper.ts";

/**
 * How much less a lower rank counts (reciprocal-rank fusion; Cormack, Clarke and Büttcher, 2009).
 */
const flatness = 60;
/** Shorter titles are had by many papers. */
const tellingTitle = 12;

export interface Ranking {
  /** Best first. */
  readonly papers: readonly Paper[];
  readonly weight: number;
}

interface Hit {
  readonly paper: Paper;
  readonly list: number;
  /** From 0. */
  readonly rank: number;
}

/** Hits that are the same paper. */
type Group = Hit[];

/** Papers of rankings, whose order says which is believed where they differ; best first. */
export function fuse(rankings: readonly Ranking[]): Paper[] {
  const byKey = new Map<string, Group>();
  const groups = new Set<Group>();
  for (const [list, { papers }] of rankings.entries()) {
    for (const [rank, paper] of papers.entries()) {
      const known = new Set(sameKeys(paper).map((key) => byKey.get(key)));
      const group: Group = [{ paper, list, rank }];
      for (const other of known) {
        if (other === undefined) continue;
        group.push(...other);
        groups.delete(other);
      }
      groups.add(group);
      for (const hit of group) for (const key of sameKeys(hit.paper)) byKey.set(key, group);
    }
  }
  return [...groups]
    .map((group) => ({ paper: paperOf(group), score: scoreOf(group, rankings) }))
    .sort((a, b) => b.score - a.score || (b.paper.citations ?? 0) - (a.paper.citations ?? 0))
    .map(({ paper }) => paper);
}

function paperOf(group: Group): Paper {
  return group
    .toSorted((a, b) => a.list - b.list || a.rank - b.rank)
    .map(({ paper }) => paper)
    .reduce(merged);
}

/** Of each ranking the best of its hits counts. */
function scoreOf(group: Group, rankings: readonly Ranking[]): number {
  return rankings.reduce((sum, { weight }, list) => {
    const ranks = group.filter((hit) => hit.list === list).map(({ rank }) => rank);
    return ranks.length === 0 ? sum : sum + weight / (flatness + Math.min(...ranks) + 1);
  }, 0);
}

/** Papers that share one of these are the same. */
export function sameKeys({ ids, title, authors }: Paper): string[] {
  const name = normal(title);
  const [first] = authors;
  const family = normal(first?.family ?? first?.name.split(" ").at(-1) ?? "");
  return [
    ...(ids.doi === undefined ? [] : [`doi:${ids.doi}`]),
    ...(ids.arxiv === undefined ? [] : [`arxiv:${ids.arxiv.toLowerCase()}`]),
    ...(ids.s2 === undefined ? [] : [`s2:${ids.s2}`]),
    ...(ids.openalex === undefined ? [] : [`openalex:${ids.openalex}`]),
    ...(name.length < tellingTitle ? [] : [`title:${name}:${family}`]),
  ];
}

/** Letters and digits alone, without accents. */
function normal(words: string): string {
  return words
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]+/gu, "")
    .toLowerCase();
}
