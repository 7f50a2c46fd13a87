/** The embedded model: GGUF weights in this process, on llama.cpp through node-llama-cpp. */
import { readFile } from "node:fs/promises";
import type { Llama } from "node-llama-cpp";
import { LocalModelError, UsageError } from "../../agent/error.ts";
import type { Model, Provider } from "../../agent/model.ts";
import { usualWindow } from "./facts.ts";
import { createModel } from "./model.ts";
import { knownAt } from "./models.ts";
import { type PullOptions, pullModel } from "./pull.ts";
import { findRef, type LocalRef, writeRef } from "./ref.ts";
import { devices, type KvType, type LlamaDevice, type RefOptions } from "./ref-options.ts";
import { freeProcessors, startLlama } from "./runtime.ts";
import { Weights, type WeightsLoad } from "./weights.ts";

export type { WeightsLoad } from "./weights.ts";

/** What a reference says behind its `?` goes before what stands here. */
export interface LocalOptions extends PullOptions {
  /** What `model()` without a name means: any reference that `readRef` reads. */
  readonly model?: string;
  /** Upper bound of the window, in tokens; 16,384 where absent. */
  readonly contextSize?: number;
  /** Threads that evaluate; one for each processor that nothing else keeps busy where absent. */
  readonly threads?: number;
  /** A chat template (Jinja) in place of the model's own. */
  readonly chatTemplate?: string;
  /** Makes sampling repeatable. */
  readonly seed?: number;
  /** Where absent, the best that llama.cpp finds. */
  readonly device?: LlamaDevice;
  /** Layers that go to the GPU; as many as fit where absent. */
  readonly gpuLayers?: number;
  /** Type of the cache of keys and values; `f16` where absent. */
  readonly kv?: KvType;
  /** Conversations that one load of weights keeps evaluated at most; 8 where absent. Others take turns with them. */
  readonly sequences?: number;
  /** All the memory that one load of weights may take, conversations included; what is free where absent. */
  readonly memoryBytes?: number;
  /** Unloads weights that were not used for so long, in ms; the next call loads them again. Half an hour where absent; 0 never does. */
  readonly idleMs?: number;
  /** Told when weights begin to load, how far they are, what came of it, and when they are unloaded. */
  readonly onLoad?: (load: WeightsLoad) => void;
}

const defaultSequences = 8;
const defaultIdleMs = 30 * 60_000;

/** The provider `local`. Weights load on the first `model()` and are shared by all models of the same file. */
export function createLocal(options: LocalOptions = {}): Provider {
  const llamas = new Map<LlamaDevice, Promise<Llama>>();
  const loads = new Map<string, Weights>();
  const open = new Set<Model>();
  const freeThreads = freeProcessors();

  const weightsFor = (path: string, name: string, told: RefOptions): Weights => {
    const { device = "auto", threads = freeThreads, ctx, kv, gpuLayers } = { ...fromOptions(options), ...told };
    if (!isLlamaDevice(device)) throw new UsageError(`llama.cpp does not run on ${device}.`);
    const key = JSON.stringify([path, device, threads, ctx, kv, gpuLayers]);
    const llama = () => {
      const started = llamas.get(device) ?? startLlama(device, threads);
      llamas.set(device, started);
      return started;
    };
    const { memoryBytes, signal, onLoad, idleMs = defaultIdleMs, sequences = defaultSequences } = options;
    const window = ctx ?? usualWindow;
    const shared = { name, path, llama, window, threads, kv, gpuLayers, sequences };
    const weights = loads.get(key) ?? new Weights({ ...shared, memoryBytes, idleMs, signal, onLoad });
    loads.set(key, weights);
    return weights;
  };
  const close = async () => {
    await Promise.all([...open].map((model) => model.close()));
    await Promise.all([...loads.values()].map((weights) => weights[Symbol.asyncDispose]()));
    loads.clear();
    // What failed to start has nothing to dispose of.
    await Promise.allSettled([...llamas.values()].map(async (started) => (await started).dispose()));
    llamas.clear();
  };
  return {
    name: "local",
    async model(wanted) {
      const asked = wanted ?? options.model;
      const ref = asked === undefined ? undefined : await findRef(asked);
      if (ref?.engine === "onnx") throw new UsageError(`${asked} is no model for llama.cpp.`);
      const path = await pullModel(asked, options);
      const id = idOf(path, ref);
      const { template, seed = options.seed, ...told } = ref?.options ?? {};
      const model = await createModel(weightsFor(path, id, told), {
        id,
        seed,
        template: template === undefined ? options.chatTemplate : await readTemplate(template),
        onClose: () => open.delete(model),
      });
      open.add(model);
      return model;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function fromOptions({ contextSize, device, threads, kv, gpuLayers }: LocalOptions): RefOptions {
  return {
    ...(contextSize === undefined ? {} : { ctx: contextSize }),
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    ...(kv === undefined ? {} : { kv }),
    ...(gpuLayers === undefined ? {} : { gpuLayers }),
  };
}

function isLlamaDevice(device: string): device is LlamaDevice {
  return (devices.llama as readonly string[]).includes(device);
}

/** What leads to the same model again: weights and options as they were asked for, a path as it is. */
function idOf(path: string, ref: LocalRef | undefined): string {
  const { weights = { type: "path", path }, options = {} } = ref ?? {};
  const model = knownAt(path);
  const here = model ? ({ type: "known", model } as const) : ({ type: "path", path } as const);
  return writeRef({ engine: "llama", weights: weights.type === "path" ? here : weights, options });
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new LocalModelError(
      `The chat template ${path} could not be read: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}
