/**
 * One answer by whichever model of the chain can give it: each is asked once, what one has shown and cannot finish is void,
 * and where all fail there is one failure that names them. A limit may be waited out in place of failing.
 */
import type { Clock } from "./clock.ts";
import { AbortedError, type ErrorInfo, ExhaustedError, type SagentError } from "./error.ts";
import type { EventBody } from "./event.ts";
import { type Chain, isExhausted, nameOf, type Passed } from "./fallback.ts";
import type { Input } from "./machine-state.ts";
import type { Choice } from "./switch.ts";

type Failed = Extract<Input, { type: "modelFailed" }>;

export interface RelayOptions {
  readonly chain: Chain;
  readonly clock: Clock;
  /** Sleeps through a limit whose end is known. */
  readonly waits: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
  /** One call of the present model, with its resends. */
  readonly call: () => Promise<Input>;
  /** Goes on with another model. Without an error it is the chosen one, which can be used again. */
  readonly change: (choice: Choice, why?: { readonly error: ErrorInfo; readonly skipped: readonly Passed[] }) => void;
  /** What keeps a model from being asked. */
  readonly against: (choice: Choice) => SagentError | undefined;
  /** Ends a sleep: somebody does not want to wait. */
  readonly woken: () => AbortSignal;
}

/** Resolves to what the machine is told; never rejects. */
export async function relay(options: RelayOptions): Promise<Input> {
  for (;;) {
    const { input, until } = await walk(options);
    if (until === undefined || input.type !== "modelFailed") return input;
    const { clock, emit, signal, waits, woken } = options;
    const wake = woken();
    emit({ type: "suspended", until, error: input.error, waits });
    if (!waits) return input;
    await clock.sleep(Math.max(0, until - clock.now()), AbortSignal.any([signal, wake]));
    if (signal.aborted) return { ...input, error: new AbortedError().toInfo(), cause: "aborted" };
    if (wake.aborted) return input;
  }
}

/** Asks the present model, and then one after the other, until one answers. `until` is when the first is back. */
async function walk(options: RelayOptions): Promise<{ readonly input: Input; readonly until?: number | undefined }> {
  const { chain, clock, signal, call, change, against } = options;
  const rested = chain.rested(clock.now());
  if (rested) change(rested);
  const failures = new Map<string, string>();
  let said: Failed["partial"] = null;
  for (;;) {
    const input = await call();
    if (signal.aborted || input.type !== "modelFailed" || input.cause !== "other") return { input };
    said = longer(said, input.partial);
    if (!isExhausted(input.error)) return { input: { ...input, partial: said } };
    const now = clock.now();
    const { error } = input;
    failures.set(nameOf(chain.present.model.info), error.message);
    chain.rest(error, now);
    const { choice, skipped } = await chain.next(new Set(failures.keys()), now, against);
    if (signal.aborted)
      return { input: { ...input, error: new AbortedError().toInfo(), cause: "aborted", partial: said } };
    if (choice) {
      change(choice, { error, skipped });
      continue;
    }
    for (const { model, message } of skipped) failures.set(model, failures.get(model) ?? message);
    const until = chain.spend(now);
    const whole = chain.isEmpty ? error : new ExhaustedError({ failures, retryAt: until }).toInfo();
    return { input: { ...input, error: whole, partial: said }, until };
  }
}

/** Of two beginnings of an answer, the one that says more. */
function longer(one: Failed["partial"], other: Failed["partial"]): Failed["partial"] {
  return sizeOf(one) < sizeOf(other) ? other : one;
}

const sizeOf = (partial: Failed["partial"]) =>
  (partial?.parts ?? []).reduce((sum, part) => sum + (part.type === "toolCall" ? 0 : part.text.length), 0);
