/**
 * The provider `local` in a child process behind the same contract. The child starts with the first model. If it crashes,
 * each running call ends with an error that keeps its parts, and the next call starts it anew.
 */
import { AbortedError, LocalModelError, SagentError } from "../../../agent/error.ts";
import type { Chunk, Model, ModelInfo, ModelRequest, Provider } from "../../../agent/model.ts";
import { RequestTooLargeError } from "../../../agent/provider-error.ts";
import type { Env } from "../../auth.ts";
import { attachmentNote } from "../../neutral.ts";
import type { LocalOptions, WeightsLoad } from "../llama.ts";
import { words } from "./errors.ts";
import { Link } from "./link.ts";
import type { ModelFacts } from "./messages.ts";
import { collectParts } from "./partial.ts";
import { childEntry, type HostExit } from "./process.ts";
import { estimateTokens } from "./rates.ts";

export interface IsolatedOptions extends LocalOptions {
  /** Of this process; the child gets it without its secrets. */
  readonly env: Env;
  /** The program of the child; our own where absent. */
  readonly entry?: string;
}

export function createIsolated(options: IsolatedOptions): Provider {
  return new IsolatedProvider(options);
}

/** Crashes in a row that are no accident any more. */
const crashLoop = 3;

class IsolatedProvider implements Provider {
  readonly name = "local";
  readonly #options: IsolatedOptions;
  readonly #open = new Set<IsolatedModel>();
  /** What the child has in memory or loads. */
  readonly #loads = new Map<string, WeightsLoad>();
  #link: Link | undefined;
  #lastModel = 0;
  #crashes = 0;

  constructor(options: IsolatedOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", () => this.#link?.cancel());
  }

  async model(name?: string): Promise<Model> {
    const id = ++this.#lastModel;
    const link = this.link();
    const facts = await link.open(id, name);
    const model = new IsolatedModel(this, { id, name: name ?? this.#options.model, facts, link });
    this.#open.add(model);
    return model;
  }

  /** The child as it lives now, or a new one. */
  link(): Link {
    this.#link ??= this.#connect();
    return this.#link;
  }

  /** A call was answered: what crashed before is the past. */
  answered(): void {
    this.#crashes = 0;
  }

  forget(model: IsolatedModel): void {
    this.#open.delete(model);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((model) => model.close()));
    const link = this.#link;
    this.#link = undefined;
    await link?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #connect(): Link {
    const { env, entry = childEntry, onLoad, onProgress, signal: _, ...options } = this.#options;
    const link: Link = new Link({
      entry,
      env,
      options,
      onLoad: (load) => {
        this.#loads.set(load.name, load);
        onLoad?.(load);
      },
      onProgress: (progress) => onProgress?.(progress),
      onCrash: (exit) => {
        if (this.#link === link) this.#link = undefined;
        return this.#crashed(exit);
      },
    });
    return link;
  }

  #crashed(exit: HostExit): SagentError {
    this.#crashes++;
    const error = crashError(exit, this.#crashes);
    for (const { name, state } of this.#loads.values()) {
      if (state === "loading" || state === "loaded")
        this.#options.onLoad?.({ name, state: "failed", memoryBytes: 0, error });
    }
    this.#loads.clear();
    return error;
  }
}

function crashError({ how, said, killed }: HostExit, times: number): LocalModelError {
  const often = times < crashLoop ? "" : `, ${times} times in a row now`;
  const why = said ? `: ${said}` : killed ? ": something killed it, as the system does when memory is short" : "";
  const again = "The model starts again with the next message";
  return new LocalModelError(`The process that ran the local model ended ${how}${often}${why}.`, {
    hint:
      times < crashLoop
        ? `What it had said is kept. ${again}.`
        : `Use a smaller window (?ctx=4096), the processor alone (?device=cpu), other weights or a model in the cloud. ${again}.`,
  });
}

interface Opened {
  readonly id: number;
  readonly name: string | undefined;
  readonly facts: ModelFacts;
  readonly link: Link;
}

class IsolatedModel implements Model {
  readonly info: ModelInfo;
  readonly #provider: IsolatedProvider;
  readonly #opened: Opened;
  readonly #leave = new AbortController();
  /** Where the model is open; another link than before once the child has crashed. */
  #place: { readonly link: Link; readonly ready: Promise<unknown> };
  #closed: Promise<void> | undefined;

  constructor(provider: IsolatedProvider, opened: Opened) {
    this.#provider = provider;
    this.#opened = opened;
    this.info = opened.facts.info;
    this.#place = { link: opened.link, ready: Promise.resolve() };
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    const partial = collectParts();
    const either = AbortSignal.any([signal, this.#leave.signal]);
    try {
      checkSize(request, this.info);
      const link = await this.#ready(either);
      for await (const chunk of link.stream(this.#opened.id, request, either)) {
        partial.add(chunk);
        if (chunk.type === "done") this.#provider.answered();
        yield chunk;
      }
    } catch (thrown) {
      const error = thrown instanceof SagentError ? thrown : new LocalModelError(words(thrown), { cause: thrown });
      yield { type: "error", error, parts: partial.kept() };
    }
  }

  estimateText(text: string): number {
    return estimateTokens(text, this.#opened.facts.rates);
  }

  estimateAttachment(attachment: Parameters<Model["estimateAttachment"]>[0]): number {
    return this.#opened.facts.imageTokens || this.estimateText(attachmentNote(attachment));
  }

  close(): Promise<void> {
    this.#leave.abort();
    this.#provider.forget(this);
    this.#closed ??= this.#place.link.close(this.#opened.id);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The link on which the model is open; it is opened again where the child is another. */
  async #ready(signal: AbortSignal): Promise<Link> {
    if (signal.aborted) throw new AbortedError();
    const link = this.#provider.link();
    if (this.#place.link !== link) {
      const ready = link.open(this.#opened.id, this.#opened.name);
      this.#place = { link, ready };
      // A model that could not be opened is tried again by the next call.
      ready.catch(() => {
        if (this.#place.ready === ready) this.#place = { link: this.#opened.link, ready: Promise.resolve() };
      });
    }
    await Promise.race([this.#place.ready, abortion(signal)]);
    return link;
  }
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new AbortedError()), { once: true });
  });
}

/** More than this is no conversation for a model on this machine, and would stop both processes for seconds. */
const mostChars = 256 * 2 ** 20;

function checkSize({ system, messages }: ModelRequest, { id }: ModelInfo): void {
  const texts = messages.map((message) => {
    if (message.type === "assistant") return 0;
    return (message.attachments ?? []).reduce((sum, { data }) => sum + data.length, message.text.length);
  });
  const chars = texts.reduce((sum, length) => sum + length, system.length);
  if (chars > mostChars) {
    throw new RequestTooLargeError({ provider: id, detail: `${chars} characters, of at most ${mostChars}` });
  }
}
