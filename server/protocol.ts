/**
 * What the page and the server say to each other over one WebSocket, as types. Browser-safe. Client frames are checked by
 * `protocol-schema.ts`; server frames are ours. `codec.ts` writes and reads the bytes.
 */
import type { Ask } from "../agent/ask.ts";
import type { ErrorInfo } from "../agent/error.ts";
import type { AgentEvent, AgentState, EndReason, EventOf } from "../agent/event.ts";
import type { CallId, MessageId, Origin, Usage } from "../agent/message.ts";
import type { ModelSettings } from "../agent/model.ts";
import type { ToHost } from "../providers/local/host/messages.ts";
import type { Dtype } from "../providers/local/ref-options.ts";

export type { ClientFrame } from "./protocol-schema.ts";

/** Raised when a page of one version could misread a server of another. */
export const wireVersion = 1;

/** One agent of a fleet in a line: what the tree and the badges show. Folded from events alone, so a replay has them too. */
export interface Step {
  readonly text: string;
  readonly state: "open" | "doing" | "done";
}

export interface AgentCard {
  readonly label: string;
  /** Labels from the root down, joined by `/`. */
  readonly path: string;
  readonly state: AgentState;
  /** What it says it is doing. */
  readonly status: string;
  readonly model: Origin | null;
  readonly settings: ModelSettings | null;
  /** One line on the tool that was started last, while tools run. */
  readonly tool: string | null;
  /** Tools that run, in the background too. */
  readonly running: number;
  /** Unix ms. */
  readonly startedAt: number;
  /** When it last began to work; null while it rests. */
  readonly busySince: number | null;
  /** Time it has worked so far, in ms, without the present stretch. */
  readonly workedMs: number;
  readonly usage: Usage;
  /** Its own money. */
  readonly costUsd: number;
  readonly rounds: number;
  /** Questions that wait for a person. */
  readonly asks: number;
  /** Messages in its inbox. */
  readonly queued: number;
  /** How its last work ended; null while it works. */
  readonly reason: EndReason | null;
  readonly error: string | null;
  /** What it plans to do, as its tool Todo said last. */
  readonly plan: readonly Step[];
  /** It sleeps until then (Unix ms), for every model is limited; null while it does not. */
  readonly suspendedUntil: number | null;
  readonly persistent: boolean;
  /** It is no more; its transcript is. */
  readonly ended: boolean;
}

/** A question of any agent of the fleet that waits for a person. */
export interface OpenAsk {
  readonly agent: string;
  readonly askId: EventOf<"asked">["askId"];
  readonly call?: CallId;
  readonly ask: Ask;
  readonly at: number;
}

/** A message on its way from one agent to another. */
export interface Passing {
  /** In the conversation of who gets it. */
  readonly message: MessageId;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly at: number;
}

/** A stretch of an agent's time. Times in Unix ms. */
export interface Span {
  readonly agent: string;
  readonly kind: "model" | "tool" | "compaction";
  readonly name: string;
  readonly startAt: number;
  readonly endAt: number;
  readonly costUsd: number;
}

/** A session as the list shows it. */
export interface SessionRow {
  readonly id: string;
  readonly title: string;
  /** Unix ms. */
  readonly updatedAt: number;
  readonly model?: Origin;
  readonly costUsd?: number;
  /** `held`: another process writes it. `saved`: on the disk only. Else the fleet is loaded here. */
  readonly state: "working" | "waiting" | "failed" | "idle" | "saved" | "held";
}

/** Where an agent's tokens and money stand. Tokens are estimates by its model's measure. */
export interface Meter {
  readonly windowTokens: number;
  readonly contextTokens: {
    readonly system: number;
    readonly tools: number;
    readonly summary: number;
    readonly user: number;
    readonly assistant: number;
    readonly toolResults: number;
  };
  /** The prompt's size from which on it is summarised unasked; null where the window is not known. */
  readonly compactAtTokens: number | null;
  /** What a summary would free, and what leaving out the files that were read would. */
  readonly compactFreesTokens: number;
  readonly dropFreesTokens: number;
  readonly subtreeUsd: number;
  readonly treeUsd: number;
  /** Null without a cap. */
  readonly leftUsd: number | null;
}

/**
 * An event on the wire. A delta that stands for several has `first`, the `seq` of the earliest. A message that the client
 * saw grow comes without the text of its parts, marked `grown`: the client has it.
 */
export type WireEvent = AgentEvent & { readonly first?: number; readonly grown?: boolean };

