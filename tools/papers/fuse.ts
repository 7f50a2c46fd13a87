/** One ranking from those of several sources: what many of them rank high comes first, and each paper is there once. */
import { merged, type Paper } from "./paper.ts";

/**
 * How much less a lower rank counts (reciprocal-rank fusion; Cormack, Clarke and Büttcher, 2009).
 */
const flatness = 60;
/** Shorter titles are had by many papers. */
const tellingTitle = 12;

interface Group {
  readonly members: { readonly paper: Paper; readonly list: number }[];
  /** Best rank in each list, from 0. */
  readonly ranks: Map<number, number>;
}

/** Papers of rankings, whose order says which is believed where they differ; best first. */
export function fuse(rankings: readonly (readonly Paper[])[]): Paper[] {
  const byKey = new Map<string, Group>();
  const groups = new Set<Group>();
  for (const [list, papers] of rankings.entries()) {
    for (const [rank, paper] of papers.entries()) {
      const keys = sameKeys(paper);
      const known = new Set(keys.flatMap((key) => byKey.get(key) ?? []));
      const group = joined([...known], groups);
      group.members.push({ paper, list });
      group.ranks.set(list, Math.min(rank, group.ranks.get(list) ?? rank));
      for (const each of group.members) for (const key of sameKeys(each.paper)) byKey.set(key, group);
    }
  }
  return [...groups]
    .map((group) => ({ paper: paperOf(group), score: scoreOf(group) }))
    .sort((a, b) => b.score - a.score || (b.paper.citations ?? 0) - (a.paper.citations ?? 0))
    .map(({ paper }) => paper);
}

/** Those that turn out to be the same are one. */
function joined([first, ...others]: readonly Group[], groups: Set<Group>): Group {
  const group: Group = first ?? { members: [], ranks: new Map() };
  for (const other of others) {
    group.members.push(...other.members);
    for (const [list, rank] of other.ranks) group.ranks.set(list, Math.min(rank, group.ranks.get(list) ?? rank));
    groups.delete(other);
  }
  groups.add(group);
  return group;
}

function paperOf({ members }: Group): Paper {
  return members
    .toSorted((a, b) => a.list - b.list)
    .map(({ paper }) => paper)
    .reduce(merged);
}

function scoreOf({ ranks }: Group): number {
  return [...ranks.values()].reduce((sum, rank) => sum + 1 / (flatness + rank + 1), 0);
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
