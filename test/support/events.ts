/** Looking at what an agent reports. */
import type { AgentEvent, EventOf, EventType } from "../../agent/event.ts";

/** Every event of a stream that ends. */
export async function collect(events: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  return Array.fromAsync(events);
}

/** What makes two runs of one script differ: an event without them can be compared whole. */
const incidental = new Set(["seq", "at", "durationMs"]);

export type EventShape = { type: EventType } & Record<string, unknown>;

/**
 * Events as a test compares them: without `seq`, times and durations (those of a message they carry included), and with
 * adjacent deltas of one part, and adjacent output of one call and stream, joined.
 */
export function eventShape(events: Iterable<AgentEvent>): EventShape[] {
  const shapes: EventShape[] = [];
  for (const event of events) {
    const shape: EventShape = { ...strip(event), type: event.type };
    const last = shapes.at(-1);
    if (last && joins(last, shape)) last.text = `${last.text}${shape.text}`;
    else shapes.push(shape);
  }
  return shapes;
}

function strip(value: object): Record<string, unknown> {
  const kept = Object.entries(value).filter(([key]) => !incidental.has(key));
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, key === "message" && inner instanceof Object ? strip(inner) : inner]),
  );
}

function joins(last: EventShape, next: EventShape): boolean {
  if (last.type !== next.type) return false;
  const keys = next.type === "delta" ? ["message", "part"] : next.type === "toolOutput" ? ["call", "stream"] : [];
  return keys.length > 0 && ["agent", ...keys].every((key) => last[key] === next[key]);
}

/** Events of one type, narrowed. */
export function eventsOf<Type extends EventType>(events: Iterable<AgentEvent>, type: Type): EventOf<Type>[] {
  return [...events].filter((event): event is EventOf<Type> => event.type === type);
}

/** A line an event, short enough to read in a failure. */
export function describeEvents(events: Iterable<AgentEvent>): string {
  return eventShape(events)
    .map(({ type, agent: _, ...rest }) => `${type} ${JSON.stringify(rest)}`.slice(0, 160))
    .join("\n");
}

/**
 * Reads until an event fits and returns it; what comes later is left unread. Throws with every event seen when the
 * stream ends first or nothing fits within `withinMs` (10 s unless given) of real time.
 */
export async function waitFor<Fit extends AgentEvent>(
  events: AsyncIterable<AgentEvent>,
  fits: ((event: AgentEvent) => event is Fit) | ((event: AgentEvent) => boolean),
  withinMs = 10_000,
): Promise<Fit> {
  const seen: AgentEvent[] = [];
  const iterator = events[Symbol.asyncIterator]();
  const timedOut = Promise.withResolvers<"late">();
  const timer = setTimeout(() => timedOut.resolve("late"), withinMs);
  const found = (event: AgentEvent): event is Fit => fits(event);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), timedOut.promise]);
      if (next === "late") throw new Error(`No event fitted within ${withinMs} ms. Seen:\n${describeEvents(seen)}`);
      if (next.done) throw new Error(`The events ended and none fitted. Seen:\n${describeEvents(seen)}`);
      if (found(next.value)) return next.value;
      seen.push(next.value);
    }
  } finally {
    clearTimeout(timer);
    void iterator.return?.();
  }
}
