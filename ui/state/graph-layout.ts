/** Where the papers of a citation graph are drawn: years from left to right, near to what they cite and what cites them. */
import type { PaperGraph } from "./cards.ts";

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** One for each node. */
  readonly spots: readonly Spot[];
  /** The years, from left to right; `?` for papers of no known year. */
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
}

const [side, top, bottom] = [40, 18, 44];
const [leastHeight, mostHeight] = [300, 640];
const [leastRadius, mostRadius] = [5, 15];
/** Between two papers of a year, beside their sizes. */
const gap = 15;
const sweeps = 40;

/** The same for the same graph and width. */
export function layoutGraph({ nodes, edges }: Pick<PaperGraph, "nodes" | "edges">, width: number): GraphLayout {
  const columns = columnsOf(nodes.map(({ year }) => year));
  const most = Math.max(1, ...nodes.map(({ citedHere }) => citedHere));
  const radii = nodes.map(({ citedHere }) => leastRadius + (mostRadius - leastRadius) * Math.sqrt(citedHere / most));
  const needed = columns.map(({ members }) => members.reduce((sum, at) => sum + 2 * (radii[at] ?? 0) + gap, 0));
  const height = Math.min(mostHeight, Math.max(leastHeight, ...needed.map((each) => each + top + bottom)));
  const xs = spread(
    columns.map(({ year }) => year),
    width,
  );
  const ys = settle(columns, radii, neighbours(nodes.length, edges), height);
  const spots = radii.map((r) => ({ x: 0, y: 0, r }));
  for (const [column, { members }] of columns.entries()) {
    const x = xs[column] ?? 0;
    // Where a year is crowded, its papers step aside in turn.
    const isCrowded = (needed[column] ?? 0) > height - top - bottom;
    const inOrder = members.toSorted((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0));
    for (const [turn, at] of inOrder.entries()) {
      spots[at] = { x: x + (isCrowded ? ((turn % 3) - 1) * 13 : 0), y: ys[at] ?? 0, r: radii[at] ?? leastRadius };
    }
  }
  const ticks = columns.map(({ year }, at) => ({ x: xs[at] ?? 0, label: year === undefined ? "?" : String(year) }));
  return { width, height, spots, ticks: readable(ticks) };
}

interface Column {
  readonly year: number | undefined;
  /** Places of nodes, the most important first. */
  readonly members: number[];
}

function columnsOf(years: readonly (number | undefined)[]): Column[] {
  const columns = new Map<number | undefined, Column>();
  for (const [at, year] of years.entries()) {
    const column = columns.get(year) ?? { year, members: [] };
    column.members.push(at);
    columns.set(year, column);
  }
  const rank = (year: number | undefined) => year ?? Number.POSITIVE_INFINITY;
  return [...columns.values()].sort((a, b) => rank(a.year) - rank(b.year) || 0);
}

/** Years without papers take less room than they would on a true axis. */
function spread(years: readonly (number | undefined)[], width: number): number[] {
  const steps = years.map((year, at) => {
    const before = years[at - 1];
    if (at === 0) return 0;
    return year === undefined || before === undefined ? 1 : 1 + Math.min(1.2, (year - before - 1) * 0.2);
  });
  const total = steps.reduce((sum, step) => sum + step, 0);
  if (total === 0) return years.map(() => width / 2);
  let so = 0;
  return steps.map((step) => {
    so += step;
    return side + (so / total) * (width - 2 * side);
  });
}

function neighbours(count: number, edges: PaperGraph["edges"]): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    lists[from]?.push(to);
    lists[to]?.push(from);
  }
  return lists;
}

/** Heights: each is drawn to the middle of its neighbours, and those of a year keep apart. */
function settle(
  columns: readonly Column[],
  radii: readonly number[],
  near: readonly (readonly number[])[],
  height: number,
): number[] {
  const middle = (top + height - bottom) / 2;
  const ys = radii.map(() => middle);
  for (const { members } of columns) {
    for (const [rank, at] of members.entries()) ys[at] = middle + (rank % 2 === 0 ? -1 : 1) * Math.ceil(rank / 2) * 30;
    keepApart(members, ys, radii, height);
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const pull = 0.7 * (1 - sweep / sweeps);
    for (const { members } of columns) {
      for (const at of members) {
        const around = near[at] ?? [];
        if (around.length === 0) continue;
        const mean = around.reduce((sum, other) => sum + (ys[other] ?? middle), 0) / around.length;
        ys[at] = (ys[at] ?? middle) * (1 - pull) + (mean * 0.85 + middle * 0.15) * pull;
      }
      keepApart(members, ys, radii, height);
    }
  }
  return stretched(ys, radii, height);
}

