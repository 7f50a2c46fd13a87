/** What an agent is made from, and what it shows of itself at once. */
import type { OpenAsk } from "./ask.ts";
import type { Purse } from "./budget.ts";
import type { Clock } from "./clock.ts";
import type { AgentState } from "./event.ts";
import type { FleetPort } from "./fleet-port.ts";
import type { Hooks } from "./hooks.ts";
import type { LimitSeat } from "./known-limits.ts";
import type { ModelWish } from "./machine-state.ts";
import type { Message, Origin, Usage } from "./message.ts";
import type { Model, ModelInfo, ModelSettings } from "./model.ts";
import type { RetryOptions } from "./retry.ts";
import type { Session } from "./session.ts";
import type { AnyTool, ShelfEntry, ToolSource } from "./tool.ts";

/** A model that goes on where another cannot. */
export interface FallbackStep {
  /** Inferred from the model's name where absent. */
  readonly provider?: string;
  readonly model: string;
}

export interface AgentOptions {
  /** Stays its owner's: the agent does not close it. */
  readonly model: Model;
  /** None by default. */
  readonly tools?: readonly AnyTool[];
  /** Tools that the model is told of only once it asks for them. */
  readonly shelf?: readonly ShelfEntry[];
  /** Tools that come and go: of servers, of plug-ins. They stay their owner's, and stand on the shelf. */
  readonly sources?: readonly ToolSource[];
  /** Name among agents; `main` by default. */
  readonly label?: string;
  readonly system?: string;
  /** Asked before each request: the system text with what has changed of it since. The same text where nothing has. */
  readonly revise?: (system: string) => string;
  /** Where tools begin to work; the session's last place, or the process's own directory, by default. */
  readonly cwd?: string;
  /** The project's directory; `cwd` by default. */
  readonly root?: string;
  /** Where file tools may write; anywhere by default. It binds no shell. */
  readonly writeRoots?: readonly string[];
  /** Environment of the tools' child processes; empty by default, so that no secret reaches them. */
  readonly env?: Readonly<Record<string, string>>;
  /** What looks at calls, prompts and the end of the work. */
  readonly hooks?: Hooks;
  /** What the model does not offer falls to its lowest rung. */
  readonly settings?: Partial<ModelSettings>;
  /** Rounds of tools that one message may cause; no limit by default. */
  readonly maxRounds?: number;
  readonly maxOutputTokens?: number;
  /** False leaves a conversation that is too long to the person: it fails in place of being summarised. */
  readonly compact?: boolean;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  /** USD. A call that could exceed it is not sent. */
  readonly maxBudgetUsd?: number;
  /** The money of a tree of agents, in place of a budget of this one's own. */
  readonly purse?: Purse;
  readonly retry?: Partial<RetryOptions>;
  /** Where events are kept; what it already holds is the conversation so far. Stays its owner's. */
  readonly session?: Session;
  /** Builds the model of a `switch` command; the agent closes what it builds. Without it only knobs can change. */
  readonly resolveModel?: (wanted: ModelWish, current: ModelInfo) => Promise<Model>;
  /**
   * Models that go on, in this order, while the chosen one is limited, down or will not serve the account; `resolveModel` makes
   * them when they are needed. The chosen one answers again once its limit has reset, or ten minutes later where it did not say
   * when; one that refused the account, once it is switched to.
   */
  readonly fallback?: readonly FallbackStep[];
  /** Where every model is limited and one says until when, sleep until then and go on. False by default: the work ends. */
  readonly waitForLimits?: boolean;
  /** Makes a cheaper model for one summary, by the present one; the agent closes it afterwards. Its own model writes where there is none. */
  readonly utilityModel?: (current: ModelInfo) => Promise<Model | undefined>;
  /** What the other agents of its fleet were told of limits, and where it says what it is told. */
  readonly limits?: LimitSeat;
  /** Somebody follows the events and answers: tools may ask. False by default. */
  readonly canAsk?: boolean;
  /** Labels from the root down, where the agent is part of a fleet and not its root. */
  readonly path?: string;
  /** The other agents, for tools that reach them. */
  readonly fleet?: FleetPort;
  /** Entries that the conversation begins with; ignored where a session already holds it. */
  readonly history?: readonly Message[];
  /** Closed with the agent, the last one first. */
  readonly resources?: readonly AsyncDisposable[];
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
}

/** What a client needs to draw the agent at once. */
export interface Snapshot {
  readonly agent: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly state: AgentState;
  readonly model: Origin;
  readonly settings: ModelSettings;
  readonly cwd: string;
  readonly messages: readonly Message[];
  readonly usage: Usage;
  readonly costUsd: number;
  readonly treeCostUsd: number;
  /** What the agent says it is doing. */
  readonly status: string;
  /** Rounds of tools of the present turn. */
  readonly rounds: number;
  readonly maxRounds: number | null;
  readonly windowTokens: number;
  /** Questions that wait for a person, oldest first. */
  readonly asks: readonly OpenAsk[];
}
