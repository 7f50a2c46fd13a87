/**
 * One agent as clients follow it: its timeline, the present moment, and the events of the last while, so that a client
 * that was away a little gets just what it missed. Deltas that wait to be sent are joined; nothing here grows without bound
 * but the timeline, whose messages are the log's own.
 */
import { type AgentEvent, coalescible, type EventType } from "../agent/event.ts";
import { foldCard, newCard } from "./card.ts";
import { Live } from "./live.ts";
import type { AgentCard, WireEvent } from "./protocol.ts";

/** What the transcript shows for good; the rest of the present moment is `Live`'s. */
const shown: ReadonlySet<EventType> = new Set<EventType>([
  "message",
  "cleared",
  "compacted",
  "compactFailed",
  "dropped",
  "switched",
  "switchFailed",
  "loopNoticed",
  "spawned",
  "childEnded",
  "error",
  "idle",
  "answered",
]);

const pageEvents = 80;
const pageChars = 256 * 1024;
const recentEvents = 1_000;
const recentChars = 512 * 1024;

export class Feed {
  /** Names this life of the agent here. */
  readonly epoch = crypto.randomUUID().slice(0, 8);
  readonly timeline: AgentEvent[] = [];
  readonly live = new Live();
  card: AgentCard;
  seq = 0;
  #recent: WireEvent[] = [];
  #recentChars = 0;
  #pending: WireEvent[] = [];

  constructor(label: string, path: string, at: number) {
    this.card = newCard(label, path, at);
  }

  /** Takes what a session's file held of this agent. */
  replay(event: AgentEvent): void {
    this.#show(event);
    this.card = foldCard(this.card, event);
    this.live.replay(event);
    this.seq = Math.max(this.seq, event.seq);
  }

  /** Takes an event as it happens. */
  take(event: AgentEvent): void {
    this.seq = event.seq;
    this.#pend(event);
    if (event.type === "delta") return this.live.grow(event);
    this.#show(event);
    this.card = foldCard(this.card, event);
    this.live.take(event);
  }

  /** What has come since the last call, joined; empty where nothing has. */
  drain(): readonly WireEvent[] {
    const batch = this.#pending;
    if (batch.length === 0) return batch;
    this.#pending = [];
    for (const event of batch) this.#remember(event);
    return batch;
  }

  /** The events behind `seq`, or undefined where they are no longer held. Call `drain` before. */
  since(epoch: string, seq: number): readonly WireEvent[] | undefined {
    if (epoch !== this.epoch || seq > this.seq) return undefined;
    const missed = this.#recent.filter((event) => event.seq > seq);
    const [next] = missed;
    if (!next) return seq === this.seq ? [] : undefined;
    return (next.first ?? next.seq) === seq + 1 ? missed : undefined;
  }

  /** A part of the timeline that ends before an index, or with its end: at most 80 events or about 256 KB, one at least. */
  page(before = this.timeline.length): { readonly first: number; readonly timeline: readonly AgentEvent[] } {
    const end = Math.min(before, this.timeline.length);
    let chars = 0;
    let first = end;
    while (first > 0 && end - first < pageEvents && chars < pageChars) {
      first -= 1;
      const event = this.timeline[first];
      if (event) chars += sizeOf(event);
    }
    return { first, timeline: this.timeline.slice(first, end) };
  }

  #show(event: AgentEvent): void {
    if (shown.has(event.type)) this.timeline.push(event);
  }

  #pend(event: AgentEvent): void {
    const last = this.#pending.at(-1);
    const joined = last && coalescible.has(event.type) ? join(last, event) : undefined;
    if (joined) this.#pending[this.#pending.length - 1] = joined;
    else this.#pending.push(this.#slim(event));
  }

  /** A message that grew before the client's eyes comes without its text. */
  #slim(event: AgentEvent): WireEvent {
    if (event.type !== "message" || event.message.type !== "assistant") return event;
    const { message } = event;
    if (!this.live.holds(message)) return event;
    const parts = message.parts.map((part) => (part.type === "toolCall" ? part : { ...part, text: "" }));
    return { ...event, message: { ...message, parts }, grown: true };
  }

  #remember(event: WireEvent): void {
    this.#recent.push(event);
    this.#recentChars += sizeOf(event);
    while (this.#recent.length > recentEvents || this.#recentChars > recentChars) {
      this.#recent = this.#recent.slice(Math.ceil(this.#recent.length / 2));
      this.#recentChars = this.#recent.reduce((sum, each) => sum + sizeOf(each), 0);
    }
  }
}

function join(last: WireEvent, next: AgentEvent): WireEvent | undefined {
  const first = last.first ?? last.seq;
  if (last.type === "delta" && next.type === "delta") {
    return last.message === next.message && last.part === next.part
      ? { ...next, text: last.text + next.text, first }
      : undefined;
  }
  if (last.type === "toolOutput" && next.type === "toolOutput") {
    return last.call === next.call && last.stream === next.stream
      ? { ...next, text: last.text + next.text, first }
      : undefined;
  }
  return undefined;
}

/** In characters, roughly. */
function sizeOf(event: WireEvent): number {
  if (event.type === "delta" || event?.type === "toolOutput") return event.text.length + 100;
  if (event.type !== "message") return 200;
  const { message } = event;
  return message.type === "assistant" ? 1_000 : message.text.length + 200;
}
