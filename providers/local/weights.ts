/** Weights in the memory, for as many models as want them: loaded when first needed, unloaded when idle, loaded again. */
import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import { AbortedError, LocalModelError, messageOf, SagentError } from "../../agent/error.ts";
import { markUsed } from "./in-use.ts";
import { contextBytes, freeBytes, ggmlName, type MemoryNeed, measureNeed } from "./memory.ts";
import { Pool } from "./pool.ts";
import type { KvType } from "./ref-options.ts";

export interface WeightsLoad {
  /** Leads to these weights again. */
  readonly name: string;
  readonly state: "loading" | "loaded" | "failed" | "unloaded";
  /** From 0 to 1, while they load. */
  readonly share?: number;
  /** That the weights take; 0 while they are not there. */
  readonly memoryBytes: number;
  readonly error?: unknown;
}

export interface WeightsOptions {
  readonly name: string;
  readonly path: string;
  readonly llama: () => Promise<Llama>;
  /** Upper bound of the window, in tokens. */
  readonly window: number;
  readonly threads: number;
  readonly kv: KvType | undefined;
  readonly gpuLayers: number | undefined;
  /** Conversations that are kept evaluated at most. */
  readonly sequences: number;
  readonly memoryBytes: number | undefined;
  /** Unloads what was not used for so long; 0 never does. */
  readonly idleMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onLoad: ((load: WeightsLoad) => void) | undefined;
}

interface Loaded extends AsyncDisposable {
  readonly model: LlamaModel;
  readonly pool: Pool;
  readonly window: number;
}

/** While it is held the weights stay. */
export interface Hold extends Loaded, Disposable {}

