/**
 * How events make a transcript. Pure: the same view and events always give the same view, parts that did not change are
 * the same objects, and nothing else knows what an event means to the page.
 */
import { type AgentEvent, type EventOf, requeueIn } from "../../agent/event.ts";
import type { Message, NoticeMessage, ToolResultMessage } from "../../agent/message.ts";
import { foldCard } from "../../server/card.ts";
import type { SnapshotFrame, WireEvent } from "../../server/protocol.ts";
import { callOf, ended, finishCall, grown, partOf, runCall, startCall } from "./calls.ts";
import type { AgentView, AssistantItem, CallView, Item, MarkerItem, PartView } from "./view.ts";

/** The view that a snapshot describes. */
export function fromSnapshot(frame: SnapshotFrame): AgentView {
  const { session, agent, epoch, seq, first, card, cwd, timeline, live } = frame;
  const empty: AgentView = {
    session,
    agent,
    epoch,
    seq: 0,
    first,
    items: [],
    orphans: [],
    queue: [],
    asks: [],
    card,
    cwd,
    retry: undefined,
    limits: [],
    compacting: false,
    maxRounds: undefined,
  };
  return { ...apply(apply(empty, timeline), live), seq, card };
}

/** The view with an older page before it, as the page's own events make it. */
export function prepend(view: AgentView, first: number, timeline: readonly AgentEvent[]): AgentView {
  if (first + timeline.length !== view.first) return view;
  const applied = apply({ ...view, items: [], orphans: [] }, timeline);
  const older: Draft = { ...applied, items: [...applied.items] };
  const orphans = view.orphans.filter((message) => !finish(older, message));
  return { ...view, first, items: [...older.items, ...view.items], orphans: [...older.orphans, ...orphans] };
}

/** The view after these events, in order. */
export function apply(view: AgentView, events: readonly WireEvent[]): AgentView {
  if (events.length === 0) return view;
  const draft: Draft = { ...view, items: [...view.items] };
  for (const event of events) {
    draft.seq = Math.max(draft.seq, event.seq);
    draft.card = foldCard(draft.card, event);
    applyOne(draft, event);
  }
  return draft;
}

/** Whether events were missed between the view and a batch. */
export function hasGap(view: AgentView, events: readonly WireEvent[]): boolean {
  const [next] = events;
  return next !== undefined && (next.first ?? next.seq) > view.seq + 1;
}

type Draft = { -readonly [Name in keyof AgentView]: AgentView[Name] } & { items: Item[] };

function applyOne(draft: Draft, event: WireEvent): void {
  switch (event.type) {
    case "message":
      return applyMessage(draft, event);
    case "callStarted":
      draft.retry = undefined;
      draft.items = draft.items.filter((item) => !isAbandoned(item, event.message));
      draft.items.push(growing(event));
      return;
    case "partStarted":
      return onLive(draft, event.message, (item) => ({ ...item, parts: withPart(item.parts, event) }));
    case "delta":
      return onLive(draft, event.message, (item) => ({
        ...item,
        parts: item.parts.map((part, index) => (index === event.part ? grown(part, event.text) : part)),
      }));
    case "partsReset":
      return onLive(draft, event.message, (item) => ({ ...item, parts: [] }));
    case "callEnded":
      return onLive(draft, event.message, (item) => ({ ...item, durationMs: event.durationMs }));
    case "toolStarted":
      return void onCall(draft, event.call, (call) => startCall(call, event));
    case "toolOutput":
    case "toolDetached":
    case "toolUndetached":
      return void onCall(draft, event.call, (call) => runCall(call, event));
    case "toolEnded":
      return void onCall(draft, event.call, (call) => ({ ...call, durationMs: event.durationMs }));
    default:
      return applyRest(draft, event);
  }
}

function applyRest(draft: Draft, event: WireEvent): void {
  switch (event.type) {
    case "queued":
      draft.queue = [...draft.queue.filter(({ queueId }) => queueId !== event.queueId), event];
      return;
    case "dequeued":
      draft.queue = draft.queue.filter(({ queueId }) => queueId !== event.queueId);
      return;
    case "requeued":
      draft.queue = requeued(draft.queue, event);
      return;
    case "asked":
      draft.asks = [...draft.asks.filter(({ askId }) => askId !== event.askId), event];
      return;
    case "answered":
      draft.asks = draft.asks.filter(({ askId }) => askId !== event.askId);
      return;
    case "retry":
      draft.retry = event;
      return;
    case "suspended":
      if (event.waits) draft.retry = event;
      return;
    case "limits":
      draft.limits = event.windows;
      return;
    case "tuned":
      if (event.maxRounds !== undefined) draft.maxRounds = event.maxRounds;
      return;
    case "workspace":
      draft.cwd = event.cwd;
      return;
    case "compactStarted":
      draft.compacting = true;
      return;
    default:
      return applyMarker(draft, event);
  }
}

function requeued(queue: AgentView["queue"], { queueId, policy, text, before }: EventOf<"requeued">) {
  const byId = new Map(queue.map((each) => [each.queueId, each]));
  const queued = byId.get(queueId);
  if (!queued) return queue;
  requeueIn(byId, { ...queued, policy, text }, queueId, before);
  return [...byId.values()];
}

