/** Makes what the model sees shorter: by a summary, by forgetting, or by leaving out results. The log keeps it all. */
import type { AgentOptions } from "./agent-options.ts";
import type { Attempt } from "./attempt.ts";
import { type Purse, priceUsage, worstCase } from "./budget.ts";
import { systemClock } from "./clock.ts";
import {
  type CompactionPlan,
  type ForgettingPlan,
  keptTokens,
  NothingToCompactError,
  planCompaction,
  planForgetting,
} from "./compact.ts";
import { type Context, droppedEntry, messageTokens } from "./context.ts";
import { findResults } from "./drop.ts";
import { AbortedError, SagentError, toErrorInfo } from "./error.ts";
import { isExhausted } from "./fallback.ts";
import { lastingWords } from "./lasting.ts";
import type { Log } from "./log.ts";
import type { Compaction, Input } from "./machine-state.ts";
import { noUsage } from "./message.ts";
import type { Model, ServiceTier } from "./model.ts";
import { MalformedAnswerError } from "./provider-error.ts";
import { summarise, summaryRequest, summaryTokens } from "./summary.ts";
import type { AnyTool, Workspace } from "./tool.ts";

export interface CompactionWork {
  readonly agent: AgentOptions;
  readonly log: Log;
  readonly purse: Purse;
  readonly context: Context;
  readonly tools: readonly AnyTool[];
  readonly model: Model;
  readonly tier: ServiceTier;
  readonly maxOutput: number;
  /** Tokens of system text and tools. */
  readonly fixedTokens: number;
  /** The conversation as it is cannot be sent: whatever is left out is better than to end here. */
  readonly mustShrink: boolean;
  readonly onForget: (what: Forgotten) => void;
  /** Models that may go on where this one cannot, in their order; they stay their owner's. */
  readonly standIns: () => AsyncIterable<Model>;
}

/** What a model no longer knows: all that it read, or only what some results showed. */
export type Forgotten = "all" | "shown";

/** Makes tools show files again. A file of which only the showing is forgotten may still be changed without another read. */
export function forgetReads(reads: Workspace["reads"], what: Forgotten): void {
  if (what === "all") return reads.clear();
  for (const [path, record] of reads) reads.set(path, { ...record, window: null });
}

/** Resolves to what the machine is told; never rejects. Nothing has changed where it failed. */
export async function makeShorter(
  work: CompactionWork,
  generation: number,
  wanted: Compaction,
  signal: AbortSignal,
): Promise<Input> {
  try {
    switch (wanted.mode ?? "summarise") {
      case "summarise":
        await replaceBySummary(work, wanted.hint, signal);
        break;
      case "forget":
        forget(work, wanted.hint);
        break;
      case "drop":
        drop(work, wanted.drop ?? []);
        break;
    }
    return { type: "compactDone", generation };
  } catch (error) {
    return { type: "compactFailed", generation, error: toErrorInfo(error) };
  }
}

async function replaceBySummary(work: CompactionWork, hint: string | undefined, signal: AbortSignal): Promise<void> {
  const { log, model, maxOutput, fixedTokens, mustShrink } = work;
  const plan = planCompaction(log.state, model, keptTokens(model.info, maxOutput, fixedTokens), mustShrink);
  if (!plan) throw new NothingToCompactError();
  const summary = await summaryOf(work, plan, hint, signal);
  mark(work, plan, [summary, ...lastingWords(work.tools, log.state, plan.upTo)].join("\n\n"));
}

function forget(work: CompactionWork, note: string | undefined): void {
  const { upTo, kept, unanswered } = planForgetting(work.log.state);
  if (upTo === null) throw new NothingToCompactError();
  const left = note || "The conversation before was cleared on request; nothing of it is left.";
  mark(work, { upTo, kept }, [left, ...unanswered.map(quote)].join("\n\n"));
}

/** Each line is marked, so that no words pass for those of somebody else. */
function quote(said: ForgettingPlan["unanswered"][number]): string {
  const speaker = said.type === "user" ? "the user" : `the agent "${said.from}"`;
  const count = said.attachments?.length ?? 0;
  const files = count > 0 ? ` with ${count} attachments, which are no longer shown` : "";
  return `Not answered when this was cleared, from ${speaker}${files}:\n${said.text.replace(/^/gm, "> ")}`;
}

