/** What the machine holds, what it is told and what it asks for. The rules are in `machine.ts` and `transitions.ts`. */
import type { Answer as AskAnswer, AskId, OpenAsk } from "./ask.ts";
import type { Command } from "./command.ts";
import type { ErrorInfo } from "./error.ts";
import type { AgentState, EndReason, EventBody } from "./event.ts";
import { emptyGuard, type Guard } from "./guard.ts";
import { emptyInbox, type Inbox } from "./inbox.ts";
import type { AssistantMessage, CallId, Message, NoticeMessage, ToolCallPart, ToolResultMessage } from "./message.ts";

/** A log entry before the log gives it an id and a time. */
export type Entry = Message extends infer Each ? (Each extends Message ? Omit<Each, "id" | "at"> : never) : never;
/** What a model said in one call. */
export type Answer = Omit<AssistantMessage, "id" | "at" | "type">;
/** What a tool call came to. `pending` means that it goes on in the background. */
export type CallOutcome = Omit<ToolResultMessage, "id" | "at" | "type" | "callId" | "name">;
export type Compaction = Omit<Extract<Command, { type: "compact" }>, "type">;
export type Tuning = Omit<Extract<Command, { type: "tune" }>, "type">;
export type Switch = Omit<Extract<Command, { type: "switch" }>, "type">;
/** Another model than the present one; what is absent is as it is. */
export type ModelWish = Omit<Switch, "settings">;

/** A question of a running call. */
export type MachineAsk = Pick<OpenAsk, "askId" | "ask"> & { readonly call: CallId };

export type Input =
  | { readonly type: "command"; readonly command: Command }
  /** An answer that is not what was asked for is sent back with a `correction`, or with a `failure` ends the work. */
  | {
      readonly type: "modelDone";
      readonly generation: number;
      readonly answer: Answer;
      readonly correction?: string;
      readonly failure?: ErrorInfo;
    }
  /** `partial` is what had been said; null when nothing was. `aborted` when it was our own cancel. */
  | {
      readonly type: "modelFailed";
      readonly generation: number;
      readonly error: ErrorInfo;
      readonly partial: Answer | null;
      readonly cause: "aborted" | "overflow" | "refused" | "budget" | "other";
    }
  | { readonly type: "toolDone"; readonly callId: CallId; readonly outcome: CallOutcome }
  /** A running call asks a person. */
  | ({ readonly type: "asked" } & MachineAsk)
  | { readonly type: "compactDone"; readonly generation: number }
  | { readonly type: "compactFailed"; readonly generation: number; readonly error: ErrorInfo }
  | { readonly type: "switchDone" }
  /** A hook does not let something happen, such as that a prompt is heard. */
  | { readonly type: "objected"; readonly error: ErrorInfo }
  /** Whether the work may end; null where it may, else why it goes on. */
  | { readonly type: "restJudged"; readonly generation: number; readonly goOn: string | null };

export type Effect =
  | { readonly type: "append"; readonly entry: Entry }
  | { readonly type: "emit"; readonly event: EventBody }
  | { readonly type: "callModel"; readonly generation: number }
  | { readonly type: "cancelModel" }
  | { readonly type: "runTools"; readonly calls: readonly ToolCallPart[] }
  | { readonly type: "cancelTool"; readonly callId: CallId }
  /** Gives the call its answer; null withdraws the question. */
  | { readonly type: "answer"; readonly askId: AskId; readonly answer: AskAnswer | null }
  | { readonly type: "compact"; readonly generation: number; readonly wanted: Compaction }
  | { readonly type: "tune"; readonly wanted: Tuning }
  | { readonly type: "cancelCompact" }
  /** Whether the work may end here. `again` where it went on because of an earlier verdict. */
  | { readonly type: "judgeRest"; readonly generation: number; readonly again: boolean }
  | { readonly type: "switch"; readonly wanted: Switch }
  | { readonly type: "clear" };

