/**
 * One fleet as any number of clients follow it: every agent's feed, who watches which, and the fleet as a whole. What
 * happens within a few milliseconds goes out together; of cards only the newest; questions and messages all arrive.
 */
import type { AgentEvent, EventType } from "../agent/event.ts";
import type { Fleet } from "../agent/fleet.ts";
import type { Attachment, FileDiff } from "../agent/message.ts";
import { findFile, withoutFiles } from "./attachments.ts";
import { endCard } from "./card.ts";
import type { Client } from "./client.ts";
import { cursorAfter, encodeFrame } from "./codec.ts";
import { Feed } from "./feed.ts";
import { FleetHistory } from "./fleet-history.ts";
import { meterOf } from "./meter.ts";
import type { AgentCard, OpenAsk, ServerFrame, SnapshotFrame, Span, WireEvent } from "./protocol.ts";
import { changesOfCall } from "./undo.ts";

/** Deltas of this time travel together. */
const flushMs = 4;
const fleetMs = 100;
/** A client that joins is told of these; who wants to see more asks for all. */
const joinedSpans = 500;

/** After these the context's tokens are others. */
const weighs: ReadonlySet<EventType> = new Set<EventType>([
  "message",
  "callEnded",
  "cleared",
  "compacted",
  "dropped",
  "switched",
]);

export interface HubOptions {
  readonly session: string;
  readonly root: string;
  readonly fleet: Fleet;
  /** What the session's file held before. */
  readonly events: readonly AgentEvent[];
  /** The row of this session changed. */
  readonly onChange: () => void;
}

export class Hub implements Disposable {
  readonly session: string;
  readonly root: string;
  readonly #fleet: Fleet;
  readonly #onChange: () => void;
  readonly #feeds = new Map<string, Feed>();
  readonly #joined = new Set<Client>();
  readonly #watchers = new Map<string, Set<Client>>();
  readonly #history = new FleetHistory();
  readonly #subscription: Disposable;
  #dirtyFeeds = new Set<Feed>();
  #dirtyCards = new Set<Feed>();
  #heavier = new Set<Feed>();
  #asksChanged = false;
  #flushTimer: Timer | undefined;
  #fleetTimer: Timer | undefined;

  constructor({ session, root, fleet, events, onChange }: HubOptions) {
    this.session = session;
    this.root = root;
    this.#fleet = fleet;
    this.#onChange = onChange;
    for (const event of events) this.#replay(event);
    const living = new Set(fleet.living().map(({ label }) => label));
    for (const feed of this.#feeds.values()) {
      const gone = !living.has(feed.card.label);
      const { card } = feed;
      feed.card = gone ? endCard(card, card.startedAt) : { ...card, state: "idle", busySince: null, asks: 0 };
    }
    this.#subscription = fleet.subscribe((event) => this.#take(event));
  }

  get rootCard(): AgentCard {
    return this.#feed(this.root, this.root, Date.now()).card;
  }

