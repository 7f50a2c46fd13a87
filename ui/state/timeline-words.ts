/** The timeline in words. */
import type { Span } from "../../server/protocol.ts";
import { plural, shownMs, shownUsd } from "./format.ts";
import { plain } from "./plain.ts";
import type { Lane } from "./timeline.ts";

export const kindWords: Readonly<Record<Span["kind"], string>> = {
  model: "Model",
  tool: "Tool",
  compaction: "Summary",
};

/** `writer · Model claude · 10:04:31 · 1.2 s · $0.01` */
export function spanWords({ agent, kind, name, startAt, endAt, costUsd }: Span): string {
  const when = new Date(startAt).toLocaleTimeString();
  const cost = costUsd > 0 ? [shownUsd(costUsd)] : [];
  return [agent, `${kindWords[kind]} ${plain(name)}`, when, shownMs(endAt - startAt), ...cost].join(" · ");
}

export interface LaneSums {
  readonly answers: number;
  readonly tools: number;
  readonly summaries: number;
  readonly workedMs: number;
}

export function sumsOf({ spans }: Pick<Lane, "spans">): LaneSums {
  const count = (kind: Span["kind"]) => spans.filter((span) => span.kind === kind).length;
  const workedMs = spans.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0);
  return { answers: count("model"), tools: count("tool"), summaries: count("compaction"), workedMs };
}

export function laneWords(lane: Lane): string {
  const { answers, tools, workedMs } = sumsOf(lane);
  return `${lane.agent}: ${plural(answers, "answer")}, ${plural(tools, "tool")}, ${shownMs(workedMs)}, ${shownUsd(lane.costUsd)}`;
}
