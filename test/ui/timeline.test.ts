/** Who worked when, as lanes, bars, ticks and a curve: rules without a page. */
import { expect, test } from "bun:test";
import { newCard } from "../../server/card.ts";
import type { AgentCard, Span } from "../../server/protocol.ts";
import {
  costCurve,
  curveSteps,
  inSight,
  joinSpans,
  lanesOf,
  moved,
  ongoing,
  showing,
  spanAt,
  ticksOf,
  wholeOf,
  zoomed,
} from "../../ui/state/timeline.ts";
import { laneWords, sumsOf } from "../../ui/state/timeline-words.ts";

const card = (path: string, rest: Partial<AgentCard> = {}): [string, AgentCard] => {
  const label = path.split("/").at(-1) ?? "";
  return [label, { ...newCard(label, path, 0), ...rest }];
};
const cards = new Map([card("main", { state: "streaming", busySince: 5 }), card("main/b"), card("main/a")]);

const span = (agent: string, startAt: number, endAt: number, costUsd = 0): Span => ({
  agent,
  kind: costUsd > 0 ? "model" : "tool",
  name: "x",
  startAt,
  endAt,
  costUsd,
});

test("a lane an agent that did anything, in the tree's order, with its cost; the whole time; a curve that ends at the sum", () => {
  const spans = [span("b", 10, 20, 0.5), span("main", 20, 40), span("main", 0, 10, 1), span("main", 40, 1_500, 0.25)];
  expect(lanesOf(cards, spans)).toEqual([
    { agent: "main", depth: 0, spans: [spans[2], spans[1], spans[3]] as Span[], endAt: 1_500, costUsd: 1.25 },
    { agent: "b", depth: 1, spans: [spans[0]] as Span[], endAt: 20, costUsd: 0.5 },
  ]);
  expect(wholeOf(spans, undefined)).toEqual({ from: 0, to: 1_500 });
  expect(wholeOf(spans, 9_999)).toEqual({ from: 0, to: 9_999 });
  expect(wholeOf([], 5_000)).toEqual({ from: 4_000, to: 5_000 });
  expect(costCurve(spans)).toEqual([
    { at: 10, usd: 1 },
    { at: 20, usd: 1.5 },
    { at: 1_500, usd: 1.75 },
  ]);
});

test("what is asked for and what is told make one list, wherever they meet", () => {
  const all = Array.from({ length: 6 }, (_, index) => span("a", index, index + 1));
  const again = (from: number, to: number) => all.slice(from, to).map((each) => ({ ...each }));
  expect(joinSpans(all.slice(0, 4), again(2, 6))).toEqual(all);
  expect(joinSpans(all.slice(0, 2), again(4, 6))).toEqual([...all.slice(0, 2), ...all.slice(4)]);
  expect(joinSpans([], again(0, 6))).toEqual(all);
  expect(joinSpans(all, [])).toBe(all);
});

test("an agent at work has a bar from its last one to now", () => {
  const [lane] = lanesOf(cards, [span("main", 0, 100)]);
  if (!lane) throw new Error("no lane");
  const model = { provider: "p", model: "opus" };
  const at = (rest: Partial<AgentCard>) => ongoing(lane, card("main", rest)[1], 500);
  expect(at({ state: "streaming", busySince: 5, model })).toEqual({
    agent: "main",
    kind: "model",
    name: "opus",
    startAt: 100,
    endAt: 500,
    costUsd: 0,
  });
  expect(at({ state: "tools", busySince: 300, tool: "Bash ls" })).toMatchObject({
    kind: "tool",
    name: "Bash ls",
    startAt: 300,
  });
  expect(at({ state: "idle" })).toBeUndefined();
});

test("zooming keeps its point, moving keeps its width, and neither leaves the whole", () => {
  const whole = { from: 0, to: 10_000 };
  expect(zoomed(whole, 0.5, 0.25, whole)).toEqual({ from: 1_250, to: 6_250 });
  expect(zoomed({ from: 100, to: 200 }, 0.01, 0.5, whole)).toEqual({ from: 140, to: 160 });
  expect(zoomed({ from: 4_000, to: 9_000 }, 8, 0.5, whole)).toEqual(whole);
  expect(moved({ from: 0, to: 1_000 }, -0.5, whole)).toEqual({ from: 0, to: 1_000 });
  expect(moved({ from: 8_000, to: 9_500 }, 1, whole)).toEqual({ from: 8_500, to: 10_000 });
  const seen = { from: 0, to: 1_000 };
  expect(showing(seen, span("a", 900, 5_000), whole)).toBe(seen);
  expect(showing(seen, span("a", 5_000, 5_100), whole)).toEqual({ from: 4_500, to: 5_500 });
});

test("however many spans there are, no more are drawn than there are half pixels", () => {
  const spans = Array.from({ length: 20_000 }, (_, index) => span("main", index, index + 0.5));
  const shown = inSight(spans, { from: 0, to: 20_000 }, 500);
  expect(shown.length).toBeLessThanOrEqual(1_000);
  expect(shown.length).toBeGreaterThan(900);
  expect(inSight(spans, { from: 100, to: 110 }, 500)).toHaveLength(11);
});

test("the bar under a point is the shortest there, or one close by", () => {
  const [answer, tool] = [span("a", 0, 100, 1), span("a", 40, 60)];
  expect(spanAt([answer, tool], 50, 0)).toBe(tool);
  expect(spanAt([answer, tool], 70, 0)).toBe(answer);
  expect(spanAt([answer, tool], 104, 5)).toBe(answer);
  expect(spanAt([answer, tool], 110, 5)).toBeUndefined();
});

test("ticks are round, counted from the beginning, and have room; the curve has one step a pixel at most", () => {
  const whole = { from: 1_000, to: 61_000 };
  expect(ticksOf(whole, whole, 500)).toEqual([1_000, 11_000, 21_000, 31_000, 41_000, 51_000, 61_000]);
  expect(ticksOf({ from: 1_500, to: 2_500 }, whole, 500)).toEqual([1_600, 1_800, 2_000, 2_200, 2_400]);
  const curve = costCurve(Array.from({ length: 5_000 }, (_, index) => span("a", index, index + 1, 0.01)));
  const steps = curveSteps(curve, { from: 0, to: 5_000 }, 100);
  expect(steps.length).toBeLessThanOrEqual(102);
  expect(steps.at(-1)).toEqual({ x: 100, share: 1 });
  expect(curveSteps(curve, { from: 2_500, to: 5_000 }, 100)[0]?.share).toBeCloseTo(0.5, 2);
});

test("a lane is told in words, and counted", () => {
  const spans = [
    span("a", 0, 1_000, 0.5),
    span("a", 1_000, 3_000),
    { ...span("a", 3_000, 4_000), kind: "compaction" as const },
  ];
  expect(sumsOf({ spans })).toEqual({ answers: 1, tools: 1, summaries: 1, workedMs: 4_000 });
  expect(laneWords({ agent: "a", depth: 0, spans, endAt: 4_000, costUsd: 0.5 })).toBe(
    "a: 1 answer, 1 tool, 4.0 s, $0.50",
  );
});
