/**
 * Everything an agent may report, as types; `event-schema.ts` defines each event. One ordered stream per agent; the session
 * file, stream-json, the socket and the page are projections of it. Browser-safe.
 */
import type { EventType } from "./event-schema.ts";

export type { AgentEvent, AgentState, EndReason, EventBody, EventOf, EventType } from "./event-schema.ts";

/** Version of this vocabulary, in the `started` event. Fields may be added; a change of meaning raises it. */
export const protocolVersion = 1;

/** Deltas may be joined or dropped on the way to a slow client; everything else must arrive. */
export const coalescible: ReadonlySet<EventType> = new Set<EventType>(["delta", "toolOutput"]);

/** Events that the session file keeps: with them alone the agent's state can be rebuilt. */
export const durable: ReadonlySet<EventType> = new Set<EventType>([
  "started",
  "message",
  "queued",
  "dequeued",
  "requeued",
  "callEnded",
  "toolDetached",
  "asked",
  "answered",
  "cleared",
  "compacted",
  "dropped",
  "switched",
  "tuned",
  "spawned",
  "childEnded",
  "sendScheduled",
  "sendDone",
  "workspace",
  "error",
  "idle",
]);

/** What `requeued` does to a queue by id: the message is another one now, and stands before `before` or behind them all. */
export function requeueIn<Id, Item>(queue: Map<Id, Item>, item: Item, id: Id, before: Id | null): void {
  const others = [...queue].filter(([each]) => each !== id);
  const at = others.findIndex(([each]) => each === before);
  queue.clear();
  for (const [each, other] of others.toSpliced(at < 0 ? others.length : at, 0, [id, item])) queue.set(each, other);
}
