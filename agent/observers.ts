/** Those who follow the events of several agents. */
import type { AgentEvent } from "./event.ts";
import { notify, type Observer } from "./log.ts";
import { Streams } from "./stream.ts";

export class Observers {
  readonly #streams = new Streams();
  #all: readonly Observer[] = [];

  subscribe(observer: Observer): Disposable {
    this.#all = [...this.#all, observer];
    return {
      [Symbol.dispose]: () => {
        this.#all = this.#all.filter((each) => each !== observer);
      },
    };
  }

  /** Every event from now on, until the reader leaves or `end` is called. */
  events(): AsyncIterableIterator<AgentEvent> {
    return this.#streams.open((push) => this.subscribe(push));
  }

  tell(event: AgentEvent): void {
    for (const observer of this.#all) notify(observer, event);
  }

  end(): void {
    this.#streams.end();
  }
}
