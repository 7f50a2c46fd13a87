/** The fleet as rows of a tree: pure, from the cards of its agents. */
import type { AgentCard } from "../../server/protocol.ts";
import { isAtWork } from "./state-words.ts";

export type FleetSort = "tree" | "cost" | "busy";

export interface TreeRow {
  readonly label: string;
  /** Generations below the root; 0 where the rows are a list. */
  readonly depth: number;
  readonly children: number;
  readonly isFolded: boolean;
}

export interface TreeWish {
  readonly sort: FleetSort;
  /** Words that label, state, tool or status must hold. */
  readonly filter: string;
  /** Labels whose children are not shown. */
  readonly folded: ReadonlySet<string>;
  readonly showEnded: boolean;
}

export function parentOf(path: string): string | undefined {
  return path.split("/").at(-2);
}

/** The rows in the order they are shown. A filter and every order but the tree's make a list of them. */
export function treeRows(cards: ReadonlyMap<string, AgentCard>, wish: TreeWish): TreeRow[] {
  const words = wish.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...cards.values()].filter((card) => (wish.showEnded || !card.ended) && fits(card, words));
  if (wish.sort === "tree" && words.length === 0) return nested(all, wish.folded);
  const order = { tree: () => 0, cost: byCost, busy: byWork }[wish.sort];
  return all.toSorted(order).map(({ label }) => ({ label, depth: 0, children: 0, isFolded: false }));
}

function nested(all: readonly AgentCard[], folded: ReadonlySet<string>): TreeRow[] {
  const known = new Set(all.map(({ label }) => label));
  const children = Map.groupBy(all, ({ path }) => {
    const parent = parentOf(path);
    return parent !== undefined && known.has(parent) ? parent : "";
  });
  const rows: TreeRow[] = [];
  const visit = (label: string, depth: number) => {
    const below = label === "" ? [] : (children.get(label) ?? []);
    const isFolded = folded.has(label) && below.length > 0;
    rows.push({ label, depth, children: below.length, isFolded });
    if (!isFolded) for (const child of below) visit(child.label, depth + 1);
  };
  for (const root of children.get("") ?? []) visit(root.label, 0);
  return rows;
}

function fits({ path, state, tool, status, model, ended }: AgentCard, words: readonly string[]): boolean {
  const text = [path, ended ? "ended" : state, tool, status, model?.model].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

const byCost = (a: AgentCard, b: AgentCard) => b.costUsd - a.costUsd;
const byWork = (a: AgentCard, b: AgentCard) => rank(b) - rank(a) || (b.busySince ?? 0) - (a.busySince ?? 0);
const rank = (card: AgentCard) => (card.asks > 0 ? 3 : isAtWork(card) ? 2 : card.ended ? 0 : 1);

/** The same rows as before where nothing of the order changed, so that nothing is drawn again. */
export function keptRows(before: readonly TreeRow[], after: readonly TreeRow[]): readonly TreeRow[] {
  const known = new Map(before.map((row) => [row.label, row]));
  const rows = after.map((row) => {
    const old = known.get(row.label);
    const same = old?.depth === row.depth && old.children === row.children && old.isFolded === row.isFolded;
    return same && old ? old : row;
  });
  return rows.length === before.length && rows.every((row, at) => row === before[at]) ? before : rows;
}

export interface FleetTotals {
  readonly all: number;
  readonly working: number;
  readonly waiting: number;
  readonly ended: number;
  readonly costUsd: number;
  readonly tokens: number;
}

export function totalsOf(cards: Iterable<AgentCard>): FleetTotals {
  const totals = { all: 0, working: 0, waiting: 0, ended: 0, costUsd: 0, tokens: 0 };
  for (const card of cards) {
    totals.all += 1;
    if (card.ended) totals.ended += 1;
    if (card.asks > 0) totals.waiting += 1;
    else if (isAtWork(card)) totals.working += 1;
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
