/**
 * Events as an async iterable. The queue of a slow reader is bounded: past the limit, deltas of one part are joined,
 * so that nothing is lost and memory grows by their text only.
 */
import type { AgentEvent } from "./event.ts";

const joinAfter = 1_000;

export class EventStream implements AsyncIterableIterator<AgentEvent> {
  readonly #queue: AgentEvent[] = [];
  readonly #onEnd: () => void;
  #wake: (() => void) | null = null;
  #ended = false;

  /** `onEnd` is called once, when the stream is ended or its reader leaves. */
  constructor(onEnd: () => void = () => {}) {
    this.#onEnd = onEnd;
  }

  push(event: AgentEvent): void {
    if (this.#ended) return;
    const last = this.#queue.at(-1);
    const joined = this.#queue.length > joinAfter && last ? join(last, event) : undefined;
    if (joined) this.#queue[this.#queue.length - 1] = joined;
    else this.#queue.push(event);
    this.#wake?.();
  }

  /** No more events; what is queued can still be read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<AgentEvent, undefined>> {
    while (this.#queue.length === 0 && !this.#ended) await new Promise<void>((wake) => (this.#wake = wake));
    this.#wake = null;
    const event = this.#queue.shift();
    return event ? { done: false, value: event } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<AgentEvent, undefined>> {
    this.#queue.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
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
