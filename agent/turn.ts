/**
 * One answer of a model: reserves the money, streams the call, sends it again where the failure allows, and books what
 * was used. The only place that waits for a provider.
 */
import { type Attempt, readStream } from "./attempt.ts";
import { affordableOutput, leastAnswer, type Purse, priceUsage, type Reservation, worstCase } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { AbortedError, BudgetExceededError, type SagentError } from "./error.ts";
import type { EventBody } from "./event.ts";
import type { LimitSeat } from "./known-limits.ts";
import type { Answer, Input } from "./machine-state.ts";
import { addUsage, type CallId, type MessageId, noUsage, type Part, type Usage } from "./message.ts";
import { type DraftPart, type Model, type ModelInfo, type ModelRequest, originOf, type ServiceTier } from "./model.ts";
import { PartEvents } from "./parts.ts";
import { PolicyError, PromptTooLongError } from "./provider-error.ts";
import { nextStep, type RetryOptions, startRetry } from "./retry.ts";

export interface TurnOptions {
  readonly generation: number;
  readonly model: Model;
  readonly request: ModelRequest;
  /** Estimated size of the whole prompt, in tokens. */
  readonly promptTokens: number;
  readonly messageId: MessageId;
  readonly purse: Purse;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: Partial<RetryOptions>;
  /** What other agents were told of limits, which this one keeps to as well. */
  readonly limits?: LimitSeat | undefined;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
  readonly nextCallId: () => CallId;
}

/** Money and tokens of all sends of one answer. */
interface Bill {
  usage: Usage;
  costUsd: number;
}

/** Resolves to what the machine is told; never rejects. */
export async function runTurn(options: TurnOptions): Promise<Input> {
  const { clock, emit, messageId, model, purse } = options;
  const startedAt = clock.now();
  const bill: Bill = { usage: noUsage, costUsd: 0 };
  emit({
    type: "callStarted",
    message: messageId,
    model: originOf(model.info),
    promptTokens: Math.round(options.promptTokens),
  });
  const input = await answer(options, bill);
  const durationMs = clock.now() - startedAt;
  emit({ type: "callEnded", message: messageId, ...bill, totalCostUsd: purse.treeUsd, durationMs });
  return input;
}

async function answer(options: TurnOptions, bill: Bill): Promise<Input> {
  const { clock, emit, generation, random, signal } = options;
  const parts = new PartEvents(options.messageId, emit);
  let retry = startRetry(options.retry);
  for (let sends = 1; ; sends += 1) {
    const attempt = kept(options) ?? (await send(options, parts, bill));
    if (attempt.type === "done") {
      return { type: "modelDone", generation, answer: finished(options, attempt, bill) };
    }
    const { error } = attempt;
    const said = mostSaid(attempt.parts, parts.said());
    if (error instanceof AbortedError) return failed(options, said, error, bill);
    const next = nextStep(retry, error, { now: clock.now(), random: random() });
    if (next.type === "giveUp") return failed(options, said, next.error, bill);
    if (next.type === "compact") return failed(options, said, error, bill);
    emit({ type: "retry", attempt: sends, delayMs: Math.round(next.delayMs), error: error.toInfo() });
    retry = next.state;
    await clock.sleep(next.delayMs, signal);
    if (signal.aborted) return failed(options, said, new AbortedError(), bill);
  }
}

type Costed = Pick<TurnOptions, "model" | "promptTokens" | "request" | "purse" | "clock">;

/** The longest answer that is paid for, and what the call costs at most: more than there is where even a short one does. */
function costOf({ clock, model: { info }, promptTokens, purse, request }: Costed) {
  const { tier } = request.settings;
  const wanted = request.maxOutputTokens ?? info.maxResponseTokens;
  const affordable = affordableOutput(info, promptTokens, purse.leftUsd, wanted, tier, clock.now());
  const maxOutput = affordable ?? Math.min(wanted, leastAnswer);
  return { wanted, maxOutput, usd: worstCase(info, promptTokens, maxOutput, tier, clock.now()) };
}

/** Why the purse would not pay for this call; undefined where it would. */
export function tooDear(call: Costed): BudgetExceededError | undefined {
  const reservation = reserve(call.purse, costOf(call).usd);
  if (reservation instanceof BudgetExceededError) return reservation;
  reservation[Symbol.dispose]();
  return undefined;
}

