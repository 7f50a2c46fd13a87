/** Who worked when, on what, at what cost: pure, from the spans of a fleet. Times in Unix ms, positions from 0 to 1. */
import type { AgentCard, Span } from "../../server/protocol.ts";

export interface Lane {
  readonly agent: string;
  readonly depth: number;
  readonly spans: readonly Span[];
  readonly costUsd: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A lane an agent that did anything, in the order of the tree. */
export function lanesOf(cards: ReadonlyMap<string, AgentCard>, spans: readonly Span[]): Lane[] {
  const byAgent = Map.groupBy(spans, ({ agent }) => agent);
  return [...cards.values()]
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .flatMap(({ label, path }) => {
      const own = byAgent.get(label);
      if (!own) return [];
      const costUsd = own.reduce((sum, span) => sum + span.costUsd, 0);
      return [{ agent: label, depth: path.split("/").length - 1, spans: own, costUsd }];
    });
}

/** All the time there is; a second at least. */
export function wholeOf(spans: readonly Span[], now: number): Stretch {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { startAt, endAt } of spans) {
    from = Math.min(from, startAt);
    to = Math.max(to, endAt);
  }
  if (from > to) return { from: now - 1_000, to: now };
  return { from, to: Math.max(to, from + 1_000) };
}

/** A stretch seen nearer (`factor` below 1) or from further away, the point at `at` staying where it is. */
export function zoomed({ from, to }: Stretch, factor: number, at: number, whole: Stretch): Stretch {
  const width = Math.min(Math.max((to - from) * factor, 50), whole.to - whole.from);
  const centre = from + (to - from) * at;
  return within({ from: centre - width * at, to: centre + width * (1 - at) }, whole);
}

/** A stretch moved by a share of itself. */
export function moved({ from, to }: Stretch, share: number, whole: Stretch): Stretch {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, whole);
}

function within({ from, to }: Stretch, whole: Stretch): Stretch {
  const by = Math.max(0, whole.from - from) - Math.max(0, to - whole.to);
  return { from: from + by, to: to + by };
}

/** The spans in sight, those too narrow to be told apart drawn as one: at most two a pixel, whatever their number. */
export function inSight(spans: readonly Span[], { from, to }: Stretch, widthPx: number): Span[] {
  const shown: Span[] = [];
  let lastPx = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    if (span.endAt < from || span.startAt > to) continue;
    const px = Math.floor(((span.startAt - from) / (to - from)) * widthPx * 2);
    const isNarrow = ((span.endAt - span.startAt) / (to - from)) * widthPx < 1;
    if (isNarrow && px === lastPx) continue;
    lastPx = px;
    shown.push(span);
  }
  return shown;
}

/** Money spent up to each end of a span, in the order of time. */
export function costCurve(spans: readonly Span[]): { readonly at: number; readonly usd: number }[] {
  let usd = 0;
  return spans
    .filter(({ costUsd }) => costUsd > 0)
    .toSorted((a, b) => a.endAt - b.endAt)
    .map(({ endAt, costUsd }) => {
      usd += costUsd;
      return { at: endAt, usd };
    });
}
