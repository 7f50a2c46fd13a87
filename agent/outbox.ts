/** Messages to be sent later. Each is recorded before it waits and when it is gone, so that a restart does not lose it. */
import type { Clock } from "./clock.ts";
import type { ScheduledSend } from "./log-state.ts";

export interface Outgoing extends ScheduledSend {
  readonly id: string;
  /** Label of the sender. */
  readonly from: string;
}

/** A timer cannot be set further ahead: 2³¹ - 1 ms, some 24 days. */
const longestSleepMs = 2 ** 31 - 1;

export class Outbox implements Disposable {
  readonly #clock: Clock;
  readonly #send: (message: Outgoing) => void;
  readonly #waiting = new Map<string, AbortController>();
  /** Settles when messages may go out. */
  #open: Promise<void> = Promise.resolve();

  constructor(clock: Clock, send: (message: Outgoing) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Number of messages that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Sends the message when it is due; at once, in a later task, where that is past. */
  schedule(message: Outgoing): void {
    const stop = new AbortController();
    const key = `${message.from}/${message.id}`;
    this.#waiting.set(key, stop);
    this.#sendWhenDue(key, message, stop.signal);
  }

  /** Keeps what falls due until the hold is disposed of. */
  hold(): Disposable {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    return { [Symbol.dispose]: resolve };
  }

  /** Nothing more is sent by this process; what waits stays recorded. */
  [Symbol.dispose](): void {
    for (const stop of this.#waiting.values()) stop.abort();
    this.#waiting.clear();
  }

  async #sendWhenDue(key: string, message: Outgoing, signal: AbortSignal): Promise<void> {
    do {
      const leftMs = message.dueAt - this.#clock.now();
      await this.#clock.sleep(Math.min(Math.max(0, leftMs), longestSleepMs), signal);
      if (signal.aborted) return;
    } while (this.#clock.now() < message.dueAt);
    await this.#open;
    if (signal.aborted) return;
    this.#waiting.delete(key);
    this.#send(message);
  }
}