  get cards(): readonly AgentCard[] {
    return [...this.#feeds.values()].map(({ card }) => card);
  }

  get asks(): readonly OpenAsk[] {
    return [...this.#feeds.values()].flatMap(({ live, card }) =>
      live.asks.map(({ askId, call, ask, at }) => ({
        agent: card.label,
        askId,
        ask,
        at,
        ...(call === undefined ? {} : { call }),
      })),
    );
  }

  /** Who worked when: all that is remembered of it, in the order in which it ended. */
  get spans(): readonly Span[] {
    return this.#history.spans;
  }

  get isWatched(): boolean {
    return this.#joined.size > 0;
  }

  join(client: Client): void {
    this.#joined.add(client);
    this.#sendFleet();
    client.send({
      type: "joined",
      session: this.session,
      root: this.root,
      cards: this.cards,
      asks: this.asks,
      passing: this.#history.passing,
      spans: this.spans.slice(-joinedSpans),
    });
  }

  leave(client: Client): void {
    this.#joined.delete(client);
    for (const watchers of this.#watchers.values()) watchers.delete(client);
  }

  /** Follows an agent from behind `seq`, or from a snapshot where that is not known any more. False for no such agent. */
  watch(client: Client, agent: string, epoch = "", seq = 0): boolean {
    if (agent === this.root) this.#feed(agent, agent, Date.now());
    const feed = this.#feeds.get(agent);
    if (!feed) return false;
    this.#flush();
    const watchers = this.#watchers.get(agent) ?? new Set();
    this.#watchers.set(agent, watchers.add(client));
    const missed = feed.since(epoch, seq);
    if (missed) {
      client.send({ type: "resumed", session: this.session, agent, epoch });
      const events = this.#light(missed);
      if (missed.length > 0) client.send({ type: "events", session: this.session, agent, events });
    } else client.send(this.#snapshot(feed));
    this.#heavier.add(feed);
    this.#scheduleFleet();
    return true;
  }

  unwatch(client: Client, agent: string): void {
    this.#watchers.get(agent)?.delete(client);
  }

  /** A client that had stopped reading reads again: what it watches is told anew. */
  resync(client: Client): void {
    if (!this.#joined.has(client)) return;
    this.join(client);
    for (const [agent, watchers] of this.#watchers) if (watchers.has(client)) this.watch(client, agent);
  }

  older(agent: string, before: number): ServerFrame | undefined {
    const feed = this.#feeds.get(agent);
    return feed && { type: "page", session: this.session, agent, ...this.#page(feed, before) };
  }

  /** A file that a message of an agent, or one that waits for it, carries. */
  file(agent: string, entry: string, index: number): Attachment | undefined {
    const feed = this.#feeds.get(agent);
    return feed && findFile([...feed.timeline, ...feed.live.events()], entry, index);
  }

  /** What a call did to files. */
  changesOf(agent: string, call: string): readonly FileDiff[] {
    return changesOfCall(this.#feeds.get(agent)?.timeline ?? [], call);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#fleetTimer);
    for (const client of this.#joined) client.send({ type: "unloaded", session: this.session });
    this.#joined.clear();
  }

  #feed(label: string, path: string, at: number): Feed {
    const known = this.#feeds.get(label);
    if (known) return known;
    const feed = new Feed(label, path, at);
    this.#feeds.set(label, feed);
    return feed;
  }

  #replay(event: AgentEvent): void {
    const feed = this.#feed(event.agent, event.path ?? event.agent, event.at);
    feed.replay(event);
    this.#noteFleet(feed, event);
  }

  #take(event: AgentEvent): void {
    const feed = this.#feed(event.agent, event.path ?? event.agent, event.at);
    const before = feed.card;
    feed.take(event);
    this.#dirtyFeeds.add(feed);
    this.#flushTimer ??= setTimeout(() => this.#flush(), flushMs);
    if (event.type === "delta" || event.type === "toolOutput") return;
    this.#noteFleet(feed, event);
    if (event.type === "asked" || event.type === "answered") this.#asksChanged = true;
    if (weighs.has(event.type)) this.#heavier.add(feed);
    if (feed.card !== before) this.#touch(feed);
    if (event.agent === this.root && (event.type === "state" || event.type === "idle")) this.#onChange();
  }

  #touch(feed: Feed): void {
    this.#dirtyCards.add(feed);
    this.#scheduleFleet();
  }

  /** What an event says of the fleet beyond its own agent. */
  #noteFleet(feed: Feed, event: AgentEvent): void {
    if (event.type === "spawned") {
      const child = this.#feed(event.child, event.childPath, event.at);
      child.card = { ...child.card, persistent: event.persistent };
      this.#touch(child);
    }
    const ended = event.type === "childEnded" ? this.#feeds.get(event.child) : undefined;
    if (ended && event.type === "childEnded") {
      ended.card = { ...endCard(ended.card, event.at), reason: event.reason };
      this.#touch(ended);
    }
    this.#history.note(event, feed.card);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const feeds = this.#dirtyFeeds;
    this.#dirtyFeeds = new Set();
    for (const feed of feeds) this.#send(feed, feed.drain());
  }

  #send(feed: Feed, events: readonly WireEvent[]): void {
    const agent = feed.card.label;
    const watchers = this.#watchers.get(agent);
    if (events.length === 0 || !watchers || watchers.size === 0) return;
    const frame = { type: "events", session: this.session, agent, events: this.#light(events) } as const;
    const text = encodeFrame(frame);
    const cursor = cursorAfter(frame);
    for (const client of watchers) client.sendEvents(frame, text, cursor);
  }

  #snapshot(feed: Feed): SnapshotFrame {
    const { timeline, epoch, seq, card, live } = feed;
    return {
      type: "snapshot",
      session: this.session,
      agent: card.label,
      epoch,
      seq,
      total: timeline.length,
      ...this.#page(feed),
      live: this.#light(live.events()),
      card,
      cwd: this.#fleet.get(card.label)?.snapshot().cwd ?? "",
    };
  }

  #page(feed: Feed, before?: number) {
    const { first, timeline } = feed.page(before);
    return { first, timeline: this.#light(timeline) };
  }

  #light<Event extends WireEvent>(events: readonly Event[]): Event[] {
    return events.map((event) => withoutFiles(event, this.session));
  }

  #scheduleFleet(): void {
    this.#fleetTimer ??= setTimeout(() => this.#sendFleet(), this.#asksChanged ? 0 : fleetMs);
  }

  #sendFleet(): void {
    clearTimeout(this.#fleetTimer);
    this.#fleetTimer = undefined;
    const cards = [...this.#dirtyCards].map(({ card }) => card);
    const asks = this.#asksChanged ? { asks: this.asks } : {};
    const news = this.#history.news();
    this.#dirtyCards.clear();
    if (this.#asksChanged) this.#onChange();
    this.#asksChanged = false;
    const frame: ServerFrame = { type: "fleet", session: this.session, cards, ...asks, ...news };
    if (Object.keys(frame).length > 3 || cards.length > 0) for (const client of this.#joined) client.send(frame);
    this.#sendMeters();
  }

  #sendMeters(): void {
    const feeds = this.#heavier;
    this.#heavier = new Set();
    for (const { card } of feeds) {
      const watchers = this.#watchers.get(card.label);
      const meter = watchers && watchers.size > 0 ? meterOf(this.#fleet, card.label, this.root) : undefined;
      if (!meter) continue;
      for (const client of watchers ?? [])
        client.send({ type: "meter", session: this.session, agent: card.label, meter });
    }
  }
}