export interface MachineState {
  /** Raised by each model call and compaction; an answer to an older one is late. */
  readonly generation: number;
  readonly calling: "model" | "halting" | "compacting" | "switching" | "resting" | null;
  /** Running calls whose slot is still empty: the next model call waits for them. */
  readonly cohort: readonly CallId[];
  /** Running calls whose slot holds a pending stub: their results go forward. */
  readonly detached: readonly CallId[];
  /** Detached calls that the next model call waits for all the same. */
  readonly awaited: readonly CallId[];
  /** Names of all running calls. */
  readonly names: Readonly<Record<CallId, string>>;
  /** Questions of running calls that wait for a person, oldest first. */
  readonly asks: readonly MachineAsk[];
  /** Results of detached calls that wait for a place between rounds. */
  readonly deliveries: readonly Omit<NoticeMessage, "id" | "at">[];
  readonly inbox: Inbox;
  readonly switches: readonly Switch[];
  /** Compactions that wait for the round to end. */
  readonly compactions: readonly Compaction[];
  /** Overflows in a row that a compaction was to cure; the turn fails after three. */
  readonly overflows: readonly ErrorInfo[];
  /** The log's tail asks for an answer. */
  readonly owed: boolean;
  /** The log's tail is an answer that was cut short: nothing asks for another, and yet the work is not done. */
  readonly cut: boolean;
  /** Halted or failed: only a new message goes on. */
  readonly held: boolean;
  /** Rounds of tools since the last message of a person or a peer. */
  readonly rounds: number;
  readonly maxRounds: number | null;
  readonly guard: Guard;
  /** Whether somebody is asked before the work ends: `ask` where that has yet to be done, `passed` once it may end. */
  readonly rest: "free" | "ask" | "passed";
  /** How often the work went on because it might not end. */
  readonly goOns: number;
  /** How the work last ended, for `idle`. */
  readonly reason: EndReason;
  /** What clients were last told. */
  readonly told: { readonly state: AgentState; readonly idle: boolean };
}

export const initialState = (maxRounds: number | null = null): MachineState => ({
  generation: 0,
  calling: null,
  cohort: [],
  detached: [],
  awaited: [],
  names: {},
  asks: [],
  deliveries: [],
  inbox: emptyInbox,
  switches: [],
  compactions: [],
  overflows: [],
  owed: false,
  cut: false,
  held: false,
  rounds: 0,
  maxRounds,
  guard: emptyGuard,
  rest: "free",
  goOns: 0,
  reason: "done",
  told: { state: "idle", idle: true },
});

/** The call goes on with a stub in its slot, and the next model call does not wait for it. */
export function isBackground({ detached, awaited }: MachineState, callId: CallId): boolean {
  return detached.includes(callId) && !awaited.includes(callId);
}

const isAsking = ({ asks }: MachineState, callId: CallId) => asks.some(({ call }) => call === callId);

/** Nothing goes on: no call of the model, and no tool, not even one that waits for a person. */
export function isResting({ calling, cohort, detached }: MachineState): boolean {
  return calling === null && cohort.length + detached.length === 0;
}

/** The five states that clients see. */
export function agentState(state: MachineState): AgentState {
  if (state.calling === "compacting") return "compacting";
  if (state.calling !== null) return "streaming";
  const running = [...state.cohort, ...state.detached];
  if (running.length > 0) return running.every((id) => isAsking(state, id)) ? "waiting" : "tools";
  return state.held && (state.owed || state.cut || state.inbox.waiting.length > 0) ? "waiting" : "idle";
}

/** Collects the next state and the effects of one step. */
export class Step {
  readonly effects: Effect[] = [];
  state: MachineState;
  constructor(state: MachineState) {
    this.state = state;
  }
  set(patch: Partial<MachineState>): void {
    this.state = { ...this.state, ...patch };
  }
  effect(effect: Effect): void {
    this.effects.push(effect);
  }
  append(entry: Entry): void {
    this.effects.push({ type: "append", entry });
  }
  emit(event: EventBody): void {
    this.effects.push({ type: "emit", event });
  }
}

export const resultComesLater =
  "Its result will arrive later in this conversation; do not wait for it or repeat the call.";

const goesOn = `Still running in the background. ${resultComesLater}`;

/** Fills a running call's slot with a pending stub; the slot is never written again. */
export function detachCall(step: Step, callId: CallId, text = goesOn): void {
  const { cohort, detached, names } = step.state;
  step.append({
    type: "toolResult",
    callId,
    name: names[callId] ?? "",
    kind: "pending",
    isError: false,
    text,
  });
  step.emit({ type: "toolDetached", call: callId });
  step.set({ cohort: cohort.filter((id) => id !== callId), detached: [...detached, callId], owed: true });
}
