/**
 * The provider contract. A provider owns credentials and its SDK client and builds models; a model makes one streaming
 * call at a time per `stream`, and says what it can do and what it costs.
 */

import type { Effort, KeySource } from "./command.ts";
import type { SagentError } from "./error.ts";
import type {
  Attachment,
  Message,
  Origin,
  StopReason,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  Usage,
} from "./message.ts";

export { type Effort, efforts, type KeySource, keySources } from "./command.ts";

export const budgetModes = ["none", "auto", "fixed"] as const;
export type BudgetMode = (typeof budgetModes)[number];
export const thinkingOutputs = ["none", "text", "redacted"] as const;
export type ThinkingOutput = (typeof thinkingOutputs)[number];
export const serviceTiers = ["auto", "default", "flex", "priority", "ultrafast"] as const;
export type ServiceTier = (typeof serviceTiers)[number];

/** Every knob of a call that a person may turn. Each value is one that `ModelInfo` offers. */
export interface ModelSettings {
  readonly effort: Effort;
  readonly thinkingBudget: BudgetMode;
  readonly thinkingOutput: ThinkingOutput;
  readonly tier: ServiceTier;
  /** Prompt cache lifetime in seconds; 0 where the provider has no such control. */
  readonly cacheTtlSec: number;
}

/** USD per million tokens. A row applies to prompts of more than `above` tokens, from `since` (ISO date) on. */
export interface PriceRow {
  readonly tier: ServiceTier;
  readonly above: number;
  readonly since?: string;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
}

/** How a provider lets us in, as far as a person chose it. */
export interface Access {
  /** The only place to look for a key. Where absent, the environment comes first and then the credential file. */
  readonly auth?: KeySource | undefined;
  /** An account of the credential file. The environment's key is nobody's but the default account's. */
  readonly account?: string | undefined;
}

/** What a model is, accepts and costs. Sizes in tokens or raw bytes; 0 means unknown. */
export interface ModelInfo {
  readonly provider: string;
  /** Canonical id, e.g. `opus-5.5`, with its window tag if one was asked for (`opus-5.5+200k`). */
  readonly id: string;
  /** The vendor's own name for it, as sent on the wire. */
  readonly wireId: string;
  /** Largest prompt, in tokens. */
  readonly maxRequestTokens: number;
  /** Largest answer, thinking included, in tokens. */
  readonly maxResponseTokens: number;
  /** Largest request body, in bytes. */
  readonly maxRequestBytes: number;
  readonly images: boolean;
  readonly maxImageEdgePx?: number;
  readonly maxImageBytes?: number;
  readonly efforts: readonly Effort[];
  readonly budgetModes: readonly BudgetMode[];
  readonly thinkingOutputs: readonly ThinkingOutput[];
  readonly tiers: readonly ServiceTier[];
  readonly cacheTtlSec: readonly number[];
  readonly prices: readonly PriceRow[];
  /** Average characters in a token, for estimates. */
  readonly charsPerToken: number;
  /**
   * It can be held to a schema (`ModelRequest.outputSchema`); where absent, it is asked and its answer checked. `alone` means
   * only in a request without tools.
   */
  readonly structured?: boolean | "alone";
  readonly knowledgeCutoff?: string;
  /** Where it is not the usual one; what is made from this model goes by it too. */
  readonly access?: Access;
}

/** A tool as a model sees it. `schema` is JSON Schema of an object. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface ModelRequest {
  /** Empty means none. */
  readonly system: string;
  /**
   * Neutral entries, oldest first, already repaired: every call has exactly one result behind it. Runs of one role are
   * not merged; the adapter does that. Objects are immutable and stay identical from call to call, so an adapter may
   * cache its translation of one by identity.
   */
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  readonly settings: ModelSettings;
  /** Cap on the answer in tokens; the model's own ceiling where absent. */
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  /** JSON Schema that the answer's text must satisfy; only for a model that is `structured`. */
  readonly outputSchema?: Readonly<Record<string, unknown>>;
  /** Fields for the body of the request as the wire has them, by provider; they go before the adapter's own. */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A part as an adapter reports it: calls carry no id, the runtime gives them one. */
