/**
 * A provider whose models run elsewhere, in a place that may vanish: a child process, or a tab of the workspace. The place is
 * made with the first model. When it is gone, each running call ends with an error that keeps its parts, and the next call
 * makes it anew.
 */
import { AbortedError, LocalModelError, messageOf, SagentError } from "../../../agent/error.ts";
import type { Chunk, Model, ModelInfo, ModelRequest, Provider } from "../../../agent/model.ts";
import { RequestTooLargeError } from "../../../agent/provider-error.ts";
import { attachmentNote } from "../../neutral.ts";
import type { LocalOptions, WeightsLoad } from "../llama.ts";
import { type Host, type HostExit, Link } from "./link.ts";
import type { FromHost, ModelFacts } from "./messages.ts";
import { collectParts } from "./partial.ts";
import { estimateTokens } from "./rates.ts";

export interface HostedOptions extends LocalOptions {
  /** Of the provider. */
  readonly name: string;
  /** Makes the place. Throws `SagentError` where there is none to be had. */
  readonly start: (onMessage: (message: FromHost) => void) => Host;
  /** What the end of the place means to the calls that ran there; `times` counts ends since the last call that was answered. */
  readonly lost: (exit: HostExit, times: number) => SagentError;
}

export class HostedProvider implements Provider {
  readonly name: string;
  readonly #options: HostedOptions;
  readonly #open = new Set<HostedModel>();
  /** What is in its memory or on the way there. */
  readonly #loads = new Map<string, WeightsLoad>();
  #link: Link | undefined;
  #lastModel = 0;
  #losses = 0;

  constructor(options: HostedOptions) {
    this.name = options.name;
    this.#options = options;
    options.signal?.addEventListener("abort", () => this.#link?.cancel());
  }

  async model(name?: string): Promise<Model> {
    const id = ++this.#lastModel;
    const link = this.link();
    const facts = await link.open(id, name);
    const model = new HostedModel(this, { id, name: name ?? this.#options.model, facts, link });
    this.#open.add(model);
    return model;
  }

  /** The place as it is now, or a new one. */
  link(): Link {
    this.#link ??= this.#connect();
    return this.#link;
  }

  /** A call was answered: what was lost before is the past. */
  answered(): void {
    this.#losses = 0;
  }

  forget(model: HostedModel): void {
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
    const { name: _, start, lost: _lost, onLoad, onProgress, signal: _signal, ...options } = this.#options;
    const link: Link = new Link({
      start,
      options,
      onLoad: (load) => {
        this.#loads.set(load.name, load);
        onLoad?.(load);
      },
      onProgress: (progress) => onProgress?.(progress),
      onLost: (exit) => {
        if (this.#link === link) this.#link = undefined;
        return this.#lost(exit);
      },
    });
    return link;
  }

  #lost(exit: HostExit): SagentError {
    this.#losses++;
    const error = this.#options.lost(exit, this.#losses);
    for (const { name, state } of this.#loads.values()) {
      if (state === "loading" || state === "loaded")
        this.#options.onLoad?.({ name, state: "failed", memoryBytes: 0, error });
    }
    this.#loads.clear();
    return error;
  }
}

interface Opened {
  readonly id: number;
  readonly name: string | undefined;
  readonly facts: ModelFacts;
  readonly link: Link;
}

class HostedModel implements Model {
  readonly info: ModelInfo;
  readonly #provider: HostedProvider;
  readonly #opened: Opened;
  readonly #leave = new AbortController();
  /** Where the model is open; another link than before once the place has been lost. */
  #place: { readonly link: Link; readonly ready: Promise<unknown> };
  #closed: Promise<void> | undefined;

  constructor(provider: HostedProvider, opened: Opened) {
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
      const error = thrown instanceof SagentError ? thrown : new LocalModelError(messageOf(thrown), { cause: thrown });
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

  /** The link on which the model is open; it is opened again where the place is another. */
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

/** More than this is no conversation for a model on this machine, and would stop both sides for seconds. */
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
