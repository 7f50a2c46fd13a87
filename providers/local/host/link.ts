/** One life of the child: what was asked of it and is not answered yet, all of which fails when the child is gone. */
import { AbortedError, type SagentError } from "../../../agent/error.ts";
import type { Chunk, ModelRequest } from "../../../agent/model.ts";
import type { WeightsLoad } from "../llama.ts";
import type { PullProgress } from "../pull.ts";
import { errorOf } from "./errors.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { type FromHost, type HostOptions, type ModelFacts, takenAtOnce } from "./messages.ts";
import { type HostExit, type HostProcess, type HostProcessOptions, startProcess } from "./process.ts";

export interface LinkOptions extends Omit<HostProcessOptions, "onMessage"> {
  readonly options: HostOptions;
  readonly onLoad: (load: WeightsLoad) => void;
  readonly onProgress: (progress: PullProgress) => void;
  /** The child is gone, unasked; what is returned ends each call that runs. */
  readonly onCrash: (exit: HostExit) => SagentError;
}

interface Opening {
  readonly name: string | undefined;
  readonly opened: PromiseWithResolvers<ModelFacts>;
}

/** An aborted call gets so long to end by itself, with what it knows of its usage. */
const abortMs = 2_000;

export class Link {
  readonly #process: HostProcess;
  readonly #options: LinkOptions;
  readonly #openings = new Map<number, Opening>();
  readonly #closings = new Map<number, PromiseWithResolvers<void>>();
  readonly #calls = new Map<number, Inbox<Chunk>>();
  #lastCall = 0;
  #ending = false;
  #gone = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#process = startProcess({ ...options, onMessage: (message) => this.#take(message) });
    this.#process.send({ type: "start", options: options.options });
    void this.#process.exited.then((exit) => this.#lost(exit));
  }

  async open(model: number, name: string | undefined): Promise<ModelFacts> {
    using _ = this.#process.hold();
    const opening = { name, opened: Promise.withResolvers<ModelFacts>() };
    this.#openings.set(model, opening);
    this.#process.send({ type: "open", model, ...(name !== undefined && { name }) });
    return opening.opened.promise;
  }

  async close(model: number): Promise<void> {
    if (this.#gone) return;
    using _ = this.#process.hold();
    const closing = this.#closings.get(model) ?? Promise.withResolvers<void>();
    this.#closings.set(model, closing);
    this.#process.send({ type: "close", model });
    await closing.promise;
  }

  /** Throws what the child's end made of the call. */
  async *stream(model: number, request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    using _ = this.#process.hold();
    const call = ++this.#lastCall;
    const inbox = createInbox<Chunk>();
    this.#calls.set(call, inbox);
    this.#process.send({ type: "stream", call, model, request });
    let timer: Timer | undefined;
    const abort = () => {
      this.#process.send({ type: "abort", call });
      timer ??= setTimeout(() => inbox.fail(new AbortedError()), abortMs);
    };
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    let whole = false;
    let untold = 0;
    try {
      for await (const chunk of inbox) {
        whole = chunk.type === "done" || chunk.type === "error";
        yield chunk;
        if (whole) return;
        if (++untold < takenAtOnce) continue;
        this.#process.send({ type: "taken", call, count: untold });
        untold = 0;
      }
    } finally {
      if (!whole) this.#process.send({ type: "abort", call });
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      this.#calls.delete(call);
    }
  }

  cancel(): void {
    this.#process.send({ type: "cancel" });
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#process.end();
  }

  #take(message: FromHost): void {
    switch (message.type) {
      case "opened":
        this.#opening(message.model)?.opened.resolve(message.facts);
        return;
      case "refused": {
        const opening = this.#opening(message.model);
        opening?.opened.reject(errorOf(message.error, opening.name));
        return;
      }
      case "closed":
        this.#closings.get(message.model)?.resolve();
        this.#closings.delete(message.model);
        return;
      case "chunk":
        this.#calls.get(message.call)?.push(message.chunk);
        return;
      case "failed":
        this.#calls.get(message.call)?.push({ type: "error", error: errorOf(message.error), ...message.rest });
        return;
      case "load":
        this.#options.onLoad({ ...message.load, ...(message.error && { error: errorOf(message.error) }) });
        return;
      case "progress":
        this.#options.onProgress(message.progress);
    }
  }

  #opening(model: number): Opening | undefined {
    const opening = this.#openings.get(model);
    this.#openings.delete(model);
    return opening;
  }

  #lost(exit: HostExit): void {
    this.#gone = true;
    const error = this.#ending ? new AbortedError() : this.#options.onCrash(exit);
    for (const { opened } of this.#openings.values()) opened.reject(error);
    for (const inbox of this.#calls.values()) inbox.fail(error);
    for (const closing of this.#closings.values()) closing.resolve();
    this.#openings.clear();
    this.#closings.clear();
  }
}
