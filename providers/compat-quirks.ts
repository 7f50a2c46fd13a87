/** What single vendors want different from the plain chat wire. Each quirk is data and one pure function of the body. */
import type { Effort, ModelInfo, ModelSettings } from "../agent/model.ts";
import type { ChatMessage } from "./compat-messages.ts";

export type OutputCapParam = "max_tokens" | "max_completion_tokens";

/** A chat request as sent. Vendors add their own fields. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly reasoning_effort?: string;
  readonly [field: string]: unknown;
}

/** What a server's own description of a model says of how it is spoken to. Plain data. */
export interface ChatFacts {
  /** The field that caps the answer. */
  readonly outputCapParam?: OutputCapParam;
  /** The field of an answer that holds its reasoning; it goes back to the model under the same name. */
  readonly reasoningField?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of every body, below those that the wire sets itself. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

export interface CompatQuirks {
  readonly body?: (body: ChatBody, info: ModelInfo, settings: ModelSettings) => ChatBody;
  /** Field of an assistant message that holds its reasoning; it is sent back to its own model. */
  readonly reasoningField?: string;
  /** False where the vendor refuses `temperature`. */
  readonly temperature?: boolean;
}

/** Kimi 3 takes an effort as it is, Kimi 2.6 a switch, the Kimi coders nothing. */
export const moonshotQuirks: CompatQuirks = {
  reasoningField: "reasoning_content",
  temperature: false,
  body(body, info, settings) {
    const { reasoning_effort: _, ...plain } = body;
    if (offersEffort(info)) return withEffort(plain, settings.effort);
    if (!offersThinking(info)) return plain;
    return { ...plain, thinking: { type: settings.thinkingBudget === "none" ? "disabled" : "enabled" } };
  },
};

/**
 * Qwen rows with levels take an effort; the others take a budget in tokens, under `fixed` only. The vendor refuses both
 * in one request. Rows that always think offer no budget `none`, so the switch is never false for them.
 */
export const dashscopeQuirks: CompatQuirks = {
  reasoningField: "reasoning_content",
  body(body, info, settings) {
    const { reasoning_effort: _, ...plain } = body;
    if (!offersThinking(info)) return plain;
    // The vendor holds an answer to a schema only where nothing is thought before it.
    if (plain.response_format !== undefined) return { ...plain, enable_thinking: false };
    const thinks = settings.thinkingBudget !== "none";
    if (offersEffort(info) && !info.budgetModes.includes("fixed")) {
      return withEffort({ ...plain, enable_thinking: thinks || settings.effort !== "none" }, settings.effort);
    }
    const budget = settings.thinkingBudget === "fixed" ? thinkingBudgets[settings.effort] : 0;
    return { ...plain, enable_thinking: thinks, ...(budget > 0 && { thinking_budget: budget }) };
  },
};

/** Without `reasoning_split` the thinking arrives inside the answer. */
export const minimaxQuirks: CompatQuirks = {
  reasoningField: "reasoning_content",
  body(body, info, settings) {
    const split = { ...body, reasoning_split: true };
    if (!offersThinking(info)) return split;
    return { ...split, thinking: { type: settings.thinkingBudget === "none" ? "disabled" : "adaptive" } };
  },
};

/** Tokens, by effort. */
const thinkingBudgets: Readonly<Record<Effort, number>> = {
  none: 0,
  min: 1024,
  low: 4096,
  medium: 8192,
  high: 16384,
  xhigh: 20480,
  max: 24576,
};

export function offersEffort(info: ModelInfo): boolean {
  return info.efforts.some((effort) => effort !== "none");
}

function offersThinking(info: ModelInfo): boolean {
  return info.budgetModes.some((mode) => mode !== "none");
}

function withEffort(body: ChatBody, effort: Effort): ChatBody {
  return effort === "none" ? body : { ...body, reasoning_effort: effort };
}
