/** A session as an export holds it, and how it stood at any moment of it. Pure. */
import type { AgentEvent, EventType } from "../../agent/event.ts";
import { endCard, newCard } from "../../server/card.ts";
import type { ShelfRow } from "../../server/shelf.ts";
import { apply } from "./apply.ts";
import type { AgentView } from "./view.ts";

/** What `server/export.ts` writes. */
export interface Recording {
  readonly version: number;
  readonly session: Pick<ShelfRow, "id" | "title" | "updatedAt" | "createdAt" | "model" | "costUsd">;
  readonly events: readonly AgentEvent[];
}

/** The version that is understood here, and the id of the element that holds the recording; both as the server has them. */
export const recordingVersion = 1;
export const recordingId = "session";

/** Every agent that had begun by a moment, by label, in the order in which they began. */
export type Scene = ReadonlyMap<string, AgentView>;

/** A way back costs no more than this many events. */
const stride = 256;
/** What a person sees happen. */
const seen: ReadonlySet<EventType> = new Set<EventType>(["message", "cleared", "compacted", "spawned", "error"]);

export class Replay {
  /** Label of the agent that the person talked to. */
  readonly root: string;
  /**
   * The moments that can be gone to, as numbers of events that have happened by then: none first, all last, and between
   * them one behind each event that is seen.
   */
  readonly stops: readonly number[];
  readonly #session: string;
  readonly #events: readonly AgentEvent[];
  readonly #scenes: Scene[] = [new Map()];
  #last: { readonly moment: number; readonly scene: Scene } = { moment: 0, scene: new Map() };

  constructor({ session, events }: Pick<Recording, "session" | "events">) {
    this.#session = session.id;
    this.#events = events;
    this.root = events.find(({ path }) => path === undefined)?.agent ?? "main";
    const behind = events.flatMap((event, index) => (seen.has(event.type) ? [index + 1] : []));
    this.stops = [...new Set([0, ...behind.slice(0, -1), events.length])];
  }

  /** How all of it stood once so many events had happened. What did not change since the last asked moment is the same object. */
  at(moment: number): Scene {
    const { moment: from, scene } = this.#last;
    const near = this.#near(Math.floor(moment / stride));
    const isAhead = from <= moment && from >= near.moment;
    const start = isAhead ? { moment: from, scene } : near;
    this.#last = { moment, scene: this.#advance(start.scene, this.#events.slice(start.moment, moment)) };
    return this.#last.scene;
  }

  /** When it was, in Unix ms; undefined before anything was. */
  timeAt(moment: number): number | undefined {
    return this.#events[Math.max(0, moment - 1)]?.at;
  }

  #near(index: number): { readonly moment: number; readonly scene: Scene } {
    for (let at = this.#scenes.length; at <= index; at += 1) {
      const before = this.#scenes[at - 1] ?? new Map();
      this.#scenes.push(this.#advance(before, this.#events.slice((at - 1) * stride, at * stride)));
    }
    return { moment: index * stride, scene: this.#scenes[index] ?? new Map() };
  }

  #advance(scene: Scene, events: readonly AgentEvent[]): Scene {
    if (events.length === 0) return scene;
    const next = new Map(scene);
    for (const [agent, own] of Map.groupBy(events, (event) => event.agent)) {
      const before = next.get(agent) ?? begun(this.#session, own[0] ?? events[0]);
      if (before) next.set(agent, apply(before, own));
    }
    for (const event of events) if (event.type === "childEnded") endAgent(next, event.child, event.at);
    return next;
  }
}

function begun(session: string, first: AgentEvent | undefined): AgentView | undefined {
  return first && emptyView(session, first.agent, first.path ?? first.agent, first.at);
}

/** An agent to whom nothing has happened yet. */
export function emptyView(session: string, agent: string, path: string, at: number): AgentView {
  return {
    session,
    agent,
    epoch: "",
    seq: 0,
    first: 0,
    items: [],
    orphans: [],
    queue: [],
    asks: [],
    card: newCard(agent, path, at),
    cwd: "",
    retry: undefined,
    limits: [],
    compacting: false,
    maxRounds: undefined,
  };
}

function endAgent(scene: Map<string, AgentView>, agent: string, at: number): void {
  const view = scene.get(agent);
  if (view) scene.set(agent, { ...view, card: endCard(view.card, at) });
}

/** How long a step takes while it plays, in ms: as long as it took, but nobody waits long and nothing flies past unseen. */
export function stepMs(from: number | undefined, to: number | undefined, speed: number): number {
  const took = Math.max(0, (to ?? 0) - (from ?? 0));
  return Math.min(longestMs, Math.max(shortestMs, took)) / speed;
}

const longestMs = 2_400;
const shortestMs = 600;
