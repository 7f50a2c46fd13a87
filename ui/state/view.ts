/** One agent's transcript as the page shows it: plain data, made by `apply.ts` from events alone. */
import type { EventOf } from "../../agent/event.ts";
import type {
  Attachment,
  CallId,
  MessageId,
  NoticeMessage,
  Origin,
  StopReason,
  ToolCallPart,
  ToolDetails,
  ToolResultMessage,
  Usage,
} from "../../agent/message.ts";
import type { AgentCard } from "../../server/protocol.ts";

/** Where a tool call stands. `background`: it goes on, its result arrives later. */
export type CallStatus = "written" | "running" | "background" | "done" | "failed" | "cancelled";

export interface CallView {
  /** Undefined while the model still writes it. */
  readonly callId: CallId | undefined;
  readonly name: string;
  /** Undefined while the model still writes it; `raw` grows meanwhile. */
  readonly args: ToolCallPart["args"] | undefined;
  readonly raw: string;
  /** One line for people, once it runs. */
  readonly label: string;
  readonly status: CallStatus;
  /** Live output of a running call. */
  readonly output: string;
  /** What it last said that it does. */
  readonly progress: string;
  /** The result's text. */
  readonly result: string;
  readonly details: ToolDetails | undefined;
  readonly attachments: readonly Attachment[];
  readonly startedAt: number | undefined;
  readonly durationMs: number | undefined;
}

export type PartView =
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "thinking";
      readonly text: string;
      /** When it began and how long it took, where the page was there. */
      readonly startedAt?: number | undefined;
      readonly durationMs?: number | undefined;
    }
  | { readonly type: "call"; readonly call: CallView };

export interface UserItem {
  readonly type: "user";
  readonly id: string;
  readonly message: MessageId;
  readonly at: number;
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

export interface PeerItem extends Omit<UserItem, "type"> {
  readonly type: "peer";
  readonly from: string;
}

export interface AssistantItem {
  readonly type: "assistant";
  readonly id: string;
  readonly message: MessageId;
  readonly at: number;
  readonly origin: Origin;
  readonly parts: readonly PartView[];
  /** It still grows. */
  readonly live: boolean;
  readonly stopReason: StopReason | undefined;
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  readonly durationMs: number | undefined;
}

/** What the runtime told the model; a background call's result shows at its call too. */
export interface NoticeItem {
  readonly type: "notice";
  readonly id: string;
  readonly at: number;
  readonly text: string;
  readonly isError: boolean;
  readonly call: NoticeMessage["call"];
}

/** Something that happened between messages. */
export interface MarkerItem {
  readonly type: "marker";
  readonly id: string;
  readonly at: number;
  readonly event: EventOf<
    | "cleared"
    | "compacted"
    | "compactFailed"
    | "dropped"
    | "switched"
    | "switchFailed"
    | "loopNoticed"
    | "spawned"
    | "childEnded"
    | "error"
    | "idle"
  >;
}

export type Item = UserItem | PeerItem | AssistantItem | NoticeItem | MarkerItem;

export interface AgentView {
  readonly session: string;
  readonly agent: string;
  /** Names the server's memory of the agent; a `seq` counts within it. */
  readonly epoch: string;
  readonly seq: number;
  /** Index in the timeline of the first event that is here: more than zero means that older ones can be asked for. */
  readonly first: number;
  readonly items: readonly Item[];
  /** Results whose calls are further back than what is here. */
  readonly orphans: readonly (ToolResultMessage | NoticeMessage)[];
  /** Messages that wait in the agent's inbox. */
  readonly queue: readonly EventOf<"queued">[];
  readonly asks: readonly EventOf<"asked">[];
  readonly card: AgentCard;
  readonly cwd: string;
  /** What it waits for before it asks a model again. */
  readonly retry: EventOf<"retry" | "suspended"> | undefined;
  readonly limits: EventOf<"limits">["windows"];
  readonly compacting: boolean;
  readonly maxRounds: number | null | undefined;
}