export class Weights implements AsyncDisposable {
  readonly #options: WeightsOptions;
  readonly #leave = new AbortController();
  #loaded: Promise<Loaded> | undefined;
  #unloading: Promise<void> | undefined;
  /** Knows the words while the weights are not there. */
  #tokenizer: LlamaModel | undefined;
  #window: number | undefined;
  #holds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WeightsOptions) {
    this.#options = options;
  }

  /** Of what is loaded, or was. */
  get tokenizer(): LlamaModel {
    if (!this.#tokenizer) throw new TypeError("The weights were never loaded");
    return this.#tokenizer;
  }

  /** Loads the weights if they are not there. Throws `LocalModelError` or `AbortedError`; a later call tries again. */
  async hold(): Promise<Hold> {
    this.#holds++;
    clearTimeout(this.#timer);
    let loading: Promise<Loaded> | undefined;
    try {
      await this.#unloading;
      this.#loaded ??= this.#load();
      loading = this.#loaded;
      return { ...(await loading), [Symbol.dispose]: () => this.#release() };
    } catch (error) {
      if (this.#loaded === loading) this.#loaded = undefined;
      this.#release();
      throw error;
    }
  }

  /** This owner of a sequence will not come again. */
  leave(owner: object): void {
    this.#loaded?.then(
      ({ pool }) => pool.leave(owner),
      () => {},
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave.abort();
    clearTimeout(this.#timer);
    await this.#unloading;
    await this.#loaded?.then(
      (loaded) => loaded[Symbol.asyncDispose](),
      () => {},
    );
    await this.#tokenizer?.dispose();
  }

  #release(): void {
    this.#holds--;
    const { idleMs } = this.#options;
    if (this.#holds > 0 || idleMs <= 0 || this.#leave.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#unloading = this.#unload().finally(() => {
        this.#unloading = undefined;
      });
    }, idleMs);
    this.#timer.unref();
  }

  /** Where not even the words can be kept, the weights stay. */
  async #unload(): Promise<void> {
    const loaded = await this.#loaded;
    const words = loaded && (await this.#loadWords().catch(() => undefined));
    if (!words) return;
    this.#loaded = undefined;
    this.#tokenizer = words;
    await loaded[Symbol.asyncDispose]();
    this.#tell({ state: "unloaded", memoryBytes: 0 });
  }

  async #loadWords(): Promise<LlamaModel> {
    const llama = await this.#options.llama();
    return llama.loadModel({ modelPath: this.#options.path, vocabOnly: true });
  }

  async #load(): Promise<Loaded> {
    this.#tell({ state: "loading", share: 0, memoryBytes: 0 });
    const mark = await markUsed(this.#options.path);
    try {
      const llama = await this.#options.llama();
      const { path, kv, memoryBytes } = this.#options;
      const window = this.#window ?? this.#options.window;
      const need = await measureNeed(llama, path, { window, kv, memoryBytes });
      const model = await this.#loadModel(llama, need);
      const first = await this.#openContext(model, need, 1).catch(async (error: unknown) => {
        await model.dispose();
        throw error;
      });
      return await this.#adopt(model, first, need, mark);
    } catch (cause) {
      mark[Symbol.dispose]();
      const error = this.#failure(cause);
      this.#tell({ state: "failed", memoryBytes: 0, error });
      throw error;
    }
  }

  async #adopt(model: LlamaModel, first: LlamaContext, need: MemoryNeed, mark: Disposable): Promise<Loaded> {
    const before = this.#tokenizer;
    this.#tokenizer = model;
    await before?.dispose();
    this.#window = first.contextSize;
    const { sequences, memoryBytes = Infinity, kv } = this.#options;
    const bytesOf = (count: number) =>
      contextBytes(model.fileInsights, { window: first.contextSize, sequences: count, kv });
    let taken = need.weightsBytes + (await bytesOf(1));
    const pool = new Pool(first, {
      most: sequences,
      open: async (count) => {
        const bytes = await bytesOf(count);
        if (bytes > Math.min(await freeBytes(model.llama), memoryBytes - taken)) return undefined;
        taken += bytes;
        return this.#openContext(model, need, count);
      },
    });
    this.#tell({ state: "loaded", memoryBytes: model.size });
    const close = async () => {
      await pool[Symbol.asyncDispose]();
      await model.dispose();
      mark[Symbol.dispose]();
    };
    return { model, pool, window: first.contextSize, [Symbol.asyncDispose]: close };
  }

  async #loadModel(llama: Llama, { window }: MemoryNeed): Promise<LlamaModel> {
    const { path, gpuLayers, signal } = this.#options;
    const { signal: leave } = this.#leave;
    return llama.loadModel({
      modelPath: path,
      gpuLayers: gpuLayers ?? { fitContext: { contextSize: window } },
      loadSignal: signal ? AbortSignal.any([leave, signal]) : leave,
      onLoadProgress: (share) => this.#tell({ state: "loading", share, memoryBytes: 0 }),
    });
  }

  async #openContext(model: LlamaModel, { window }: MemoryNeed, sequences: number): Promise<LlamaContext> {
    const { kv, threads } = this.#options;
    const max = this.#window ?? window;
    const type = kv && ggmlName(kv);
    return model.createContext({
      // Where a GPU has less room than was thought, the first one settles for less, and the others are as large as it.
      contextSize: this.#window ?? { min: Math.min(leastWindow, max), max },
      sequences,
      threads,
      // Without it a model with a sliding window would have to evaluate a conversation anew when it goes on.
      swaFullCache: true,
      ...(type ? { experimentalKvCacheKeyType: type, experimentalKvCacheValueType: type, flashAttention: true } : {}),
    });
  }

  #failure(cause: unknown): SagentError {
    if (this.#leave.signal.aborted || this.#options.signal?.aborted) return new AbortedError();
    if (cause instanceof SagentError) return cause;
    const why = messageOf(cause);
    return new LocalModelError(`The model ${this.#options.path} could not be loaded: ${why}`, {
      hint: "Check that it is a whole GGUF file and fits the free memory, or choose a smaller model.",
      cause,
    });
  }

  #tell(news: Omit<WeightsLoad, "name">): void {
    this.#options.onLoad?.({ name: this.#options.name, ...news });
  }
}

const leastWindow = 512;