export type DraftPart = TextPart | ThinkingPart | Omit<ToolCallPart, "callId">;

/** A vendor's rate or usage window as its headers tell it. `used` is a share from 0 to 1. */
export interface UsageWindow {
  readonly name: string;
  readonly used?: number;
  readonly limit?: number;
  readonly remaining?: number;
  /** Unix time in ms. */
  readonly resetAt?: number;
}

/**
 * What a stream yields. Deltas first (each carries only what is new, and belongs to the last part begun: a change of
 * kind, or `toolCall`, begins one), then exactly one `done` or `error`, which ends it.
 */
export type Chunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "toolCall"; readonly index: number; readonly name: string }
  | { readonly type: "toolArgs"; readonly index: number; readonly text: string }
  | { readonly type: "limits"; readonly windows: readonly UsageWindow[] }
  | {
      readonly type: "done";
      readonly parts: readonly DraftPart[];
      readonly stopReason: StopReason;
      readonly usage: Usage;
      /** The tier that served the call, which decides the bill; the requested one where absent. */
      readonly tier?: ServiceTier;
      readonly requestId?: string;
    }
  | {
      readonly type: "error";
      readonly error: SagentError;
      /** What had arrived whole or in part. Incomplete tool calls are left out. */
      readonly parts: readonly DraftPart[];
      /** Present when the provider reported it before failing; it is billed. */
      readonly usage?: Usage;
    };

export interface Model extends AsyncDisposable {
  readonly info: ModelInfo;
  /**
   * One call. Never throws for a provider's failure: it ends with an `error` chunk. A wire cut before its own terminal
   * event is an `error` (`StreamInterruptedError`), never `done`. On abort it ends promptly with an `AbortedError` chunk
   * that keeps the parts so far. No retries: `agent/retry.ts` is the only retry.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<Chunk>;
  /** Local estimate of the prompt's size in tokens, of one entry or of a text; exact for models in the process. */
  estimateText(text: string): number;
  estimateAttachment(attachment: Attachment): number;
  /** Idempotent. Leaves the provider's client open. */
  close(): Promise<void>;
}

export interface Provider extends AsyncDisposable {
  readonly name: string;
  /** Builds a model by any name the catalogue accepts; none means `default`. Throws `ModelNotFoundError`. */
  model(id?: string): Promise<Model>;
  /** Idempotent. Closes what the provider's models share. */
  close(): Promise<void>;
}

export function originOf(info: ModelInfo): Origin {
  return { provider: info.provider, model: info.wireId };
}

/** The lowest rung a model offers on each ladder: what a new model starts at. */
export function lowestSettings(info: ModelInfo): ModelSettings {
  return {
    effort: info.efforts[0] ?? "none",
    thinkingBudget: info.budgetModes[0] ?? "none",
    thinkingOutput: info.thinkingOutputs[0] ?? "none",
    tier: info.tiers[0] ?? "auto",
    cacheTtlSec: info.cacheTtlSec[0] ?? 0,
  };
}

/** Carries each choice that the new model offers and drops the rest to its lowest rung. */
export function adoptSettings(old: ModelSettings, info: ModelInfo): ModelSettings {
  const lowest = lowestSettings(info);
  const keep = <T>(value: T, offered: readonly T[], otherwise: T) => (offered.includes(value) ? value : otherwise);
  return {
    effort: keep(old.effort, info.efforts, lowest.effort),
    thinkingBudget: keep(old.thinkingBudget, info.budgetModes, lowest.thinkingBudget),
    thinkingOutput: keep(old.thinkingOutput, info.thinkingOutputs, lowest.thinkingOutput),
    tier: keep(old.tier, info.tiers, lowest.tier),
    cacheTtlSec: keep(old.cacheTtlSec, info.cacheTtlSec, lowest.cacheTtlSec),
  };
}
