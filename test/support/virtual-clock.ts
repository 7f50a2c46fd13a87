/** Time that moves only when a test says so. */
import type { Clock } from "../../agent/clock.ts";

export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms`. Sleepers wake in the order they are due, each at its own time, and what they set off
   * (promises, immediates, new sleepers) runs before the next. Real input and output is not waited for.
   */
  advance(ms: number): Promise<void>;
  /** How many sleepers there are. */
  readonly pending: number;
}

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** Rounds of the event loop that are enough for a chain of promises and immediates to come to rest. */
const settleRounds = 8;

async function settle(): Promise<void> {
  for (let round = 0; round < settleRounds; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that starts at `start`, Unix time in ms. */
export function virtualClock(start = 0): VirtualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  const nextBefore = (end: number) =>
    [...sleepers].filter(({ dueAt }) => dueAt <= end).reduce<Sleeper | undefined>(earlier, undefined);
  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { dueAt: now + Math.max(0, ms), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let next = nextBefore(end); next; next = nextBefore(end)) {
        now = next.dueAt;
        next.wake();
        await settle();
      }
      now = end;
    },
    get pending() {
      return sleepers.size;
    },
  };
}

const earlier = (first: Sleeper | undefined, second: Sleeper) =>
  first && first.dueAt <= second.dueAt ? first : second;
