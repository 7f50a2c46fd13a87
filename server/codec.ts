/**
 * The bytes of the socket, both ways, for both ends. A server frame is JSON, but for the one that comes a thousand times
 * a second: text that goes on with the part that last grew is `+COUNT:TEXT`, COUNT being the events it stands for.
 * Writer and reader each keep a cursor on that part. Browser-safe.
 */
import type { EventOf } from "../agent/event.ts";
import type { ServerFrame, WireEvent } from "./protocol.ts";

type EventsFrame = Extract<ServerFrame, { type: "events" }>;
type Delta = EventOf<"delta">;

/** The part that grows, as both ends know it. */
export interface Cursor {
  readonly session: string;
  readonly agent: string;
  readonly delta: Delta;
}

export function encodeFrame(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** The short form of a batch, where it is one delta that goes on at the cursor. */
export function encodeShort(frame: EventsFrame, cursor: Cursor | undefined): string | undefined {
  const [event, second] = frame.events;
  if (!cursor || second || event?.type !== "delta") return undefined;
  const { delta } = cursor;
  const goesOn =
    cursor.agent === frame.agent &&
    cursor.session === frame.session &&
    delta.message === event.message &&
    delta.part === event.part &&
    (event.first ?? event.seq) === delta.seq + 1;
  return goesOn ? `+${event.seq - delta.seq}:${event.text}` : undefined;
}

/** Where the cursor stands behind a batch. */
export function cursorAfter(frame: EventsFrame): Cursor | undefined {
  const last = frame.events.at(-1);
  return last?.type === "delta" ? { session: frame.session, agent: frame.agent, delta: last } : undefined;
}

/** Reads server frames in the order they came; one reader a connection. */
export class FrameReader {
  #cursor: Cursor | undefined;

  /** Throws for what is not a frame: the connection is then of no more use. */
  read(data: string): ServerFrame {
    if (data.startsWith("+")) return this.#readShort(data);
    const frame: ServerFrame = JSON.parse(data);
    if (frame.type === "events") this.#cursor = cursorAfter(frame);
    return frame;
  }

  #readShort(data: string): ServerFrame {
    const cursor = this.#cursor;
    const colon = data.indexOf(":");
    const count = Number(data.slice(1, colon));
    if (!cursor || colon < 2 || !Number.isSafeInteger(count)) throw new Error("A frame came out of order.");
    const { session, agent, delta } = cursor;
    const seq = delta.seq + count;
    const text = data.slice(colon + 1);
    const event: WireEvent = { ...delta, text, seq, first: delta.seq + 1 };
    this.#cursor = { session, agent, delta: { ...delta, text: "", seq } };
    return { type: "events", session, agent, events: [event] };
  }
}