/** The conversation does not fit the model's window. */
export function tooLong({ provider, maxRequestTokens }: ModelInfo, actualTokens: number): PromptTooLongError {
  const detail = `about ${Math.round(actualTokens)} tokens, the window has ${maxRequestTokens}`;
  return new PromptTooLongError({ provider, detail, actualTokens, limitTokens: maxRequestTokens });
}

/** The failure that a send would be, where another agent was told of a limit that still holds: nothing is sent. */
function kept({ clock, limits, model }: TurnOptions): Attempt | undefined {
  const error = limits?.against(model.info, clock.now());
  return error && { type: "error", error, parts: [] };
}

/** One send: nothing leaves before its worst case is reserved, and what the provider reports is booked whatever happens. */
async function send(options: TurnOptions, parts: PartEvents, bill: Bill): Promise<Attempt> {
  const { purse, request } = options;
  const { wanted, maxOutput, usd } = costOf(options);
  const reservation = reserve(purse, usd);
  if (reservation instanceof BudgetExceededError) return { type: "error", error: reservation, parts: [] };
  using _ = reservation;
  const capped = maxOutput < wanted ? { ...request, maxOutputTokens: maxOutput } : request;
  const attempt = await readStream({ ...options, request: capped }, parts);
  if (attempt.type === "done") options.limits?.clear(options.model.info);
  else options.limits?.note(options.model.info, attempt.error, options.clock.now());
  if (attempt.usage) {
    const costUsd = price(options, attempt.usage, attempt.type === "done" ? attempt.tier : undefined);
    reservation.settle(costUsd);
    bill.usage = addUsage(bill.usage, attempt.usage);
    bill.costUsd += costUsd;
  }
  return attempt;
}

function reserve(purse: Purse, usd: number): Reservation | BudgetExceededError {
  try {
    return purse.reserve(usd);
  } catch (error) {
    if (error instanceof BudgetExceededError) return error;
    throw error;
  }
}

function price({ model, request, clock }: TurnOptions, usage: Usage, served: ServiceTier | undefined): number {
  return priceUsage(model.info.prices, usage, served ?? request.settings.tier, clock.now());
}

function finished(options: TurnOptions, attempt: Extract<Attempt, { type: "done" }>, bill: Bill): Answer {
  return {
    origin: originOf(options.model.info),
    parts: attempt.parts.map((part) => named(part, options.nextCallId)),
    stopReason: attempt.stopReason,
    usage: attempt.usage,
    costUsd: bill.costUsd,
  };
}

const named = (part: DraftPart, nextCallId: () => CallId): Part =>
  part.type === "toolCall" ? { ...part, callId: nextCallId() } : part;

/** What the last send left, or what clients were shown where an earlier one got further. Calls are left out. */
function mostSaid(left: readonly DraftPart[], shown: readonly DraftPart[]): Part[] {
  const words = (parts: readonly DraftPart[]) => parts.filter((part) => part.type !== "toolCall");
  const length = (parts: readonly DraftPart[]) => words(parts).reduce((sum, part) => sum + part.text.length, 0);
  return words(length(left) < length(shown) ? shown : left);
}

function failed(options: TurnOptions, parts: Part[], error: SagentError, bill: Bill): Input {
  const refused = error instanceof PolicyError;
  const said = parts.some((part) => part.type !== "toolCall" && part.text !== "");
  const partial: Answer = {
    origin: originOf(options.model.info),
    parts,
    stopReason: refused ? "refusal" : "interrupted",
    usage: bill.usage,
    costUsd: bill.costUsd,
  };
  return {
    type: "modelFailed",
    generation: options.generation,
    error: error.toInfo(),
    partial: said || refused ? partial : null,
    cause: causeOf(error),
  };
}

function causeOf(error: SagentError): Extract<Input, { type: "modelFailed" }>["cause"] {
  if (error instanceof AbortedError) return "aborted";
  if (error instanceof PromptTooLongError) return "overflow";
  if (error instanceof PolicyError) return "refused";
  return error instanceof BudgetExceededError ? "budget" : "other";
}
