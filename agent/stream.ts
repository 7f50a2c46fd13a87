/**
 * Events as an async iterable. Each event goes to one reader, in the order in which they asked. The queue of a slow one
 * is bounded: past the limit, deltas of one part are joined, so that nothing is lost and memory grows by their text only.
 */
import { type AgentEvent, coalescible } from "./event.ts";

const joinAfter = 1_000;
/** How far back a delta looks for the last one of its part: more parts than this seldom grow at a time. */
const joinReach = 32;

type Next = IteratorResult<AgentEvent, undefined>;
const over: Next = { done: true, value: undefined };

export class EventStream implements AsyncIterableIterator<AgentEvent> {
  #queue: AgentEvent[] = [];
  /** Where the queue begins; what stands before was read. */
  #first = 0;
  readonly #readers: ((next: Next) => void)[] = [];
  readonly #onEnd: () => void;
  #ended = false;

  /** `onEnd` is called once, when the stream is ended or its reader leaves. */
  constructor(onEnd: () => void = () => {}) {
    this.#onEnd = onEnd;
  }

  push(event: AgentEvent): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) return reader({ done: false, value: event });
    if (this.#queue.length - this.#first > joinAfter && this.#join(event)) return;
    this.#queue.push(event);
  }

  /** No more events; what is queued can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) reader(over);
  }

  /** Forgets what is queued. */
  drop(): void {
    this.#queue = [];
    this.#first = 0;
  }

  next(): Promise<Next> {
    const event = this.#queue[this.#first];
    if (event) {
      this.#first += 1;
      if (this.#first * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#first);
        this.#first = 0;
      }
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#ended) return Promise.resolve(over);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<Next> {
    this.drop();
    this.end();
    return Promise.resolve(over);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Adds a delta to the last one of its part, if nothing but deltas came since; it moves to the end, to keep `seq` in order. */
  #join(event: AgentEvent): boolean {
    const stop = Math.max(this.#first, this.#queue.length - joinReach);
    for (let index = this.#queue.length - 1; index >= stop; index -= 1) {
      const earlier = this.#queue[index];
      if (!earlier || !coalescible.has(earlier.type)) return false;
      const joined = join(earlier, event);
      if (!joined) continue;
      this.#queue.splice(index, 1);
      this.#queue.push(joined);
      return true;
    }
    return false;
  }
}

/** The streams that an owner has given out, so that it can end them with itself. */
export class Streams {
  readonly #open = new Set<EventStream>();

  /** A stream of what `subscribe` tells, until the reader leaves or the owner ends them all. */
  open(subscribe: (push: (event: AgentEvent) => void) => Disposable): EventStream {
    const stream = new EventStream(() => {
      subscription[Symbol.dispose]();
      this.#open.delete(stream);
    });
    const subscription = subscribe((event) => stream.push(event));
    this.#open.add(stream);
    return stream;
  }

  end(): void {
    for (const stream of this.#open) stream.end();
  }
}

function join(last: AgentEvent, next: AgentEvent): AgentEvent | undefined {
  if (last.type === "delta" && next.type === "delta" && last.message === next.message && last.part === next.part) {
    return { ...next, text: last.text + next.text };
  }
  if (
    last.type === "toolOutput" &&
    next.type === "toolOutput" &&
    last.call === next.call &&
    last.stream === next.stream
  ) {
    return { ...next, text: last.text + next.text };
  }
  return undefined;
}
