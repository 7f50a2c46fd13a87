/** The fleet as rows of a tree: pure, from the cards of its agents. */
import type { AgentCard } from "../../server/protocol.ts";
import { isAtWork, stateWords } from "./state-words.ts";

export type FleetSort = "tree" | "cost" | "busy";
/** How an agent fares, of which everyone is one. */
export type FleetGroup = "working" | "waiting" | "failed" | "resting" | "ended";

export interface TreeRow {
  readonly label: string;
  /** Generations below the root; 0 where the rows are a list. */
  readonly depth: number;
  readonly children: number;
  readonly isFolded: boolean;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

export interface TreeWish {
  readonly sort: FleetSort;
  /** Words that path, state, tool, status or model must hold. */
  readonly filter: string;
  readonly only: FleetGroup | undefined;
  /** Labels whose children are not shown. */
  readonly folded: ReadonlySet<string>;
  readonly showEnded: boolean;
}

export function parentOf(path: string): string | undefined {
  return path.split("/").at(-2);
}

export function groupOf(card: AgentCard): FleetGroup {
  if (card.ended) return "ended";
  if (card.asks > 0 || card.state === "waiting") return "waiting";
  if (isAtWork(card)) return "working";
  return stateWords(card).tone === "failed" ? "failed" : "resting";
}

/** The rows in the order they are shown. A filter and every order but the tree's make a list of them. */
export function treeRows(cards: ReadonlyMap<string, AgentCard>, wish: TreeWish): TreeRow[] {
  const words = wish.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const isShown = (card: AgentCard) => {
    if (wish.only !== undefined) return groupOf(card) === wish.only;
    return wish.showEnded || !card.ended;
  };
  const all = [...cards.values()].filter((card) => isShown(card) && fits(card, words));
  if (wish.sort === "tree" && words.length === 0 && wish.only === undefined) return nested(all, wish.folded);
  const order = { tree: () => 0, cost: byCost, busy: byWork }[wish.sort];
  const siblings = all.length;
  return all
    .toSorted(order)
    .map(({ label }, index) => ({ label, depth: 0, children: 0, isFolded: false, place: index + 1, siblings }));
}

function nested(all: readonly AgentCard[], folded: ReadonlySet<string>): TreeRow[] {
  const known = new Set(all.map(({ label }) => label));
  const children = Map.groupBy(all, ({ path }) => {
    const parent = parentOf(path);
    return parent !== undefined && known.has(parent) ? parent : "";
  });
  const rows: TreeRow[] = [];
  const visit = (cards: readonly AgentCard[], depth: number) => {
    for (const [index, { label }] of cards.entries()) {
      const below = children.get(label) ?? [];
      const isFolded = folded.has(label) && below.length > 0;
      rows.push({ label, depth, children: below.length, isFolded, place: index + 1, siblings: cards.length });
      if (!isFolded) visit(below, depth + 1);
    }
  };
  visit(children.get("") ?? [], 0);
  return rows;
}

function fits(card: AgentCard, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const { path, tool, status, model } = card;
  const text = [path, groupOf(card), stateWords(card).text, tool, status, model?.model].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

const byCost = (a: AgentCard, b: AgentCard) => b.costUsd - a.costUsd;
const byWork = (a: AgentCard, b: AgentCard) => rank[groupOf(b)] - rank[groupOf(a)] || began(a) - began(b);
const rank: Readonly<Record<FleetGroup, number>> = { waiting: 4, working: 3, failed: 2, resting: 1, ended: 0 };
/** Who has worked for longest stands first, so that the order stays while they work. */
const began = ({ busySince }: AgentCard) => busySince ?? 0;

/** The rows by label: each the same object as before where it is the same, so that nothing of it is drawn again. */
export function keptRows(before: ReadonlyMap<string, TreeRow>, rows: readonly TreeRow[]): ReadonlyMap<string, TreeRow> {
  return new Map(
    rows.map((row) => {
      const old = before.get(row.label);
      return [row.label, old && isSame(old, row) ? old : row];
    }),
  );
}

function isSame(a: TreeRow, b: TreeRow): boolean {
  const isShownSame = a.depth === b.depth && a.children === b.children && a.isFolded === b.isFolded;
  return isShownSame && a.place === b.place && a.siblings === b.siblings;
}

/** The labels of the rows: the same list as before where they are the same, so that nothing is drawn again. */
export function keptLabels(before: readonly string[], rows: readonly TreeRow[]): readonly string[] {
  const isSame = before.length === rows.length && rows.every(({ label }, at) => label === before[at]);
  return isSame ? before : rows.map(({ label }) => label);
}

export interface FleetTotals {
  readonly all: number;
  readonly groups: Readonly<Record<FleetGroup, number>>;
  readonly costUsd: number;
  readonly tokens: number;
}

export function totalsOf(cards: Iterable<AgentCard>): FleetTotals {
  const groups = { working: 0, waiting: 0, failed: 0, resting: 0, ended: 0 };
  const totals = { all: 0, groups, costUsd: 0, tokens: 0 };
  for (const card of cards) {
    totals.all += 1;
    groups[groupOf(card)] += 1;
    totals.costUsd += card.costUsd;
    totals.tokens += tokensOf(card);
  }
  return totals;
}

export function tokensOf({ usage }: AgentCard): number {
  return usage.input + usage.output + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
}

/** Time that an agent has worked so far. */
export function workedMs({ workedMs, busySince }: AgentCard, now: number): number {
  return workedMs + (busySince === null ? 0 : Math.max(0, now - busySince));
}
