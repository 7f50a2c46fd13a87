/** Time as the runtime sees it, so that tests can own it. */
export interface Clock {
  /** Unix time in ms. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal aborts; the caller looks at the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end, { once: true });
    });
  },
};

/** Waits for the work, but no longer than this. */
export async function atMost(ms: number, work: Promise<void>, clock = systemClock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]);
  ended.abort();
}
