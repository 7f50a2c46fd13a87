/**
 * One page's connection. What it does not read is bounded: past the limit its transcripts and fleets are no longer sent,
 * and once it reads again it is told anew how things stand.
 */
import { type Cursor, cursorAfter, encodeFrame, encodeShort } from "./codec.ts";
import type { ServerFrame } from "./protocol.ts";

type EventsFrame = Extract<ServerFrame, { type: "events" }>;

/** What a client needs of a socket; Bun's own has it. */
export interface Wire {
  send(text: string): number;
  getBufferedAmount(): number;
  close(code?: number, reason?: string): void;
}

/** Bytes not yet read by the other end, beyond which a client counts as stalled. */
export const stalledBytes = 4 * 1024 * 1024;

/** What no later snapshot says again. */
const mustArrive: ReadonlySet<ServerFrame["type"]> = new Set(["done", "unloaded", "models", "told"]);

export class Client {
  readonly #wire: Wire;
  #cursor: Cursor | undefined;
  #stalled = false;
  #closed = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Must arrive: sent even to a stalled client, but for what a later snapshot says again. */
  send(frame: ServerFrame): void {
    if (this.#closed || (this.#stalled && !mustArrive.has(frame.type))) return;
    if (frame.type === "events") this.#cursor = trimmed(cursorAfter(frame));
    this.#write(encodeFrame(frame));
  }

  /** A batch that several clients get: its text and the cursor behind it were made once. */
  sendEvents(frame: EventsFrame, text: string, cursor: Cursor | undefined): void {
    if (this.#closed || this.#stalled) return;
    const short = encodeShort(frame, this.#cursor);
    this.#cursor = trimmed(cursor);
    this.#write(short ?? text);
  }

  /** The other end reads again. True where it had stalled and must be told anew. */
  drained(): boolean {
    if (!this.#stalled) return false;
    this.#stalled = false;
    this.#cursor = undefined;
    return true;
  }

  get isStalled(): boolean {
    return this.#stalled;
  }

  closed(): void {
    this.#closed = true;
  }

  #write(text: string): void {
    this.#wire.send(text);
    if (this.#wire.getBufferedAmount() > stalledBytes) this.#stalled = true;
  }
}

/** A cursor without the text, which it does not need. */
function trimmed(cursor: Cursor | undefined): Cursor | undefined {
  return cursor && { ...cursor, delta: { ...cursor.delta, text: "" } };
}
