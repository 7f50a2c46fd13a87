/** Makes the models that are asked for and streams their answers, wherever it runs: in the child process or in a worker of the page. */
import type { Chunk, Model, ModelRequest, Provider } from "../../../agent/model.ts";
import type { LocalOptions } from "../llama.ts";
import { errorData } from "./error-data.ts";
import { type FromHost, type HostOptions, type ModelFacts, mostAhead, type ToHost } from "./messages.ts";
import { measureRates } from "./rates.ts";

/** Makes the provider whose models are served. */
export type Make = (options: LocalOptions) => Provider;

interface RunningCall {
  readonly abort: AbortController;
  /** Chunks that may still be sent. */
  room: number;
  /** Called when there is room again. */
  wake: () => void;
}

export class ModelServer {
  readonly #make: Make;
  readonly #send: (message: FromHost) => void;
  readonly #cancel = new AbortController();
  readonly #models = new Map<number, Promise<Model>>();
  readonly #calls = new Map<number, RunningCall>();
  #provider: Provider | undefined;

  constructor(make: Make, send: (message: FromHost) => void) {
    this.#make = make;
    this.#send = send;
  }

  take(message: Exclude<ToHost, { type: "end" }>): void {
    switch (message.type) {
      case "start":
        this.#provider = this.#make(this.#told(message.options));
        return;
      case "open":
        void this.#open(message.model, message.name);
        return;
      case "stream":
        void this.#stream(message.call, message.model, message.request);
        return;
      case "taken": {
        const call = this.#calls.get(message.call);
        if (call) call.room += message.count;
        call?.wake();
        return;
      }
      case "abort": {
        const call = this.#calls.get(message.call);
        call?.abort.abort();
        call?.wake();
        return;
      }
      case "close":
        void this.#closeModel(message.model);
        return;
      case "cancel":
        this.#cancel.abort();
    }
  }

  async close(): Promise<void> {
    this.#cancel.abort();
    for (const { abort, wake } of this.#calls.values()) {
      abort.abort();
      wake();
    }
    await this.#provider?.close();
  }

  #told(options: HostOptions): LocalOptions {
    return {
      ...options,
      signal: this.#cancel.signal,
      onProgress: (progress) => this.#send({ type: "progress", progress }),
      onLoad: ({ error, ...load }) =>
        this.#send({ type: "load", load, ...(error !== undefined && { error: errorData(error) }) }),
    };
  }

  async #open(model: number, name: string | undefined): Promise<void> {
    try {
      const opened = this.#provider?.model(name);
      if (!opened) throw new Error("no model before the start");
      this.#models.set(model, opened);
      this.#send({ type: "opened", model, facts: factsOf(await opened) });
    } catch (thrown) {
      this.#models.delete(model);
      this.#send({ type: "refused", model, error: errorData(thrown) });
    }
  }

  async #closeModel(model: number): Promise<void> {
    const opened = await this.#models.get(model)?.catch(() => undefined);
    this.#models.delete(model);
    await opened?.close().catch(() => {});
    this.#send({ type: "closed", model });
  }

  async #stream(id: number, model: number, request: ModelRequest): Promise<void> {
    const call: RunningCall = { abort: new AbortController(), room: mostAhead, wake: () => {} };
    this.#calls.set(id, call);
    try {
      const opened = await this.#models.get(model);
      if (!opened) throw new Error("it was closed");
      for await (const chunk of opened.stream(request, call.abort.signal)) await this.#tell(id, call, chunk);
    } catch (thrown) {
      this.#send({ type: "failed", call: id, error: errorData(thrown), rest: { parts: [] } });
    } finally {
      this.#calls.delete(id);
    }
  }

  async #tell(id: number, call: RunningCall, chunk: Chunk): Promise<void> {
    if (chunk.type === "error") {
      const { type: _, error, ...rest } = chunk;
      this.#send({ type: "failed", call: id, error: errorData(error), rest });
      return;
    }
    this.#send({ type: "chunk", call: id, chunk });
    call.room--;
    while (call.room <= 0 && !call.abort.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      call.wake = resolve;
      await promise;
    }
  }
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function factsOf(model: Model): ModelFacts {
  const { info } = model;
  const rates = measureRates((text) => model.estimateText(text));
  return { info, rates, imageTokens: info.images ? model.estimateAttachment({ mime: "image/png", data: pixel }) : 0 };
}
