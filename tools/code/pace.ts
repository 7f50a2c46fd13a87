/** Keeps long work from keeping the event loop. */
const sliceMs = 8;

export interface Pace {
  /** Lets others run once the slice is used up; throws the signal's reason once it aborts. */
  rest(): Promise<void> | undefined;
}

export function paced(signal: AbortSignal): Pace {
  let breakAt = performance.now() + sliceMs;
  const pause = async () => {
    await new Promise((go) => setImmediate(go));
    breakAt = performance.now() + sliceMs;
  };
  return {
    rest() {
      signal.throwIfAborted();
      return performance.now() > breakAt ? pause() : undefined;
    },
  };
}
