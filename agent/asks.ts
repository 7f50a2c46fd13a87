/** The questions of running calls: each promise by its id, until a person answers or the call ends. */
import type { Answer, Ask, AskId } from "./ask.ts";
import { AbortedError } from "./error.ts";
import type { MachineAsk } from "./machine-state.ts";
import type { CallId } from "./message.ts";

export interface AsksOptions {
  readonly nextId: () => AskId;
  readonly asked: (ask: MachineAsk) => void;
}

export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<AskId, PromiseWithResolvers<Answer>>();

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** Rejects with `AbortedError` when the call is stopped before the answer comes. */
  ask(call: CallId, ask: Ask, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return Promise.reject(new AbortedError());
    const askId = this.#options.nextId();
    const waiting = Promise.withResolvers<Answer>();
    const stop = () => this.settle(askId, null);
    signal.addEventListener("abort", stop, { once: true });
    this.#open.set(askId, waiting);
    this.#options.asked({ askId, call, ask });
    const answer = waiting.promise.finally(() => signal.removeEventListener("abort", stop));
    // A tool that has stopped listening is no failure of the program.
    answer.catch(() => {});
    return answer;
  }

  /** Gives the answer to the call that waits for it; null withdraws the question. */
  settle(askId: AskId, answer: Answer | null): void {
    const waiting = this.#open.get(askId);
    this.#open.delete(askId);
    if (answer) waiting?.resolve(answer);
    else waiting?.reject(new AbortedError());
  }
}