function applyMarker(draft: Draft, event: WireEvent): void {
  switch (event.type) {
    case "cleared":
    case "compacted":
    case "compactFailed":
    case "dropped":
    case "switched":
    case "switchFailed":
    case "loopNoticed":
    case "spawned":
    case "childEnded":
    case "error":
    case "idle": {
      if (event.type === "idle" || event.type === "cleared") settle(draft);
      if (event.type.startsWith("compact")) draft.compacting = false;
      // Of what else work ends by, an error or the answer's own end tells.
      if (event.type === "idle" && event.reason !== "halted") return;
      const marker: MarkerItem = { type: "marker", id: `e${event.seq}-${event.at}`, at: event.at, event };
      draft.items.push(marker);
      return;
    }
    default:
      return;
  }
}

/** Nothing runs any more: an answer that never came whole is taken as far as it got. */
function settle(draft: Draft): void {
  draft.retry = undefined;
  const index = draft.items.findLastIndex((item) => item.type === "assistant");
  const item = draft.items[index];
  if (item?.type !== "assistant" || !item.live) return;
  if (item.parts.length === 0) draft.items.splice(index, 1);
  else draft.items[index] = { ...item, live: false };
}

function applyMessage(draft: Draft, { message, grown: hasGrown }: EventOf<"message"> & { grown?: boolean }): void {
  switch (message.type) {
    case "user":
    case "peer":
      draft.items.push(said(message));
      return;
    case "assistant":
      return applyAnswer(draft, message, hasGrown ?? false);
    case "toolResult":
      if (!finish(draft, message)) draft.orphans = [...draft.orphans, message];
      return;
    case "notice":
      if (message.call && !finish(draft, message)) draft.orphans = [...draft.orphans, message];
      draft.items.push({
        type: "notice",
        id: message.id,
        at: message.at,
        text: message.text,
        isError: message.isError ?? false,
        call: message.call,
      });
      return;
  }
}

/** Gives a call its result; false where the call is not here. */
function finish(draft: Draft, message: ToolResultMessage | NoticeMessage): boolean {
  const id = message.type === "toolResult" ? message.callId : message.call?.id;
  return id !== undefined && onCall(draft, id, (call) => finishCall(call, message));
}

function said(message: Extract<Message, { type: "user" | "peer" }>): Item {
  const { id, at, text, attachments = [] } = message;
  const shared = { id, message: id, at, text, attachments };
  return message.type === "peer" ? { type: "peer", from: message.from, ...shared } : { type: "user", ...shared };
}

function applyAnswer(draft: Draft, message: Extract<Message, { type: "assistant" }>, hasGrown: boolean): void {
  const { id, at, origin, stopReason, usage, costUsd } = message;
  const index = draft.items.findLastIndex((item) => item.id === id);
  const before = draft.items[index];
  const live = before?.type === "assistant" ? before : undefined;
  const seen = ended(live?.parts ?? [], at);
  const parts = message.parts.map((part, index) => partOf(part, seen[index], hasGrown));
  const item: AssistantItem = {
    type: "assistant",
    id,
    message: id,
    at,
    origin,
    parts,
    live: false,
    stopReason,
    usage,
    costUsd,
    durationMs: live?.durationMs,
  };
  if (live) draft.items[index] = item;
  else draft.items.push(item);
}

/** Another call began the same answer before and came to nothing. */
function isAbandoned(item: Item, message: string): boolean {
  return item.type === "assistant" && item.live && item.message === message;
}

function growing({ message, model, at }: EventOf<"callStarted">): AssistantItem {
  return {
    type: "assistant",
    id: message,
    message,
    at,
    origin: model,
    parts: [],
    live: true,
    stopReason: undefined,
    usage: undefined,
    costUsd: undefined,
    durationMs: undefined,
  };
}

function withPart(parts: AssistantItem["parts"], { part, kind, name = "", at }: EventOf<"partStarted">): PartView[] {
  return [...ended(parts.slice(0, part), at), begun(kind, name, at)];
}

function begun(kind: EventOf<"partStarted">["kind"], name: string, at: number): PartView {
  if (kind === "toolCall") return { type: "call", call: callOf(name) };
  return kind === "thinking" ? { type: kind, text: "", startedAt: at } : { type: kind, text: "" };
}

function onLive(draft: Draft, id: string, change: (item: AssistantItem) => AssistantItem): void {
  const index = draft.items.findLastIndex((item) => item.id === id);
  const item = draft.items[index];
  if (item?.type === "assistant") draft.items[index] = change(item);
}

function onCall(draft: Draft, id: string, change: (call: CallView) => CallView): boolean {
  const index = draft.items.findLastIndex(
    (item) => item.type === "assistant" && item.parts.some((part) => part.type === "call" && part.call.callId === id),
  );
  const item = draft.items[index];
  if (item?.type !== "assistant") return false;
  const parts = item.parts.map((part) =>
    part.type === "call" && part.call.callId === id ? { ...part, call: change(part.call) } : part,
  );
  draft.items[index] = { ...item, parts };
  return true;
}
