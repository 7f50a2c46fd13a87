/** When a failed call is sent again, and what of the second answer is new. Pure: nothing here waits or sends. */
import type { RetryClass, SagentError } from "./error.ts";
import type { Chunk } from "./model.ts";
import {
  ProviderError,
  type ProviderFailure,
  RateLimitError,
  RetryDeferredError,
  StreamInterruptedError,
} from "./provider-error.ts";

export interface RetryOptions {
  /** Sends of one call that may fail the ordinary way. */
  readonly maxAttempts: number;
  /** Somebody waits: a server's wish for more than a minute is reported, not slept through. */
  readonly interactive: boolean;
  /** Wait out overload and throttling for as long as it takes, where the provider permits that. */
  readonly persistent: boolean;
}

type Branch = "transient" | "rateLimit" | "interrupted" | "persistent";

/** One call's history of failure. A new call starts from `startRetry`. */
export interface RetryState {
  readonly policy: RetryOptions;
  /** Failed sends of each kind; each kind has its own limit. */
  readonly failures: Readonly<Record<Branch, number>>;
  readonly compactions: number;
  /** Unix time in ms of the first rate limit. */
  readonly limitedAt: number | undefined;
}

export function startRetry(policy: Partial<RetryOptions> = {}): RetryState {
  return {
    policy: { maxAttempts: 5, interactive: true, persistent: false, ...policy },
    failures: { transient: 0, rateLimit: 0, interrupted: 0, persistent: 0 },
    compactions: 0,
    limitedAt: undefined,
  };
}

export type RetryStep =
  /** Send again after `delayMs`; `announce` when a person should be told of the wait. */
  | { readonly type: "retry"; readonly delayMs: number; readonly announce: boolean; readonly state: RetryState }
  /** Make the conversation shorter, then send again. */
  | { readonly type: "compact"; readonly state: RetryState }
  | { readonly type: "giveUp"; readonly error: SagentError };

const firstBackoffMs = 500;
const jitterShare = 0.25;
const longestHintMs = 24 * 60 * 60_000;
const longestWaitMs = 60_000;
const longestLimitMs = 180_000;
const mostCompactions = 3;
const announcedWaitMs = 5_000;

/** Largest backoff of a kind, and the sends after which it is given up. */
function limitsOf(branch: Branch, policy: RetryOptions): { readonly capMs: number; readonly sends: number } {
  switch (branch) {
    case "transient":
      return { capMs: 32_000, sends: policy.maxAttempts };
    case "rateLimit":
      return { capMs: 60_000, sends: 20 };
    case "interrupted":
      return { capMs: 0, sends: 3 };
    case "persistent":
      return { capMs: 300_000, sends: 60 };
  }
}

/**
 * What to do about a failed send. Waits are min(0.5 s · 2ⁿ, cap) less up to a quarter by chance, and never less than the
 * server asked for. Giving up comes before the wait, not after it. `now` is Unix time in ms, `random` from 0 to 1.
 */
export function nextStep(
  state: RetryState,
  error: SagentError,
  { now, random }: { readonly now: number; readonly random: number },
): RetryStep {
  if (error.retry === "never") return { type: "giveUp", error };
  if (error.retry === "overflow") return compactOrGiveUp(state, error);
  const branch = branchOf(error, error.retry, state.policy);
  const hintMs = hintOf(error);
  if (hintMs > longestWaitMs && state.policy.interactive && branch !== "persistent") {
    return { type: "giveUp", error: deferred(error, now + hintMs) };
  }
  const { capMs, sends } = limitsOf(branch, state.policy);
  const failed = state.failures[branch] + 1;
  const backoffMs = Math.min(firstBackoffMs * 2 ** (failed - 1), capMs) * (1 - jitterShare * random);
  const delayMs = Math.max(backoffMs, hintMs);
  const limitedAt = branch === "rateLimit" ? (state.limitedAt ?? now) : state.limitedAt;
  const isTooLate = branch === "rateLimit" && now + delayMs - (limitedAt ?? now) > longestLimitMs;
  if (failed >= sends || isTooLate) {
    return { type: "giveUp", error: hintMs > 0 && branch === "rateLimit" ? deferred(error, now + hintMs) : error };
  }
  return {
    type: "retry",
    delayMs,
    announce: hintMs > 0 || delayMs >= announcedWaitMs,
    state: { ...state, failures: { ...state.failures, [branch]: failed }, limitedAt },
  };
}

function compactOrGiveUp(state: RetryState, error: SagentError): RetryStep {
  if (state.compactions >= mostCompactions) return { type: "giveUp", error };
  return { type: "compact", state: { ...state, compactions: state.compactions + 1 } };
}

