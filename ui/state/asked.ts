/** What a view asks of the server: the newest answer, and why there is none. */
import { batch, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { ApiError } from "./api.ts";

export interface Asked<Answer> {
  /** Stays while the same is asked again. */
  readonly value: () => Answer | undefined;
  /** Of the last time. */
  readonly error: () => ApiError | undefined;
  again(): void;
}

/** Asks whenever the key changes, if there is one; an answer to an old key is never shown. */
export function createAsked<Answer>(
  key: () => string | undefined,
  ask: (key: string, signal: AbortSignal) => Promise<Answer>,
): Asked<Answer> {
  const [value, setValue] = createSignal<Answer>();
  const [error, setError] = createSignal<ApiError>();
  const [turn, setTurn] = createSignal(0);
  const tell = (value: Answer | undefined, error: ApiError | undefined) =>
    batch(() => {
      setValue(() => value);
      setError(error);
    });
  createEffect(
    on([createMemo(key), turn], ([wanted], before) => {
      if (before && before[0] !== wanted) tell(undefined, undefined);
      if (wanted === undefined) return;
      const stop = new AbortController();
      onCleanup(() => stop.abort());
      ask(wanted, stop.signal).then(
        (answer) => stop.signal.aborted || tell(answer, undefined),
        (problem: ApiError) => stop.signal.aborted || tell(undefined, problem),
      );
    }),
  );
  return { value, error, again: () => setTurn((count) => count + 1) };
}
