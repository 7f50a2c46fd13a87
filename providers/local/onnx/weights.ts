/** Weights that several models share: loaded when needed, one step at a time, let go when idle. Runs in a browser too. */
import type { Runner } from "./runner.ts";

export interface Loaded {
  readonly runner: Runner;
  dispose(): Promise<void>;
}

export interface Weights {
  /**
   * Does one step with the weights, loading them if they are not there. Steps are done in the order they were asked for,
   * so that answers that are written at once take turns. A runner that differs from the last one knows none of its states.
   */
  step<Result>(work: (runner: Runner) => Promise<Result>): Promise<Result>;
  /** Lets go of them once the steps that were asked for are done. Idempotent; a later step would load them anew. */
  unload(): Promise<void>;
}

/** With `idleMs`, weights without a step for so long are let go. */
export function createWeights(load: () => Promise<Loaded>, idleMs?: number): Weights {
  let loaded: Loaded | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const queue = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
  const drop = async () => {
    clearTimeout(timer);
    const old = loaded;
    loaded = undefined;
    await old?.dispose();
  };
  const watch = () => {
    clearTimeout(timer);
    if (idleMs === undefined) return;
    timer = setTimeout(() => void queue(drop), idleMs);
    // Idle weights keep no program running.
    if (typeof timer === "object") timer.unref();
  };
  return {
    step: (work) =>
      queue(async () => {
        clearTimeout(timer);
        loaded ??= await load();
        try {
          return await work(loaded.runner);
        } finally {
          watch();
        }
      }),
    unload: () => queue(drop),
  };
}
