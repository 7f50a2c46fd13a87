/** Where a conversation is cut to become shorter: how much it may hold, what is old, and what must stay word for word. */
import { messageTokens } from "./context.ts";
import { SagentError } from "./error.ts";
import type { LogState } from "./log-state.ts";
import { type Message, type MessageId, toolCalls } from "./message.ts";
import type { Model, ModelInfo } from "./model.ts";

/** Nothing in the conversation can be left out. */
export class NothingToCompactError extends SagentError {
  readonly code = "nothing_to_compact";
  constructor() {
    super("The conversation has nothing that can be summarised.", {
      hint: "Clear it, or use a model with a larger window.",
    });
  }
}

/** Tokens a prompt may have before it is compacted: the window less room for the answer and for errors of estimate. */
export function compactionThreshold(info: ModelInfo, maxOutput: number): number {
  const window = info.maxRequestTokens;
  if (window === 0) return Number.POSITIVE_INFINITY;
  return window - Math.min(maxOutput, window / 4) - Math.min(window / 15, 8_000);
}

/** Share of the threshold that the recent part may take. */
const keptShare = 0.3;

/** How many tokens of recent entries to keep. */
export function keptTokens(info: ModelInfo, maxOutput: number, fixedTokens: number): number {
  return Math.max(0, (compactionThreshold(info, maxOutput) - fixedTokens) * keptShare);
}

export interface CompactionPlan {
  /** Last entry that the summary stands for. */
  readonly upTo: MessageId;
  readonly old: readonly Message[];
  readonly kept: readonly Message[];
}

/**
 * Splits what the model sees. The recent part begins at a message that no call and result straddle, takes at most
 * `keepTokens`, and holds at least what no model has read yet. Only where `mustShrink` and nothing else is left does the
 * last round of calls count as old. Null where there is nothing old.
 */
export function planCompaction(
  log: LogState,
  model: Model,
  keepTokens: number,
  mustShrink = false,
): CompactionPlan | null {
  const seen = log.entries.slice(log.start);
  if (seen.length < 2) return null;
  const unread = unreadFrom(seen);
  if (unread > 0) return split(seen, cutOf(seen, model, keepTokens, unread));
  return mustShrink ? split(seen, cutOf(seen, model, keepTokens, afterLastAnswer(seen))) : null;
}

export interface ForgettingPlan {
  /** Null where nothing has ever come before what is kept. */
  readonly upTo: MessageId | null;
  readonly kept: readonly Message[];
  /** Words of people and peers among what is left out that no answer has ended yet. */
  readonly unanswered: readonly Said[];
}

/** Leaves out all but what no model has read yet and the words right before it. */
export function planForgetting({ entries, start, cleared }: LogState): ForgettingPlan {
  const unread = start + unreadFrom(entries.slice(start));
  let from = unread;
  while (from > start && isSaid(entries[from - 1])) from -= 1;
  if (from === 0) from = unread;
  const answered = entries.slice(0, from).findLastIndex((entry) => entry.type === "assistant" && !isRoundOpen(entry));
  const unanswered = entries.slice(Math.max(cleared, answered + 1), from).filter(isSaid);
  return { upTo: entries[from - 1]?.id ?? null, kept: entries.slice(from), unanswered };
}

type Said = Extract<Message, { type: "user" | "peer" }>;

function isSaid(entry: Message | undefined): entry is Said {
  return entry?.type === "user" || entry?.type === "peer";
}

/** Index of the first entry that no model has read: of the last round of calls, its message included, or of what was said since. */
export function unreadFrom(entries: readonly Message[]): number {
  const after = afterLastAnswer(entries);
  return isRoundOpen(entries[after - 1]) ? after - 1 : after;
}

const afterLastAnswer = (entries: readonly Message[]) =>
  entries.findLastIndex((entry) => entry.type === "assistant") + 1;
const isRoundOpen = (entry: Message | undefined) => entry?.type === "assistant" && toolCalls(entry).length > 0;

/** Index of the first entry to keep; never 0, so that there is something old. */
function cutOf(seen: readonly Message[], model: Model, keepTokens: number, mustKeepFrom: number): number {
  let cut = seen.length;
  let tokens = 0;
  for (let index = seen.length - 1; index > 0; index -= 1) {
    const entry = seen[index];
    if (!entry) break;
    tokens += messageTokens(model, entry);
    if (tokens > keepTokens && index < mustKeepFrom) break;
    if (entry.type !== "toolResult" && !isRoundOpen(seen[index - 1])) cut = index;
  }
  return cut;
}

function split(seen: readonly Message[], cut: number): CompactionPlan | null {
  const last = seen[cut - 1];
  return last ? { upTo: last.id, old: seen.slice(0, cut), kept: seen.slice(cut) } : null;
}