function mark(work: CompactionWork, { upTo, kept }: Pick<CompactionPlan, "upTo" | "kept">, summary: string): void {
  const { context, log, model, onForget } = work;
  const before = context.tokens(model);
  const after = model.estimateText(summary) + context.tokensOf(model, kept);
  log.emit({
    type: "compacted",
    upTo,
    summary,
    tokensBefore: Math.round(before),
    tokensAfter: Math.round(after),
  });
  onForget("all");
}

function drop({ context, log, model, onForget }: CompactionWork, wishes: readonly string[]): void {
  const results = findResults(log.state, wishes);
  const before = context.tokensOf(model, context.messages());
  const saved = results.reduce(
    (sum, { entry }) => sum + messageTokens(model, entry) - messageTokens(model, droppedEntry(entry)),
    0,
  );
  log.emit({
    type: "dropped",
    calls: results.map(({ call }) => call),
    tokensBefore: Math.round(before),
    tokensAfter: Math.round(before - saved),
  });
  onForget("shown");
}

const lostPart = "Earlier parts of the conversation were dropped to make room, and no summary could be made.";

/**
 * A summary by the utility model, else by the agent's own, else by those that go on in its place. Where all fail and the
 * conversation must become shorter all the same, a sentence that says so; else what went wrong is thrown.
 */
async function summaryOf(
  work: CompactionWork,
  plan: CompactionPlan,
  hint: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  await using utility = await work.agent.utilityModel?.(work.model.info).catch(() => undefined);
  let failure: SagentError | undefined;
  for await (const model of writers(work, utility, () => failure)) {
    const written = await write(work, model, plan, hint, signal);
    if (signal.aborted) throw new AbortedError();
    if (typeof written === "string") return written;
    failure = written;
  }
  if (failure && !work.mustShrink) throw failure;
  return lostPart;
}

/** Others are asked for what they need not share with the agent's own model, as in a turn. */
async function* writers(
  { model, standIns }: CompactionWork,
  utility: Model | undefined,
  failure: () => SagentError | undefined,
): AsyncGenerator<Model> {
  if (utility) yield utility;
  yield model;
  const last = failure();
  if (last && isExhausted(last.toInfo())) yield* standIns();
}

async function write(
  work: CompactionWork,
  model: Model,
  plan: CompactionPlan,
  hint: string | undefined,
  signal: AbortSignal,
): Promise<string | SagentError> {
  const { agent, log, purse } = work;
  const { clock = systemClock, limits } = agent;
  const limited = limits?.against(model.info, clock.now());
  if (limited) return limited;
  const own = model === work.model ? { tier: work.tier } : {};
  const request = summaryRequest(model, plan.old, { previous: log.state.summary, hint, ...own });
  const { tier } = request.settings;
  const prompt = work.context.tokensOf(model, request.messages) + model.estimateText(request.system);
  const startedAt = clock.now();
  try {
    using reservation = purse.reserve(worstCase(model.info, prompt, summaryTokens, tier, startedAt));
    const emit = log.emit.bind(log);
    const { summary, attempt } = await summarise({ model, request, clock, signal, emit });
    const usage = attempt.usage ?? noUsage;
    const costUsd = priceUsage(model.info.prices, usage, servedTier(attempt) ?? tier, clock.now());
    reservation.settle(costUsd);
    const durationMs = clock.now() - startedAt;
    const message = log.nextMessageId();
    log.emit({ type: "callEnded", message, usage, costUsd, totalCostUsd: purse.treeUsd, durationMs });
    if (attempt.type === "error") {
      limits?.note(model.info, attempt.error, clock.now());
      return attempt.error;
    }
    return summary || new MalformedAnswerError({ provider: model.info.provider, detail: "it wrote no summary" });
  } catch (error) {
    if (error instanceof SagentError) return error;
    throw error;
  }
}

const servedTier = (attempt: Attempt) => (attempt.type === "done" ? attempt.tier : undefined);
