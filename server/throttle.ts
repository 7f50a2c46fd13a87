/** Counts wrong tries by the minute, for each peer and for all together. What it remembers is bounded. */
import { type Clock, systemClock } from "../agent/clock.ts";

const windowMs = 60_000;
const mostOfPeer = 10;
const mostOfAll = 100;
const mostPeers = 1_000;

interface Window {
  readonly since: number;
  misses: number;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #peers = new Map<string, Window>();
  #all: Window;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#all = this.#fresh();
  }

  /** How long the peer has to wait for its next try, in whole seconds; 0 where it may try now. */
  waitS(peer: string): number {
    const own = this.#current(this.#peers.get(peer));
    const full = [
      ...(own.misses >= mostOfPeer ? [own] : []),
      ...(this.#allNow().misses >= mostOfAll ? [this.#all] : []),
    ];
    const waits = full.map(({ since }) => since + windowMs - this.#clock.now());
    return Math.ceil(Math.max(0, ...waits) / 1_000);
  }

  /** Books a wrong try. */
  miss(peer: string): void {
    const own = this.#current(this.#peers.get(peer));
    own.misses += 1;
    this.#allNow().misses += 1;
    this.#peers.delete(peer);
    this.#peers.set(peer, own);
    const [oldest] = this.#peers.keys();
    if (this.#peers.size > mostPeers && oldest !== undefined) this.#peers.delete(oldest);
  }

  #allNow(): Window {
    this.#all = this.#current(this.#all);
    return this.#all;
  }

  #current(window: Window | undefined): Window {
    return window && this.#clock.now() < window.since + windowMs ? window : this.#fresh();
  }

  #fresh(): Window {
    return { since: this.#clock.now(), misses: 0 };
  }
}
