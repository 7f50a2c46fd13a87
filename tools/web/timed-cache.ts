/** What was fetched lately: at most so many entries, the least used one leaves first, and none is older than it may be. */
export class TimedCache<Value> {
  readonly #limits: { readonly entries: number; readonly ms: number };
  readonly #known = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(limits: { readonly entries: number; readonly ms: number }) {
    this.#limits = limits;
  }

  /** `now` is Unix time in ms. */
  get(key: string, now: number): Value | undefined {
    const found = this.#known.get(key);
    if (!found) return undefined;
    this.#known.delete(key);
    if (now - found.at > this.#limits.ms) return undefined;
    this.#known.set(key, found);
    return found.value;
  }

  set(key: string, value: Value, now: number): void {
    this.#known.delete(key);
    this.#known.set(key, { value, at: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#limits.entries && oldest !== undefined) this.#known.delete(oldest);
  }
}
