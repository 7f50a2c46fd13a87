/**
 * What an agent's tools may do with other agents: the contract behind AgentSpawn, AgentSend and AgentSelf. Everything
 * that can go wrong for a reason that the model should hear is a `SagentError`; the tools turn it into a result.
 */
import type { OpenAsk } from "./ask.ts";
import type { KeySource, SettingsPatch } from "./command.ts";
import type { AgentState, EventBody } from "./event.ts";
import type { CallId, Origin, Usage } from "./message.ts";
import type { ModelSettings } from "./model.ts";
import type { ToolOutput, ToolProgress } from "./tool.ts";

/** A child to be made. What is absent is as the parent has it. */
export interface SpawnRequest {
  /** Empty for a persistent child that waits for its first message. */
  readonly prompt: string;
  /** Made from the parent's label where absent; a number is added where it is taken. */
  readonly label?: string;
  /** Replaces the standard prompt's own words behind the fixed part. */
  readonly system?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly auth?: KeySource;
  readonly account?: string;
  readonly settings?: SettingsPatch;
  /** Names of tools: absent means the parent's, empty means none. */
  readonly tools?: readonly string[];
  /** Beside these `tools` there is the shelf of a child that was given none by name. */
  readonly shelf?: boolean;
  readonly maxRounds?: number;
  /** Generations that the child may spawn below itself. */
  readonly maxDepth?: number;
  /** A slice of the tree's money. */
  readonly maxBudgetUsd?: number;
  /** Stays after its first reply, to be sent messages. */
  readonly persistent?: boolean;
  /** A persistent child tells its parent when it comes to rest; true where absent. With false it tells of failures alone. */
  readonly notify?: boolean | "never";
  /** `fork` begins with the parent's conversation up to this call. */
  readonly context?: "fresh" | "fork";
  /** A git worktree of its own to work in. */
  readonly isolation?: "worktree";
  /** The directory of the worktree that a child had which comes back. */
  readonly worktree?: string;
  /** The parent's system prompt, to the byte, so that its cached prefix serves; so too for a fork without a `system`. */
  readonly hot?: boolean;
}

/** What a fleet puts into an agent's stream. */
export type FleetEvent = Extract<EventBody, { type: "spawned" | "childEnded" | "sendScheduled" | "sendDone" }>;

/** The call on whose behalf something is done. */
export interface CallLink {
  readonly callId: CallId;
  readonly signal: AbortSignal;
  readonly progress: (news: ToolProgress) => void;
}

export interface SendRequest {
  /** A label, a glob, `{a,b}` or `/expression/`. */
  readonly to: string;
  readonly content: string;
  readonly delaySec?: number;
  /** Preempts what the receiver does. */
  readonly urgent?: boolean;
}

/** A change of an agent, all or nothing, applied when it is safe. */
export interface AgentPatch {
  readonly status?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly auth?: KeySource;
  readonly account?: string;
  readonly settings?: SettingsPatch;
  readonly maxRounds?: number;
  readonly maxOutputTokens?: number;
  /** What to do with the conversation once the present round is over. */
  readonly context?: "clear" | "compact" | "recompact" | "drop";
  /** What to keep in mind across a clear or a compaction. */
  readonly note?: string;
  /** For `drop`: call ids, tool names or paths whose results are no longer needed. */
  readonly drop?: readonly string[];
}

/** One agent as another sees it. Tokens are estimates by its model's measure. */
export interface AgentReport {
  readonly label: string;
  /** Labels from the root down, joined by `/`. */
  readonly path: string;
  readonly state: AgentState;
  readonly status: string;
  readonly model: Origin;
  readonly settings: ModelSettings;
  readonly depth: number;
  readonly persistent: boolean;
  readonly rounds: number;
  readonly maxRounds: number | null;
  readonly usage: Usage;
  readonly costUsd: number;
  /** Of this agent and all below it. */
  readonly subtreeUsd: number;
  /** What it may still spend; null without a cap. */
  readonly leftUsd: number | null;
  /** Largest prompt of its model, in tokens. */
  readonly windowTokens: number;
  readonly contextTokens: ContextTokens;
  /** Its questions that wait for a person, oldest first. */
  readonly asks: readonly OpenAsk[];
  /** Names of the tools that it has. */
  readonly tools: readonly string[];
}

/** An agent in a list. */
export type AgentBrief = Pick<AgentReport, "label" | "path" | "state" | "status">;

/** Where the context's tokens go. */
export interface ContextTokens {
  readonly system: number;
  readonly tools: number;
  readonly summary: number;
  readonly user: number;
  readonly assistant: number;
  readonly toolResults: number;
}

/** A running or background call. */
export interface JobReport {
  readonly call: CallId;
  readonly name: string;
  readonly label: string;
  readonly background: boolean;
  readonly runningMs: number;
}

/** What there is to choose from, as text: the providers, or the models of one (of the caller's own where absent). */
export type Catalog = (kind: "providers" | "models", provider?: string) => Promise<string>;

export interface FleetPort {
  readonly self: string;
  readonly catalog?: Catalog | undefined;
  /** Runs a child to its end, or starts one that stays. */
  spawn(request: SpawnRequest, call: CallLink): Promise<ToolOutput>;
  /** Returns the labels that were reached, or will be after the delay. Throws `UsageError` listing the living. */
  send(request: SendRequest): readonly string[];
  /** Changes this agent, or one below it that it may change. Resolves to sentences on what will happen. */
  tune(patch: AgentPatch, target?: string): Promise<readonly string[]>;
  report(target?: string): AgentReport;
  /** All living agents, the root first. */
  living(): readonly AgentReport[];
  /** The same in brief, which costs little however many there are. */
  brief(): readonly AgentBrief[];
}

export interface JobPort {
  list(): readonly JobReport[];
  /** What a running call has put out so far; the last part where it is long. Undefined for a call that does not run. */
  output(call: CallId): string | undefined;
  cancel(call: CallId): boolean;
  /** Makes the next model call wait for it. */
  foreground(call: CallId): boolean;
}
