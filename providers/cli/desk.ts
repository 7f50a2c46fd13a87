/** Calls whose program waits, or will wait, for a result. Either side may come first. */
import type { CallAnswer } from "./link.ts";

interface Slot {
  readonly result: PromiseWithResolvers<CallAnswer>;
  /** The program has asked. */
  asked: boolean;
  answered: boolean;
}

export class Desk implements Disposable {
  readonly #slots = new Map<string, Slot>();

  /** The program asks for a result: it comes as soon as there is one. Rejects when the desk is closed. */
  result(key: string, signal?: AbortSignal): Promise<CallAnswer> {
    const slot = this.#slot(key);
    slot.asked = true;
    if (slot.answered) this.#slots.delete(key);
    else signal?.addEventListener("abort", () => this.#slots.delete(key), { once: true });
    return slot.result.promise;
  }

  /** Whether the program has asked, and still waits. */
  waits(key: string): boolean {
    return this.#slots.get(key)?.asked === true;
  }

  answer(key: string, answer: CallAnswer): void {
    const slot = this.#slot(key);
    slot.answered = true;
    slot.result.resolve(answer);
    if (slot.asked) this.#slots.delete(key);
  }

  [Symbol.dispose](): void {
    for (const { result } of this.#slots.values()) result.reject(new Error("The conversation is over."));
    this.#slots.clear();
  }

  #slot(key: string): Slot {
    const known = this.#slots.get(key);
    if (known) return known;
    const slot: Slot = { result: Promise.withResolvers(), asked: false, answered: false };
    slot.result.promise.catch(() => {});
    this.#slots.set(key, slot);
    return slot;
  }
}
