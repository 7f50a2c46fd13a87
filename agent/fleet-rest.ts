/** Knows when a whole fleet has come to rest. */
import type { Member } from "./member.ts";

export class FleetRest {
  readonly #members: () => Iterable<Member>;
  readonly #expects: () => boolean;
  #waiters: (() => void)[] = [];
  #checking = false;

  /** `expects` tells that something will still happen though no agent works. */
  constructor(members: () => Iterable<Member>, expects: () => boolean) {
    this.#members = members;
    this.#expects = expects;
  }

  /** Resolves once no agent works and nothing is expected. */
  quiet(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push(resolve);
    this.changed();
    return promise;
  }

  /** Something may have come to rest. Looked at once for all that changes in the present task. */
  changed(): void {
    if (this.#checking || this.#waiters.length === 0) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      if (this.#expects()) return;
      for (const { agent } of this.#members()) if (agent.isBusy) return;
      for (const resolve of this.#waiters.splice(0)) resolve();
    });
  }
}
