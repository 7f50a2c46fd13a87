/** The embedded model: GGUF weights in this process, on llama.cpp through node-llama-cpp. */
import { availableParallelism, loadavg } from "node:os";
import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import { LocalModelError } from "../../agent/error.ts";
import type { Model, ModelInfo, Provider } from "../../agent/model.ts";
import { attachmentNote } from "../neutral.ts";
import { createCall } from "./call.ts";
import { modelName } from "./models.ts";
import { type PullOptions, pullModel } from "./pull.ts";
import { type ChatTemplate, createTemplate } from "./template.ts";
import { readVocabulary } from "./vocabulary.ts";

export interface LocalOptions extends PullOptions {
  /** What `model()` without a name means: a path to a GGUF file or any name `pullModel` takes. */
  readonly model?: string;
  /** Upper bound of the window, in tokens; 16,384 where absent. */
  readonly contextSize?: number;
  /** Threads that evaluate; one for each processor that nothing else keeps busy where absent. */
  readonly threads?: number;
  /** A chat template (Jinja) in place of the model's own. */
  readonly chatTemplate?: string;
  /** Makes sampling repeatable. */
  readonly seed?: number;
  /** `false` keeps to the processor; a GPU that llama.cpp finds is used where absent. */
  readonly gpu?: false;
  /** Told when weights begin to load and what came of it. */
  readonly onLoad?: (load: WeightsLoad) => void;
}

export interface WeightsLoad {
  /** Leads to these weights again. */
  readonly name: string;
  readonly state: "loading" | "loaded" | "failed";
  /** That the weights take; 0 until they are there. */
  readonly memoryBytes: number;
  readonly error?: unknown;
}

const defaultWindow = 16_384;
const minWindow = 512;

/** The provider `local`. Weights load on the first `model()` and are shared by all models of the same file. */
export function createLocal(options: LocalOptions = {}): Provider {
  let llama: Promise<Llama> | undefined;
  const weights = new Map<string, Promise<LlamaModel>>();
  const open = new Set<Model>();
  const threads = options.threads ?? freeProcessors();

  const load = (path: string, name: string) => {
    const known = weights.get(path);
    if (known) return known;
    llama ??= startLlama(threads, options.gpu);
    const loaded = llama.then((started) => loadWeights(started, path));
    const tell = (news: Omit<WeightsLoad, "name">) => options.onLoad?.({ name, ...news });
    weights.set(path, loaded);
    tell({ state: "loading", memoryBytes: 0 });
    loaded.then(
      ({ size }) => tell({ state: "loaded", memoryBytes: size }),
      (error: unknown) => {
        weights.delete(path);
        tell({ state: "failed", memoryBytes: 0, error });
      },
    );
    return loaded;
  };
  const close = async () => {
    await Promise.all([...open].map((model) => model.close()));
    // What failed to load has nothing to dispose of.
    await Promise.allSettled([...weights.values()].map(async (loaded) => (await loaded).dispose()));
    weights.clear();
    const started = llama;
    llama = undefined;
    await started?.then(
      (running) => running.dispose(),
      () => {},
    );
  };
  return {
    name: "local",
    async model(wanted) {
      const name = wanted ?? options.model;
      const path = await pullModel(name, options);
      const id = modelName(path, name);
      const model: Model = await createModel(await load(path, id), {
        ...options,
        threads,
        id,
        onClose: () => open.delete(model),
      });
      open.add(model);
      return model;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Threads of one evaluation wait for each other at every step, so one that shares its processor holds up all of them: two
 * threads on a machine with one free processor were ten times slower than one.
 */
function freeProcessors(): number {
  const all = availableParallelism();
  const busy = Math.round(loadavg()[0] ?? 0);
  return Math.max(1, all - busy);
}

async function startLlama(threads: number, gpu: false | undefined): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await import("node-llama-cpp");
    return await getLlama({
      gpu: gpu ?? "auto",
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.disabled,
      maxThreads: threads,
    });
  } catch (cause) {
    throw new LocalModelError(`llama.cpp could not be started: ${words(cause)}`, {
      hint: "Reinstall the dependencies with their optional ones (bun install), or use a model in the cloud.",
      cause,
    });
  }
}

async function loadWeights(llama: Llama, path: string): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: path });
  } catch (cause) {
    throw new LocalModelError(`The model ${path} could not be loaded: ${words(cause)}`, {
      hint: "Check that it is a whole GGUF file and fits the free memory, or choose a smaller model.",
      cause,
    });
  }
}

interface ModelOptions extends LocalOptions {
  readonly id: string;
  readonly threads: number;
  readonly onClose: () => void;
}

/** A model has a context of its own, so that what it evaluated last time is there next time. Calls queue. */
async function createModel(weights: LlamaModel, options: ModelOptions): Promise<Model> {
  const template = await createTemplate(readVocabulary(weights), options.chatTemplate);
  const context = await createContext(weights, options);
  const info = infoOf(context, options.id, template);
  const call = createCall({ sequence: context.getSequence(), template, info, seed: options.seed });
  const estimateText = (text: string) => weights.tokenize(text).length;
  const leave = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;
  const close = () => {
    leave.abort();
    options.onClose();
    closed ??= last.then(() => context.dispose());
    return closed;
  };
  return {
    info,
    async *stream(request, signal) {
      const either = AbortSignal.any([signal, leave.signal]);
      const before = last;
      const mine = Promise.withResolvers<void>();
      last = before.then(() => mine.promise);
      try {
        await Promise.race([before, aborted(either)]);
        yield* call(request, either);
      } finally {
        mine.resolve();
      }
    },
    estimateText,
    estimateAttachment: (attachment) => estimateText(attachmentNote(attachment)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** The largest context up to what the model was trained on, what was asked for, and what fits the memory. */
async function createContext(weights: LlamaModel, { contextSize = defaultWindow, threads }: ModelOptions) {
  const max = Math.min(contextSize, weights.trainContextSize);
  try {
    return await weights.createContext({
      contextSize: { min: Math.min(minWindow, max), max },
      threads,
      // Without it a model with a sliding window would have to evaluate a conversation anew when it goes on.
      swaFullCache: true,
    });
  } catch (cause) {
    throw new LocalModelError(`There is not enough memory for a conversation with this model: ${words(cause)}`, {
      hint: "Free some memory or choose a smaller model.",
      cause,
    });
  }
}

function infoOf(context: LlamaContext, id: string, template: ChatTemplate): ModelInfo {
  const window = context.contextSize;
  const answer = Math.floor(window / 4);
  return {
    provider: "local",
    id,
    wireId: id,
    maxRequestTokens: window - Math.floor(window / 16),
    maxResponseTokens: answer,
    maxRequestBytes: 0,
    images: false,
    efforts: template.thinkingSwitch ? ["none", "medium"] : ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    tiers: ["auto"],
    cacheTtlSec: [0],
    prices: [{ tier: "auto", above: 0, input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 }],
    charsPerToken: 4,
    structured: true,
  };
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