export interface SnapshotFrame {
  readonly type: "snapshot";
  readonly session: string;
  readonly agent: string;
  /** Names this life of the agent in the server: a `seq` of another one means nothing. */
  readonly epoch: string;
  readonly seq: number;
  /** Events of the timeline in all, and the index of the first one here. */
  readonly total: number;
  readonly first: number;
  /** The newest part of the timeline, oldest first. */
  readonly timeline: readonly AgentEvent[];
  /** What makes the present moment, to be applied behind the timeline: queue, running answer, running tools. */
  readonly live: readonly AgentEvent[];
  readonly card: AgentCard;
  readonly cwd: string;
}

export type ServerFrame =
  | {
      readonly type: "hello";
      readonly version: typeof wireVersion;
      readonly app: string;
      readonly project: string;
      readonly home: string;
      /** Whether the page may ask for terminals. */
      readonly terminals: boolean;
    }
  /** Answers `ping`. */
  | { readonly type: "pong" }
  /** The list of sessions, newest first. */
  | { readonly type: "sessions"; readonly rows: readonly SessionRow[] }
  /** The fleet as it stands: answers `join`. */
  | {
      readonly type: "joined";
      readonly session: string;
      readonly root: string;
      readonly cards: readonly AgentCard[];
      readonly asks: readonly OpenAsk[];
      readonly passing: readonly Passing[];
      readonly spans: readonly Span[];
    }
  /** What changed in the fleet since the last one; of a card that changes often only the newest is sent. */
  | {
      readonly type: "fleet";
      readonly session: string;
      readonly cards: readonly AgentCard[];
      readonly asks?: readonly OpenAsk[];
      readonly passing?: readonly Passing[];
      readonly spans?: readonly Span[];
    }
  | SnapshotFrame
  /** The client's `seq` still means something: nothing was missed, or `events` follow. Answers `watch`. */
  | { readonly type: "resumed"; readonly session: string; readonly agent: string; readonly epoch: string }
  | {
      readonly type: "events";
      readonly session: string;
      readonly agent: string;
      readonly events: readonly WireEvent[];
    }
  | {
      readonly type: "page";
      readonly session: string;
      readonly agent: string;
      readonly first: number;
      readonly timeline: readonly AgentEvent[];
    }
  | { readonly type: "meter"; readonly session: string; readonly agent: string; readonly meter: Meter }
  /** The session is no longer loaded here. */
  | { readonly type: "unloaded"; readonly session: string }
  /** What a request came to. */
  | { readonly type: "done"; readonly key: string; readonly value?: unknown; readonly error?: ErrorInfo }
  | { readonly type: "terminals"; readonly session: string; readonly terminals: readonly TerminalRow[] }
  | { readonly type: "terminalData"; readonly terminal: string; readonly data: string; readonly reset?: boolean }
  | { readonly type: "terminalExit"; readonly terminal: string; readonly code: number | null }
  /** For the models that run in this tab: `place` names one worker of it. */
  | { readonly type: "models"; readonly place: number; readonly message: ToHost }
  /** News of a download or of weights being loaded. */
  | { readonly type: "local"; readonly news: LocalNews }
  /** An agent of a session that is loaded wants the person to know this now. */
  | ({ readonly type: "told"; readonly session: string } & Told);

/** What an agent wants the person to know: one line each. */
export interface Told {
  readonly agent: string;
  readonly title: string;
  readonly text: string;
  /** The desktop of the machine that the agent runs on shows it too. */
  readonly desktop: boolean;
}

/** A model that a tab is to load; its files are at `/api/weights/<folder>/`. */
export interface PageModel {
  readonly id: string;
  readonly folder: string;
  readonly type: Dtype;
  /** Tokens of prompt and answer together. */
  readonly window: number;
  /** Tokens that end an answer. */
  readonly ends: readonly number[];
  /** How many tokens it scores. */
  readonly scored: number;
  /** Its chat template, where that is a file of its own. */
  readonly template?: string;
  readonly seed?: number;
}

export interface TerminalRow {
  readonly id: string;
  readonly title: string;
  readonly cols: number;
  readonly rows: number;
  readonly exitCode?: number | null;
}

export interface LocalNews {
  readonly name: string;
  /** `ready`: the weights are on the disk. `loaded`: they are in the memory. */
  readonly state: "pulling" | "ready" | "failed" | "cancelled" | "loading" | "loaded";
  readonly receivedBytes: number;
  /** 0 where it is not known. */
  readonly totalBytes: number;
  /** Of the weights, once they are loaded. */
  readonly memoryBytes?: number;
  readonly error?: ErrorInfo;
}