function branchOf(error: SagentError, kind: Exclude<RetryClass, "never" | "overflow">, policy: RetryOptions): Branch {
  const isOverload = error instanceof ProviderError && error.status === 529;
  const isWorthWaiting = kind === "rateLimit" || isOverload || error instanceof StreamInterruptedError;
  return policy.persistent && isWorthWaiting ? "persistent" : kind;
}

/** The server's own wish in ms, 0 where it has none, a day at most. */
function hintOf(error: SagentError): number {
  const hintMs = error instanceof ProviderError ? (error.retryAfterMs ?? 0) : 0;
  return hintMs > 0 ? Math.min(hintMs, longestHintMs) : 0;
}

/** The same failure, saying when it makes sense to go on. A throttled account stays a rate limit. */
function deferred(error: SagentError, retryAt: number): SagentError {
  if (!(error instanceof ProviderError)) return error;
  const failure = { ...failureOf(error), retryAt };
  return error.retry === "rateLimit" ? new RateLimitError(failure) : new RetryDeferredError(failure);
}

function failureOf(error: ProviderError): ProviderFailure {
  return {
    provider: error.provider,
    cause: error,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.status !== undefined && { status: error.status }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.requestId !== undefined && { requestId: error.requestId }),
  };
}

/** A part as it was shown: its text so far, or the raw arguments of a call. */
export interface ShownPart {
  readonly kind: "text" | "thinking" | "toolCall";
  readonly text: string;
  /** Of a call: its tool, and its index on the wire where that was kept. */
  readonly name?: string;
  readonly index?: number;
}

/** What to publish for a chunk. With `diverged`, what was shown is void first and everything starts over. */
export interface Unseen {
  readonly diverged: boolean;
  readonly chunks: readonly Chunk[];
}

/**
 * Filters the chunks of a resend, given what earlier sends showed: publishes nothing while the answer repeats that, then
 * the unseen rest. An answer that says something else, or ends sooner, diverges: all it has said so far comes at once,
 * and what follows passes. A resend that fails while it repeats voids nothing.
 */
export function replayFilter(shown: readonly ShownPart[]): (chunk: Chunk) => Unseen {
  const held: Chunk[] = [];
  let passing = shown.length === 0;
  let at: Cursor = { part: -1, offset: 0 };
  return (chunk) => {
    if (passing || chunk.type === "limits" || chunk.type === "error") return { diverged: false, chunks: [chunk] };
    held.push(chunk);
    const found = compare(shown, at, chunk);
    if (found.type === "repeats") {
      at = found.at;
      return { diverged: false, chunks: [] };
    }
    passing = true;
    return found.type === "extends" ? { diverged: false, chunks: [found.rest] } : { diverged: true, chunks: held };
  };
}

/** How far a resend has repeated what was shown. */
interface Cursor {
  readonly part: number;
  readonly offset: number;
}

type Comparison =
  | { readonly type: "repeats"; readonly at: Cursor }
  | { readonly type: "extends"; readonly rest: Chunk }
  | { readonly type: "differs" };

const differs: Comparison = { type: "differs" };

function compare(
  shown: readonly ShownPart[],
  at: Cursor,
  chunk: Exclude<Chunk, { type: "limits" | "error" }>,
): Comparison {
  const here = shown[at.part];
  const isWhole = at.offset === (here?.text.length ?? 0);
  const next = shown[at.part + 1];
  switch (chunk.type) {
    case "done":
      return isWhole && !next ? { type: "extends", rest: chunk } : differs;
    case "toolCall":
      if (!isWhole) return differs;
      if (!next) return { type: "extends", rest: chunk };
      if (next.name !== chunk.name || !isAt(next, chunk.index)) return differs;
      return { type: "repeats", at: { part: at.part + 1, offset: 0 } };
    case "toolArgs":
      return here && isAt(here, chunk.index) ? compareText(here, !next, at, chunk) : differs;
    case "text":
    case "thinking":
      if (chunk.text === "") return { type: "repeats", at };
      if (here?.kind === chunk.type) return compareText(here, !next, at, chunk);
      if (!isWhole) return differs;
      if (!next) return { type: "extends", rest: chunk };
      if (next.kind !== chunk.type) return differs;
      return compareText(next, !shown[at.part + 2], { part: at.part + 1, offset: 0 }, chunk);
  }
}

function isAt(part: ShownPart, index: number): boolean {
  return part.kind === "toolCall" && (part.index ?? index) === index;
}

function compareText(
  part: ShownPart,
  isLast: boolean,
  at: Cursor,
  chunk: Extract<Chunk, { type: "text" | "thinking" | "toolArgs" }>,
): Comparison {
  const { part: number, offset } = at;
  if (part.text.startsWith(chunk.text, offset)) {
    return { type: "repeats", at: { part: number, offset: offset + chunk.text.length } };
  }
  const left = part.text.slice(offset);
  if (!isLast || !chunk.text.startsWith(left)) return differs;
  return { type: "extends", rest: { ...chunk, text: chunk.text.slice(left.length) } };
}
