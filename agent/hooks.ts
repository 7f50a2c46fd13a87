/**
 * What a person has had put beside the work of agents: it looks at calls before and after they run, at prompts, and at the
 * end of the work. Whatever wants nothing of an event answers undefined at once, and then it costs nothing. A promise never
 * rejects, and resolves soon once its signal aborts.
 */
import type { CallId } from "./message.ts";
import type { ToolOutput } from "./tool.ts";

export interface HookedCall {
  /** Label of the agent that calls. */
  readonly agent: string;
  readonly callId: CallId;
  readonly name: string;
  readonly args: unknown;
  /** Where its tools work. */
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/** Whether a call may run. */
export type CallVerdict =
  /** With other arguments where `args` is there; `note` is told to the model behind the result. */
  | { readonly type: "run"; readonly args?: unknown; readonly note?: string }
  | { readonly type: "deny"; readonly reason: string; readonly halts?: boolean }
  /** A person is to say. */
  | { readonly type: "ask"; readonly reason: string; readonly args?: unknown; readonly note?: string };

/** What is said of a result. With `halts` the agent stops there, for that reason. */
export interface ResultVerdict {
  readonly note?: string;
  readonly halts?: string;
}

export type PromptVerdict =
  /** `note` is put behind what was said. */
  { readonly type: "hear"; readonly note?: string } | { readonly type: "refuse"; readonly reason: string };

/** Whether the work may end; otherwise the model is told why it goes on. */
export type RestVerdict = { readonly type: "rest" } | { readonly type: "goOn"; readonly reason: string };

export interface Hooks {
  beforeTool(call: HookedCall): Promise<CallVerdict> | undefined;
  /** After a call that did not fail. */
  afterTool(call: HookedCall, output: ToolOutput): Promise<ResultVerdict> | undefined;
  prompt(said: {
    readonly agent: string;
    readonly text: string;
    readonly signal: AbortSignal;
  }): Promise<PromptVerdict> | undefined;
  /** Before an agent comes to rest with its work done. `again` where it went on because of an earlier verdict. */
  rest(turn: {
    readonly agent: string;
    readonly isChild: boolean;
    readonly again: boolean;
    /** The last that the model said. */
    readonly lastWords: string;
    readonly signal: AbortSignal;
  }): Promise<RestVerdict> | undefined;
  /** Before a conversation is made shorter: because a person or the agent wants it, or because it has become too long. */
  compact(what: {
    readonly agent: string;
    readonly trigger: "manual" | "auto";
    readonly hint: string;
    readonly signal: AbortSignal;
  }): Promise<void> | undefined;
}
