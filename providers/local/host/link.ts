/** One life of the place where models run: what was asked of it and is not answered yet, all of which fails when it is gone. */
import { AbortedError, type SagentError } from "../../../agent/error.ts";
import type { Chunk, ModelRequest } from "../../../agent/model.ts";
import type { WeightsLoad } from "../llama.ts";
import type { PullProgress } from "../pull.ts";
import { errorOf } from "./errors.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { type FromHost, type HostOptions, type ModelFacts, type ToHost, takenAtOnce } from "./messages.ts";

/** The place: a child process, or something else that takes and sends these messages. */
export interface Host {
  /** Settles when it is gone. */
  readonly exited: Promise<HostExit>;
  send(message: ToHost): void;
  /** While anything waits for it, this process does not end by itself. */
  hold(): Disposable;
  /** Asks it to end, and makes it. */
  end(): Promise<void>;
}

export interface HostExit {
  /** As a sentence goes on: `with SIGSEGV`. */
  readonly how: string;
  /** Its last words, in one line; empty where it had none. */
  readonly said: string;
  /** Something else killed it, which the system does when memory is short. */
  readonly killed: boolean;
}

export interface LinkOptions {
  readonly start: (onMessage: (message: FromHost) => void) => Host;
  readonly options: HostOptions;
  readonly onLoad: (load: WeightsLoad) => void;
  readonly onProgress: (progress: PullProgress) => void;
  /** It is gone, unasked; what is returned ends each call that runs. */
  readonly onLost: (exit: HostExit) => SagentError;
}

interface Opening {
  readonly name: string | undefined;
  readonly opened: PromiseWithResolvers<ModelFacts>;
}

/** An aborted call gets so long to end by itself, with what it knows of its usage: a token, on a slow machine. */
const abortMs = 5_000;

export class Link {
  readonly #host: Host;
  readonly #options: LinkOptions;
  readonly #openings = new Map<number, Opening>();
  readonly #closings = new Map<number, PromiseWithResolvers<void>>();
  readonly #calls = new Map<number, Inbox<Chunk>>();
  #lastCall = 0;
  #ending = false;
  #gone = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#host = options.start((message) => this.#take(message));
    this.#host.send({ type: "start", options: options.options });
    void this.#host.exited.then((exit) => this.#lost(exit));
  }

  async open(model: number, name: string | undefined): Promise<ModelFacts> {
    using _ = this.#host.hold();
    const opening = { name, opened: Promise.withResolvers<ModelFacts>() };
    this.#openings.set(model, opening);
    this.#host.send({ type: "open", model, ...(name !== undefined && { name }) });
    // Awaited here: what holds this process is let go with the answer, not before it.
    return await opening.opened.promise;
  }

  async close(model: number): Promise<void> {
    if (this.#gone) return;
    using _ = this.#host.hold();
    const closing = this.#closings.get(model) ?? Promise.withResolvers<void>();
    this.#closings.set(model, closing);
    this.#host.send({ type: "close", model });
    await closing.promise;
  }

  /** Throws what the end of the place made of the call. */
  async *stream(model: number, request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    using _ = this.#host.hold();
    const call = ++this.#lastCall;
    const inbox = createInbox<Chunk>();
    this.#calls.set(call, inbox);
    this.#host.send({ type: "stream", call, model, request });
    let timer: Timer | undefined;
    const abort = () => {
      this.#host.send({ type: "abort", call });
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
        this.#host.send({ type: "taken", call, count: untold });
        untold = 0;
      }
    } finally {
      if (!whole) this.#host.send({ type: "abort", call });
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      this.#calls.delete(call);
    }
  }

  cancel(): void {
    this.#host.send({ type: "cancel" });
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#host.end();
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
    const error = this.#ending ? new AbortedError() : this.#options.onLost(exit);
    for (const { opened } of this.#openings.values()) opened.reject(error);
    for (const inbox of this.#calls.values()) inbox.fail(error);
    for (const closing of this.#closings.values()) closing.resolve();
    this.#openings.clear();
    this.#closings.clear();
  }
}
