/**
 * What the agents of one fleet have been told of limits: who hears "not before then" of a model keeps the others from asking it
 * before. The one who heard goes by its own retries.
 */
import type { SagentError } from "./error.ts";
import type { ModelInfo } from "./model.ts";
import { ProviderError, RateLimitError } from "./provider-error.ts";

/** What one agent adds to it and reads of it. */
export interface LimitSeat {
  /** A call failed; only a rate limit that says for how long counts. */
  note(model: ModelInfo, error: SagentError, now: number): void;
  /** The model answered. */
  clear(model: ModelInfo): void;
  /** What the model would say, as another agent was told; undefined where it may be asked. `now` is Unix ms. */
  against(model: ModelInfo, now: number): RateLimitError | undefined;
}

interface Known {
  readonly by: LimitSeat;
  readonly error: ProviderError;
  /** Unix ms. */
  readonly until: number;
}

export class KnownLimits {
  readonly #known = new Map<string, Known>();

  /** A place for one more agent. */
  seat(): LimitSeat {
    const seat: LimitSeat = {
      note: (model, error, now) => {
        if (!(error instanceof ProviderError) || error.retry !== "rateLimit" || !error.retryAfterMs) return;
        this.#known.set(keyOf(model), { by: seat, error, until: now + error.retryAfterMs });
      },
      clear: (model) => void this.#known.delete(keyOf(model)),
      against: (model, now) => {
        const known = this.#known.get(keyOf(model));
        return known && known.by !== seat && known.until > now ? again(known, now) : undefined;
      },
    };
    return seat;
  }
}

function again({ error, until }: Known, now: number): RateLimitError {
  const { provider, detail, status } = error;
  return new RateLimitError({
    provider,
    retryAfterMs: until - now,
    cause: error,
    ...(detail === undefined ? {} : { detail }),
    ...(status === undefined ? {} : { status }),
  });
}

/** A limit is one account's, and the same for every window of a model. */
const keyOf = ({ provider, wireId, access }: ModelInfo) => JSON.stringify([provider, access?.account ?? "", wireId]);
