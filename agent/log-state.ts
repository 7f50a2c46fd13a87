/** What a log amounts to: a reducer over durable events. Live and replayed logs run this same code, so they are equal. */
import type { AskId, OpenAsk } from "./ask.ts";
import type { QueueId } from "./command.ts";
import { type AgentEvent, type EventOf, requeueIn } from "./event.ts";
import type { Waiting } from "./inbox.ts";
import { addUsage, type CallId, type Message, type MessageId, noUsage, type Origin, type Usage } from "./message.ts";
import type { ModelSettings } from "./model.ts";

export interface LogState {
  /** Every entry as it came, oldest first. */
  readonly entries: Message[];
  /** Index of the first entry that the model still sees. */
  start: number;
  /** Index of the first entry since all was cleared. */
  cleared: number;
  /** What the entries before `start` amount to; null after a clear or in a log never compacted. */
  summary: string | null;
  /** Counts the markers, so that a reader knows when its view is void. */
  epoch: number;
  nextMessage: number;
  nextCall: number;
  nextAsk: number;
  lastSeq: number;
  readonly queued: Map<QueueId, Omit<Waiting, "id" | "announced">>;
  /** Calls whose slot holds a stub and whose result has not come forward. */
  readonly detached: Map<CallId, string>;
  /** Calls whose results the model no longer sees. */
  readonly dropped: Set<CallId>;
  /** Questions that wait for a person, oldest first. */
  readonly asks: Map<AskId, OpenAsk>;
  /** Living children by label. */
  readonly children: Map<string, ChildRecord>;
  /** Messages to be sent later, by id. */
  readonly scheduled: Map<string, ScheduledSend>;
  status: string;
  /** As last tuned: null means no limit, undefined that it was never tuned. */
  maxRounds: number | null | undefined;
  maxOutputTokens: number | null | undefined;
  usage: Usage;
  costUsd: number;
  cwd: string | null;
  model: Origin | null;
  /** That the model was reached with, where one was chosen. */
  account: string | undefined;
  settings: ModelSettings | null;
}

/** What is known of a child; `recipe` is there for persistent ones. */
export type ChildRecord = Pick<EventOf<"spawned">, "childPath" | "persistent" | "recipe">;
export type ScheduledSend = Pick<EventOf<"sendScheduled">, "to" | "text" | "urgent" | "dueAt">;

export function emptyLogState(): LogState {
  return {
    entries: [],
    start: 0,
    cleared: 0,
    summary: null,
    epoch: 0,
    nextMessage: 1,
    nextCall: 1,
    nextAsk: 1,
    lastSeq: 0,
    queued: new Map(),
    detached: new Map(),
    dropped: new Set(),
    asks: new Map(),
    children: new Map(),
    scheduled: new Map(),
    status: "",
    maxRounds: undefined,
    maxOutputTokens: undefined,
    usage: noUsage,
    costUsd: 0,
    cwd: null,
    model: null,
    account: undefined,
    settings: null,
  };
}

/** The state after these events, in order. Events that are not durable change nothing but `lastSeq`. */
export function replay(events: Iterable<AgentEvent>): LogState {
  const state = emptyLogState();
  for (const event of events) reduce(state, event);
  return state;
}

/** Applies one event, in place. */
export function reduce(state: LogState, event: AgentEvent): void {
  state.lastSeq = Math.max(state.lastSeq, event.seq);
  switch (event.type) {
    case "message":
      return addEntry(state, event.message);
    case "queued": {
      const { queueId, policy, from, text, attachments } = event;
      const waiting = {
        policy,
        text,
        ...(from === undefined ? {} : { from }),
        ...(attachments ? { attachments } : {}),
      };
      state.queued.set(queueId, waiting);
      return;
    }
    case "dequeued":
      state.queued.delete(event.queueId);
      return;
    case "requeued": {
      const { queueId, policy, text, before } = event;
      const message = state.queued.get(queueId);
      if (message) requeueIn(state.queued, { ...message, policy, text }, queueId, before);
      return;
    }
    case "callEnded":
      state.usage = addUsage(state.usage, event.usage);
      state.costUsd += event.costUsd;
      return;
    case "asked": {
      const { askId, ask, call, at } = event;
      state.asks.set(askId, { askId, ask, ...(call === undefined ? {} : { call }), at });
      state.nextAsk = Math.max(state.nextAsk, number(askId) + 1);
      return;
    }
    case "answered":
      state.asks.delete(event.askId);
      return;
    case "cleared":
      state.cleared = state.entries.length;
      return mark(state, state.entries.length, null);
    case "compacted":
      return mark(state, indexAfter(state.entries, event.upTo), event.summary);
    case "started":
      state.cwd = event.cwd;
      return choose(state, event);
    case "switched":
      // What stands in for a while is not what a later process begins with.
      return event.insteadOf ? undefined : choose(state, event);
    case "workspace":
      state.cwd = event.cwd;
      return;
    case "dropped":
      for (const call of event.calls) state.dropped.add(call);
      state.epoch += 1;
      return;
    default:
      return reduceFleet(state, event);
  }
}

function choose(state: LogState, { model, account, settings }: EventOf<"started" | "switched">): void {
  state.model = model;
  state.account = account;
  state.settings = settings;
}

function reduceFleet(state: LogState, event: AgentEvent): void {
  switch (event.type) {
    case "tuned":
      if (event.status !== undefined) state.status = event.status;
      if (event.maxRounds !== undefined) state.maxRounds = event.maxRounds;
      if (event.maxOutputTokens !== undefined) state.maxOutputTokens = event.maxOutputTokens;
      return;
    case "spawned": {
      const { child, childPath, persistent, recipe } = event;
      state.children.set(child, { childPath, persistent, ...(recipe === undefined ? {} : { recipe }) });
      return;
    }
    case "childEnded":
      state.children.delete(event.child);
      return;
    case "sendScheduled": {
      const { sendId, to, text, urgent, dueAt } = event;
      state.scheduled.set(sendId, { to, text, urgent, dueAt });
      return;
    }
    case "sendDone":
      state.scheduled.delete(event.sendId);
      return;
    default:
      return;
  }
}

function addEntry(state: LogState, message: Message): void {
  state.entries.push(message);
  state.nextMessage = Math.max(state.nextMessage, number(message.id) + 1);
  if (message.type === "assistant") {
    for (const part of message.parts) {
      if (part.type === "toolCall") state.nextCall = Math.max(state.nextCall, number(part.callId) + 1);
    }
  }
  if (message.type === "toolResult" && message.kind === "pending") state.detached.set(message.callId, message.name);
  if (message.type === "notice" && message.call) state.detached.delete(message.call.id);
}

function mark(state: LogState, start: number, summary: string | null): void {
  if (summary === null) state.detached.clear();
  state.start = Math.max(state.start, start);
  state.summary = summary;
  state.epoch += 1;
}

const number = (id: MessageId | CallId | AskId) => Number(id.slice(1));

function indexAfter(entries: readonly Message[], upTo: MessageId): number {
  const index = entries.findLastIndex((entry) => number(entry.id) <= number(upTo));
  return index + 1;
}
