/** Messages to be sent later. Each is recorded before it waits and when it is gone, so that a restart does not lose it. */
import type { Clock } from "./clock.ts";
import type { ScheduledSend } from "./log-state.ts";

export interface Outgoing extends ScheduledSend {
  readonly id: string;
  /** Label of the sender. */
  readonly from: string;
}

export class Outbox implements Disposable {
  readonly #clock: Clock;
  readonly #send: (message: Outgoing) => void;
  readonly #waiting = new Map<string, AbortController>();

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
    this.#clock.sleep(Math.max(0, message.dueAt - this.#clock.now()), stop.signal).then(() => {
      if (stop.signal.aborted) return;
      this.#waiting.delete(key);
      this.#send(message);
    });
  }

  /** Nothing more is sent by this process; what waits stays recorded. */
  [Symbol.dispose](): void {
    for (const stop of this.#waiting.values()) stop.abort();
    this.#waiting.clear();
  }
}
