/** What calls cost, and the money of a tree of agents: reserved before a call, settled after it. */
import { BudgetExceededError, UsageError } from "./error.ts";
import { promptTokens, type Usage } from "./message.ts";
import type { ModelInfo, PriceRow, ServiceTier } from "./model.ts";

/**
 * The price of a request of `prompt` tokens in all, at a time in ms: of the rows of its tier that have begun by that
 * UTC day and whose `above` the whole prompt strictly exceeds, the one of the highest band and in it the latest.
 * `default` bills as `auto`, and so does a tier without a price. Undefined where nothing applies: it costs nothing.
 */
export function priceAt(
  prices: readonly PriceRow[],
  prompt: number,
  tier: ServiceTier,
  at: number,
): PriceRow | undefined {
  const day = new Date(at).toISOString().slice(0, 10);
  const applies = (row: PriceRow) => (row.above === 0 || prompt > row.above) && (row.since ?? "") <= day;
  const rowsOf = (wanted: ServiceTier) => prices.filter((row) => row.tier === wanted && applies(row));
  const own = tier === "default" ? [] : rowsOf(tier);
  const [best] = (own.length > 0 ? own : rowsOf("auto")).sort(
    (a, b) => b.above - a.above || (b.since ?? "").localeCompare(a.since ?? ""),
  );
  return best;
}

/**
 * USD for one request, at `priceAt` for its whole prompt: the sum over the five meters of tokens × price ÷ 1,000,000.
 * Price requests one at a time: a sum of several would fall in the wrong band.
 */
export function priceUsage(prices: readonly PriceRow[], usage: Usage, tier: ServiceTier, at: number): number {
  const price = priceAt(prices, promptTokens(usage), tier, at);
  if (!price) return 0;
  const microUsd =
    usage.input * price.input +
    usage.output * price.output +
    usage.cacheRead * price.cacheRead +
    usage.cacheWrite * price.cacheWrite +
    usage.cacheWrite1h * price.cacheWrite1h;
  return microUsd / 1e6;
}

/** USD that a call costs at most: each prompt token at the dearest of its meters, and the longest answer allowed. */
export function worstCase(info: ModelInfo, prompt: number, maxOutput: number, tier: ServiceTier, at: number): number {
  const { perPrompt, perOutput } = worstPrices(info, prompt, tier, at);
  return (prompt * perPrompt + maxOutput * perOutput) / 1e6;
}

function worstPrices(info: ModelInfo, prompt: number, tier: ServiceTier, at: number) {
  const price = priceAt(info.prices, prompt, tier, at);
  if (!price) return { perPrompt: 0, perOutput: 0 };
  const perPrompt = Math.max(price.input, price.cacheRead, price.cacheWrite, price.cacheWrite1h);
  return { perPrompt, perOutput: price.output };
}

/** An answer shorter than this is not worth paying a whole prompt for. */
export const leastAnswer = 8192;

/**
 * The longest answer, at most `wanted` tokens, whose worst case fits in `leftUsd`. Undefined where not even
 * min(`wanted`, 8192) tokens fit: the call is to be refused.
 */
export function affordableOutput(
  info: ModelInfo,
  prompt: number,
  leftUsd: number,
  wanted: number,
  tier: ServiceTier,
  at: number,
): number | undefined {
  const { perPrompt, perOutput } = worstPrices(info, prompt, tier, at);
  if (perPrompt === 0 && perOutput === 0) return wanted;
  const leftMicroUsd = leftUsd * 1e6 - prompt * perPrompt;
  if (leftMicroUsd < 0) return undefined;
  const affordable = perOutput === 0 ? wanted : Math.min(wanted, Math.floor(leftMicroUsd / perOutput));
  return affordable >= Math.min(wanted, leastAnswer) ? affordable : undefined;
}

/** Money set aside for a call. Disposing of one that was never settled gives it all back. */
export interface Reservation extends Disposable {
  /** Books what the call really cost, even if that is more than was set aside. Only the first time counts. */
  settle(actualUsd: number): void;
}

/** Sums of fractions of a cent are not exact; less than this is not over the cap. */
const toleranceUsd = 1e-9;

/** One agent's money. What it spends and sets aside counts for every purse above it too. */
export class Purse {
  readonly capUsd: number | undefined;
  readonly #parent: Purse | undefined;
  #ownUsd = 0;
  #spentUsd = 0;
  #reservedUsd = 0;

  /** Throws `UsageError` for a cap that is not an amount of money. */
  constructor(data: { readonly capUsd?: number | undefined; readonly parent?: Purse | undefined } = {}) {
    if (data.capUsd !== undefined && !(data.capUsd >= 0)) {
      throw new UsageError(`A budget must be zero dollars or more, not ${data.capUsd}.`);
    }
    this.capUsd = data.capUsd;
    this.#parent = data.parent;
  }

  /** Spent by this agent alone. */
  get ownUsd(): number {
    return this.#ownUsd;
  }

  /** Spent by this agent and all below it. */
  get spentUsd(): number {
    return this.#spentUsd;
  }

  /** Spent by the whole tree that this agent belongs to. */
  get treeUsd(): number {
    return this.#upwards().at(-1)?.spentUsd ?? 0;
  }

  /** Set aside for calls in flight, by this agent and all below it. */
  get reservedUsd(): number {
    return this.#reservedUsd;
  }

  /** What the next call may cost here: the least that any cap from here up leaves. Infinite without a cap. */
  get leftUsd(): number {
    return Math.min(...this.#upwards().map((purse) => purse.#roomUsd()));
  }

  /**
   * Sets money aside in this purse and every one above it, or in none: throws `BudgetExceededError` where a cap does not
   * allow it. What costs nothing is always allowed.
   */
  reserve(usd: number): Reservation {
    for (const purse of this.#upwards()) purse.#check(usd);
    this.#move(0, usd);
    let open = true;
    const close = (actualUsd: number) => {
      if (!open) return;
      open = false;
      this.#move(actualUsd, -usd);
    };
    return { settle: close, [Symbol.dispose]: () => close(0) };
  }

  /** Counts money that agents below, long gone, had spent. */
  bookBelow(usd: number): void {
    this.#ownUsd -= usd;
    this.#move(usd, 0);
  }

  /** Counts money that was spent before: the spend of a resumed session. */
  book(usd: number): void {
    this.#move(usd, 0);
  }

  #upwards(): Purse[] {
    return this.#parent ? [this, ...this.#parent.#upwards()] : [this];
  }

  #roomUsd(): number {
    if (this.capUsd === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.capUsd - this.#spentUsd - this.#reservedUsd);
  }

  #check(usd: number): void {
    if (usd === 0 || usd <= this.#roomUsd() + toleranceUsd) return;
    const capUsd = this.capUsd ?? 0;
    throw new BudgetExceededError({ capUsd, spentUsd: this.#spentUsd + this.#reservedUsd, neededUsd: usd });
  }

  #move(spentUsd: number, reservedUsd: number): void {
    this.#ownUsd += spentUsd;
    for (const purse of this.#upwards()) {
      purse.#spentUsd += spentUsd;
      purse.#reservedUsd += reservedUsd;
    }
  }
}