/** Uses the room that there is above and below. */
function stretched(ys: readonly number[], radii: readonly number[], height: number): number[] {
  const least = Math.min(...ys.map((y, at) => y - (radii[at] ?? 0)));
  const most = Math.max(...ys.map((y, at) => y + (radii[at] ?? 0)));
  const radius = Math.max(0, ...radii);
  const [from, to] = [top + radius, height - bottom - radius];
  const scale = Math.min(3, (to - from) / Math.max(1, most - least));
  if (scale <= 1) return [...ys];
  return ys.map((y) => (from + to) / 2 + (y - (least + most) / 2) * scale);
}

/** Moves papers of a year as little as it takes: down past the one above, and all back up from the floor. */
function keepApart(members: readonly number[], ys: number[], radii: readonly number[], height: number): void {
  const order = members.toSorted((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0) || a - b);
  const radius = (at: number | undefined) => (at === undefined ? 0 : (radii[at] ?? 0));
  const room = height - top - bottom;
  const wanted = order.slice(1).map((at, index) => radius(order[index]) + radius(at) + gap);
  const ends = radius(order[0]) + radius(order.at(-1));
  const total = wanted.reduce((sum, each) => sum + each, 0);
  const scale = total + ends > room ? Math.max(0, room - ends) / total : 1;
  for (const [index, at] of order.entries()) {
    const above = order[index - 1];
    const least = above === undefined ? top + radius(at) : (ys[above] ?? 0) + (wanted[index - 1] ?? 0) * scale;
    ys[at] = Math.max(ys[at] ?? 0, least);
  }
  let floor = height - bottom - radius(order.at(-1));
  for (const [back, at] of order.toReversed().entries()) {
    ys[at] = Math.min(ys[at] ?? 0, floor);
    floor = (ys[at] ?? 0) - (wanted[order.length - 2 - back] ?? 0) * scale;
  }
}

/** Leaves out those that would be written over each other. */
function readable(ticks: GraphLayout["ticks"]): GraphLayout["ticks"] {
  let last = Number.NEGATIVE_INFINITY;
  return ticks.filter(({ x }) => {
    if (x - last < 38) return false;
    last = x;
    return true;
  });
}

/** The nearest paper in the direction of an arrow key; undefined where there is none. */
export function nextSpot(spots: readonly Spot[], from: number, key: string): number | undefined {
  const here = spots[from];
  if (!here) return undefined;
  const [across, sign] = [
    key === "ArrowLeft" || key === "ArrowRight",
    key === "ArrowRight" || key === "ArrowDown" ? 1 : -1,
  ];
  const ranked = spots
    .map(({ x, y }, at) => {
      const [along, aside] = across ? [x - here.x, y - here.y] : [y - here.y, x - here.x];
      const isBeside = Math.abs(aside) > along * sign;
      return { at, along: along * sign, cost: along * sign + 2 * Math.abs(aside) + (isBeside ? 10_000 : 0) };
    })
    .filter(({ along }) => along > 0.5)
    .sort((a, b) => a.cost - b.cost);
  return ranked[0]?.at;
}

/** About as wide as a letter of a name, and as high, in px. */
const [letterWidth, letterHeight] = [6.4, 13];

/** How far below the middle of its dot a name stands. */
export const nameDrop = ({ r }: Spot) => r + 12;

/** The dots that have room for their name below them; those that come first in `order` take it. */
export function namedSpots(spots: readonly Spot[], names: readonly string[], order: readonly number[]): Set<number> {
  const taken: Box[] = spots.map(({ x, y, r }) => ({ left: x - r, right: x + r, top: y - r, bottom: y + r }));
  const named = new Set<number>();
  for (const at of order) {
    const [spot, name = ""] = [spots[at], names[at]];
    if (!spot || name === "") continue;
    const half = (name.length * letterWidth) / 2;
    const base = spot.y + nameDrop(spot);
    const box = { left: spot.x - half, right: spot.x + half, top: base - letterHeight + 3, bottom: base + 3 };
    if (taken.some((other) => overlap(box, other))) continue;
    taken.push(box);
    named.add(at);
  }
  return named;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Curves from papers to what they cite, as one path. */
export function edgePath(spots: readonly Spot[], edges: PaperGraph["edges"]): string {
  return edges
    .map(([from, to]) => {
      const [a, b] = [spots[from], spots[to]];
      if (!a || !b) return "";
      const n = (value: number) => value.toFixed(1);
      const [bend, back] = Math.abs(a.x - b.x) < 30 ? [a.x + 46, b.x + 46] : [(a.x + b.x) / 2, (a.x + b.x) / 2];
      return `M${n(a.x)} ${n(a.y)}C${n(bend)} ${n(a.y)} ${n(back)} ${n(b.y)} ${n(b.x)} ${n(b.y)}`;
    })
    .join("");
}
