/** What making a conversation shorter would free, told before anybody asks for it. Estimates by the model's measure. */
import { compactionThreshold, keptTokens, planCompaction } from "./compact.ts";
import type { CompactionWork } from "./compaction-work.ts";
import { type Context, droppedEntry, messageTokens } from "./context.ts";
import { droppableResults } from "./drop.ts";
import type { LogState } from "./log-state.ts";
import type { Model } from "./model.ts";

export interface Freed {
  /** The prompt's size from which on it is summarised unasked; null where the window is not known. */
  readonly compactAtTokens: number | null;
  /** By a summary; 0 where there is nothing old. */
  readonly compactFreesTokens: number;
  /** By leaving out what reading files brought. */
  readonly dropFreesTokens: number;
}

/** A summary is asked to have 600 words at most. */
const usualSummaryTokens = 800;

export function freedBy({ log, context, model, maxOutput, fixedTokens }: CompactionWork): Freed {
  const threshold = compactionThreshold(model.info, maxOutput);
  return {
    compactAtTokens: Number.isFinite(threshold) ? Math.round(threshold) : null,
    compactFreesTokens: bySummary(log.state, context, model, keptTokens(model.info, maxOutput, fixedTokens)),
    dropFreesTokens: byDropping(log.state, model),
  };
}

function bySummary(log: LogState, context: Context, model: Model, keepTokens: number): number {
  const plan = planCompaction(log, model, keepTokens);
  if (!plan) return 0;
  const kept = context.tokensOf(model, plan.kept);
  return Math.max(0, Math.round(context.tokensOf(model, context.messages()) - kept - usualSummaryTokens));
}

function byDropping(log: LogState, model: Model): number {
  const reads = droppableResults(log).filter(({ name }) => name === "Read");
  return reads.reduce((sum, { entry }) => sum + dropped(model, entry), 0);
}

/** What leaving out a result saves, in tokens. */
const dropped = (model: Model, entry: Parameters<typeof droppedEntry>[0]) =>
  Math.max(0, messageTokens(model, entry) - messageTokens(model, droppedEntry(entry)));
