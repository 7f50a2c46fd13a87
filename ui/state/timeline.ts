/** Who worked when, on what, at what cost: pure, from the spans of a fleet. Times in Unix ms, positions in px. */
import type { AgentCard, Span } from "../../server/protocol.ts";
import { isAtWork } from "./state-words.ts";
import { type TreeWish, treeRows } from "./tree.ts";

export interface Lane {
  readonly agent: string;
  readonly depth: number;
  /** In the order in which they began. */
  readonly spans: readonly Span[];
  /** When the last of them ended; 0 for none. */
  readonly endAt: number;
  readonly costUsd: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** All spans, from those that were asked for and those that were told: the one list goes on where the other is. */
export function joinSpans(asked: readonly Span[], told: readonly Span[]): readonly Span[] {
  const [first] = told;
  if (!first) return asked;
  const at = asked.findLastIndex((span) => isSame(span, first));
  return [...(at < 0 ? asked : asked.slice(0, at)), ...told];
}

const isSame = (a: Span, b: Span) =>
  a.agent === b.agent && a.endAt === b.endAt && a.startAt === b.startAt && a.kind === b.kind && a.name === b.name;

/** A lane an agent that did anything, in the order of the tree. */
export function lanesOf(cards: ReadonlyMap<string, AgentCard>, spans: readonly Span[]): Lane[] {
  const byAgent = Map.groupBy(spans, ({ agent }) => agent);
  return treeRows(cards, wholeTree).flatMap(({ label, depth }) => {
    const own = byAgent.get(label) ?? [];
    const card = cards.get(label);
    if (own.length === 0 && !(card && isAtWork(card))) return [];
    const costUsd = own.reduce((sum, span) => sum + span.costUsd, 0);
    const endAt = own.reduce((latest, span) => Math.max(latest, span.endAt), 0);
    return [{ agent: label, depth, spans: own.toSorted((a, b) => a.startAt - b.startAt), endAt, costUsd }];
  });
}

const wholeTree: TreeWish = { sort: "tree", filter: "", only: undefined, folded: new Set(), showEnded: true };

/** What an agent is at now, as far as it has come. */
export function ongoing(lane: Lane, card: AgentCard | undefined, now: number): Span | undefined {
  if (!card || !isAtWork(card)) return undefined;
  const startAt = Math.max(card.busySince ?? now, lane.endAt);
  const what = { agent: lane.agent, startAt, endAt: Math.max(startAt, now), costUsd: 0 };
  if (card.state === "tools") return { ...what, kind: "tool", name: card.tool ?? "" };
  return { ...what, kind: card.state === "compacting" ? "compaction" : "model", name: card.model?.model ?? "" };
}

/** All the time there is, up to `now` where that is given; a second at least. */
export function wholeOf(spans: readonly Span[], now: number | undefined): Stretch {
  let from = Number.POSITIVE_INFINITY;
  let to = now ?? Number.NEGATIVE_INFINITY;
  for (const { startAt, endAt } of spans) {
    from = Math.min(from, startAt);
    to = Math.max(to, endAt);
  }
  if (from > to) return { from: to - 1_000, to };
  return { from, to: Math.max(to, from + 1_000) };
}

const nearestMs = 20;

/** A stretch seen nearer (`factor` below 1) or from further away, the point at the share `at` of it staying where it is. */
export function zoomed({ from, to }: Stretch, factor: number, at: number, whole: Stretch): Stretch {
  const width = Math.min(Math.max((to - from) * factor, nearestMs), whole.to - whole.from);
  const centre = from + (to - from) * at;
  return within({ from: centre - width * at, to: centre + width * (1 - at) }, whole);
}

/** A stretch moved by a share of itself. */
export function moved({ from, to }: Stretch, share: number, whole: Stretch): Stretch {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, whole);
}

/** The stretch with a span in sight: as it is where that is so, else moved to have its beginning in the middle. */
export function showing(seen: Stretch, span: Span, whole: Stretch): Stretch {
  if (span.startAt >= seen.from && span.startAt <= seen.to) return seen;
  const width = seen.to - seen.from;
  return within({ from: span.startAt - width / 2, to: span.startAt + width / 2 }, whole);
}

function within({ from, to }: Stretch, whole: Stretch): Stretch {
  const by = Math.max(0, whole.from - from) - Math.max(0, to - whole.to);
  return { from: from + by, to: to + by };
}

/** Where a time stands. */
export function xOf(at: number, { from, to }: Stretch, widthPx: number): number {
  return ((at - from) / (to - from)) * widthPx;
}

/** The spans in sight, those too narrow to be told apart drawn as one: at most two a pixel, whatever their number. */
export function inSight(spans: readonly Span[], seen: Stretch, widthPx: number): Span[] {
  const shown: Span[] = [];
  let lastPx = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    if (span.endAt < seen.from || span.startAt > seen.to) continue;
    const px = Math.floor(xOf(span.startAt, seen, widthPx) * 2);
    const isNarrow = xOf(span.endAt, seen, widthPx) - xOf(span.startAt, seen, widthPx) < 1;
    if (isNarrow && px === lastPx) continue;
    lastPx = px;
    shown.push(span);
  }
  return shown;
}

/** The shortest of the spans at a moment, give or take. */
export function spanAt(spans: readonly Span[], at: number, slackMs: number): Span | undefined {
  let found: Span | undefined;
  for (const span of spans) {
    if (span.startAt > at + slackMs || span.endAt < at - slackMs) continue;
    if (!found || span.endAt - span.startAt <= found.endAt - found.startAt) found = span;
  }
  return found;
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

/** The curve as steps in sight: `x` in px, `share` of all money; one a pixel at most, from the left edge to the right. */
export function curveSteps(
  curve: ReturnType<typeof costCurve>,
  seen: Stretch,
  widthPx: number,
): { readonly x: number; readonly share: number }[] {
  const total = curve.at(-1)?.usd ?? 0;
  const steps = [{ x: 0, share: 0 }];
  for (const { at, usd } of curve) {
    if (at > seen.to) break;
    const step = { x: Math.max(0, Math.floor(xOf(at, seen, widthPx))), share: usd / total };
    if (steps.at(-1)?.x === step.x) steps.pop();
    steps.push(step);
  }
  return [...steps, { x: widthPx, share: steps.at(-1)?.share ?? 0 }];
}

const stepsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const longStepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];
const leastTickPx = 72;

/** Round times in sight, counted from the beginning of all; as many as have room. */
export function ticksOf(seen: Stretch, whole: Stretch, widthPx: number): readonly number[] {
  const least = ((seen.to - seen.from) / Math.max(1, widthPx)) * leastTickPx;
  const steps = [...stepsMs, ...longStepsMs.map((seconds) => seconds * 1_000)];
  const step = steps.find((each) => each >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
  const first = Math.ceil((seen.from - whole.from) / step) * step;
  const count = Math.max(0, Math.floor((seen.to - whole.from - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => whole.from + first + index * step);
}
