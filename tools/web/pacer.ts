/** Keeps calls to one service apart, as its rules ask: a few at once, then one each so many ms; longer after a refusal. */
import type { Clock } from "../../agent/clock.ts";

export interface Pace {
  readonly everyMs: number;
  readonly burst: number;
}

const firstBlockMs = 2_000;
const longestBlockMs = 60_000;

export class Pacer {
  readonly #pace: Pace;
  readonly #clock: Clock;
  /** When the next call may go if no burst is left; calls that wait have taken their places already. */
  #nextAt = 0;
  #blockedUntil = 0;
  #blockMs = firstBlockMs;

  constructor(pace: Pace, clock: Clock) {
    this.#pace = pace;
    this.#clock = clock;
  }

  /** Resolves when the call may go; at once where the signal aborts, and the caller looks at the signal. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const { everyMs, burst } = this.#pace;
    this.#nextAt = Math.max(this.#nextAt, now - everyMs * (burst - 1));
    const mine = Math.max(this.#nextAt, this.#blockedUntil);
    this.#nextAt += everyMs;
    if (mine > now) await this.#clock.sleep(mine - now, signal);
  }

  /** The service refused: nothing goes for as long as it said, or for twice as long as the last time. */
  refused(waitMs?: number): void {
    this.#blockedUntil = this.#clock.now() + (waitMs ?? this.#blockMs);
    this.#blockMs = Math.min(this.#blockMs * 2, longestBlockMs);
  }

  served(): void {
    this.#blockMs = firstBlockMs;
  }
}
