/**
 * Sequences that the models of one load of weights share. Each model keeps the one it had, with what it evaluated, as long as
 * there are enough; then the one that was idle longest changes hands, and its former owner evaluates anew later. Who
 * waits is served in order. Sequences of one context that run at once are evaluated in one batch; where more models come,
 * another context is opened beside it, for llama.cpp cannot bring what a sequence holds into a larger one.
 */
import type { LlamaContext, LlamaContextSequence } from "node-llama-cpp";
import { AbortedError } from "../../agent/error.ts";

/** A sequence that is its holder's alone until it is disposed of. */
export interface Seat extends Disposable {
  readonly sequence: LlamaContextSequence;
}

export interface PoolOptions {
  /** There are never more sequences. */
  readonly most: number;
  /** A context with so many sequences; undefined where the memory has no room for it. */
  readonly open: (sequences: number) => Promise<LlamaContext | undefined>;
}

interface Place {
  readonly sequence: LlamaContextSequence;
  owner: object | undefined;
  busy: boolean;
  /** Rises with each use. */
  usedAt: number;
}

interface Waiter {
  readonly owner: object;
  readonly sit: (seat: Seat) => void;
  readonly fail: (error: unknown) => void;
}

export class Pool implements AsyncDisposable {
  readonly #open: PoolOptions["open"];
  readonly #owners = new Set<object>();
  readonly #places: Place[] = [];
  readonly #contexts: LlamaContext[];
  #waiting: Waiter[] = [];
  #most: number;
  #growing: Promise<void> | undefined;
  #uses = 0;

  /** `first` is the context that the pool begins with; the pool disposes of it. */
  constructor(first: LlamaContext, { most, open }: PoolOptions) {
    this.#open = open;
    this.#most = most;
    this.#contexts = [first];
    this.#seat(first);
  }

  /** The owner will come. */
  join(owner: object): void {
    this.#owners.add(owner);
  }

  /** A sequence, the one that this owner had last if it still can be. Throws `AbortedError`. */
  async take(owner: object, signal: AbortSignal): Promise<Seat> {
    if (signal.aborted) throw new AbortedError();
    this.join(owner);
    const { promise, resolve: sit, reject: fail } = Promise.withResolvers<Seat>();
    const waiter = { owner, sit, fail };
    const leave = () => {
      this.#waiting = this.#waiting.filter((each) => each !== waiter);
      fail(new AbortedError());
    };
    this.#waiting.push(waiter);
    signal.addEventListener("abort", leave, { once: true });
    this.#serve();
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  /** The owner will not come again. What it evaluated stays for whoever begins with the same words. */
  leave(owner: object): void {
    this.#owners.delete(owner);
    for (const place of this.#places) if (place.owner === owner) place.owner = undefined;
    this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { fail } of this.#waiting.splice(0)) fail(new AbortedError());
    await this.#growing;
    await Promise.all(this.#contexts.map((context) => context.dispose()));
  }

  #serve(): void {
    for (const waiter of [...this.#waiting]) {
      const place = this.#placeFor(waiter.owner);
      if (!place) continue;
      this.#waiting = this.#waiting.filter((each) => each !== waiter);
      place.owner = waiter.owner;
      place.busy = true;
      place.usedAt = ++this.#uses;
      waiter.sit({ sequence: place.sequence, [Symbol.dispose]: () => this.#free(place) });
    }
  }

  #placeFor(owner: object): Place | undefined {
    const own = this.#places.find((place) => place.owner === owner);
    if (own) return own.busy ? undefined : own;
    const idle = this.#places.filter(({ busy }) => !busy).toSorted((a, b) => a.usedAt - b.usedAt);
    const unowned = idle.find((place) => place.owner === undefined);
    if (unowned || this.#places.length >= this.#most) return unowned ?? idle[0];
    this.#growing ??= this.#grow();
    return undefined;
  }

  #free(place: Place): void {
    place.busy = false;
    this.#serve();
  }

  /** Enough for every owner, and at least 4, 8, 16; where that does not fit one more, or what there is must do. */
  async #grow(): Promise<void> {
    const count = this.#places.length;
    const more = Math.max(count === 1 ? 3 : count, this.#owners.size - count);
    const context = (await this.#tryOpen(Math.min(more, this.#most - count))) ?? (await this.#tryOpen(1));
    this.#growing = undefined;
    if (context) {
      this.#contexts.push(context);
      this.#seat(context);
    } else {
      this.#most = count;
    }
    this.#serve();
  }

  #tryOpen(sequences: number): Promise<LlamaContext | undefined> {
    return this.#open(sequences).catch(() => undefined);
  }

  #seat(context: LlamaContext): void {
    while (context.sequencesLeft > 0) {
      this.#places.push({ sequence: context.getSequence(), owner: undefined, busy: false, usedAt: 0 });
    }
  }
}
