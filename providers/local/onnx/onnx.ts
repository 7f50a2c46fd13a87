/** Models in ONNX files, in this process, on onnxruntime through transformers.js. */
import { readFile } from "node:fs/promises";
import { AbortedError, LocalModelError, ModelNotFoundError, messageOf, UsageError } from "../../../agent/error.ts";
import type { Model, Provider } from "../../../agent/model.ts";
import { markUsed } from "../in-use.ts";
import type { WeightsLoad } from "../llama.ts";
import type { PullOptions } from "../pull.ts";
import { findRef, type LocalRef, type Weights as Where, writeRef } from "../ref.ts";
import { type Dtype, devices, type OnnxDevice, type RefOptions } from "../ref-options.ts";
import { freeProcessors } from "../runtime.ts";
import { devicesFor, isGpu } from "./device.ts";
import { chooseType, readFolder, sizeOfType } from "./files.ts";
import { createGrammars, type Grammars } from "./grammars.ts";
import { type LoadOptions, loadLibrary, loadModel } from "./load.ts";
import { fitWindow } from "./memory.ts";
import { createModel } from "./model.ts";
import { pullOnnx } from "./pull.ts";
import { createWeights, type Loaded, type Weights } from "./weights.ts";
import { createWords, type Words } from "./words.ts";

/** What a reference says behind its `?` goes before what stands here. */
export interface OnnxOptions extends PullOptions {
  /** What `model()` without a name means: `onnx:` and a folder or `hf:user/repo`. */
  readonly model?: string;
  /** Upper bound of the window, in tokens; 16,384 where absent. */
  readonly contextSize?: number;
  /** Threads that evaluate; one for each processor that nothing else keeps busy where absent. */
  readonly threads?: number;
  /** A chat template (Jinja) in place of the model's own. */
  readonly chatTemplate?: string;
  /** Makes sampling repeatable. */
  readonly seed?: number;
  /** Where absent, WebGPU if there is a GPU, else the processor. */
  readonly device?: OnnxDevice;
  /** Where absent, the best for the device of those that there are. */
  readonly dtype?: Dtype;
  /** All the memory that one model may take; what is free where absent. */
  readonly memoryBytes?: number;
  /** Unloads weights that were not used for so long, in ms; the next call loads them again. Never where absent. */
  readonly idleMs?: number;
  /** Told when weights begin to load, what came of it, and when they are unloaded. */
  readonly onLoad?: (load: WeightsLoad) => void;
}

/** What models of the same weights share. */
interface Shared {
  readonly weights: Weights;
  readonly words: Words;
  readonly grammars: Grammars;
  readonly window: number;
}

/** The provider `local` for ONNX models. Weights load on the first `model()` and are shared by all models of the same files. */
export function createOnnx(options: OnnxOptions = {}): Provider {
  const shared = new Map<string, Promise<Shared>>();
  const open = new Set<Model>();
  const close = async () => {
    await Promise.all([...open].map((model) => model.close()));
    const all = await Promise.allSettled(shared.values());
    shared.clear();
    for (const each of all) {
      if (each.status !== "fulfilled") continue;
      each.value.grammars[Symbol.dispose]();
      await each.value.weights.unload();
    }
  };
  const share = (where: Where, told: RefOptions, name: string): Promise<Shared> => {
    const key = JSON.stringify([where, told]);
    const known = shared.get(key) ?? prepare(where, told, name, options);
    shared.set(key, known);
    known.catch(() => shared.delete(key));
    return known;
  };
  return {
    name: "local",
    async model(wanted) {
      const ref = await readOnnxRef(wanted ?? options.model);
      const { template, seed = options.seed, ...told } = ref.options;
      const id = writeRef(ref);
      const parts = await share(ref.weights, { ...fromOptions(options), ...told }, id);
      const model: Model = await createModel({
        ...parts,
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

async function readOnnxRef(wanted: string | undefined): Promise<LocalRef> {
  const ref = wanted === undefined ? undefined : await findRef(wanted);
  if (ref?.engine === "onnx") return ref;
  throw new ModelNotFoundError({ model: wanted ?? "default", provider: "onnx" });
}

/** Fetches the files if need be, checks that they fit, and loads the weights for the first time. */
async function prepare(where: Where, told: RefOptions, name: string, options: OnnxOptions): Promise<Shared> {
  const { device = "auto", dtype, ctx, threads = freeProcessors() } = told;
  if (!isOnnxDevice(device)) throw new UsageError(`onnxruntime does not run on ${device}.`);
  const tried = devicesFor(device);
  const files = await readFolder(await pullOnnx(where, { ...options, dtype, gpu: tried.some(isGpu) }));
  const { folder, config, types } = files;
  const attempts = tried.map((each) => ({ device: each, type: chooseType(folder, types, dtype, isGpu(each)) }));
  const sizes = await Promise.all(attempts.map(({ type }) => sizeOfType(folder, type)));
  const weightsBytes = Math.max(...sizes);
  const { memoryBytes, idleMs, onLoad, signal } = options;
  const window = fitWindow({ name: folder, weightsBytes, config, window: ctx, memoryBytes });
  const tell = (news: Omit<WeightsLoad, "name">) => onLoad?.({ name, ...news });
  const loading = { folder, attempts, threads };
  const weights = createWeights(() => load(loading, { memoryBytes: weightsBytes, tell, signal }), idleMs);
  const { PreTrainedTokenizer } = await loadLibrary();
  const words = createWords(PreTrainedTokenizer, {
    json: files.tokenizer,
    config: files.tokenizerConfig,
    template: files.template,
    ends: files.ends,
    scored: config.vocab_size,
  });
  await weights.step(async () => {});
  return { weights, words, grammars: createGrammars(words), window };
}

interface Telling {
  readonly memoryBytes: number;
  readonly tell: (news: Omit<WeightsLoad, "name">) => void;
  readonly signal: AbortSignal | undefined;
}

/** onnxruntime loads in one go; a wish to stop counts before and after. */
async function load(options: LoadOptions, { memoryBytes, tell, signal }: Telling): Promise<Loaded> {
  if (signal?.aborted) throw new AbortedError();
  tell({ state: "loading", memoryBytes: 0 });
  const mark = await markUsed(options.folder);
  try {
    const { runner, dispose } = await loadModel(options);
    if (signal?.aborted) {
      await dispose();
      throw new AbortedError();
    }
    tell({ state: "loaded", memoryBytes });
    const end = async () => {
      await dispose();
      mark[Symbol.dispose]();
      tell({ state: "unloaded", memoryBytes: 0 });
    };
    return { runner, dispose: end };
  } catch (error) {
    mark[Symbol.dispose]();
    tell({ state: "failed", memoryBytes: 0, error });
    throw error;
  }
}

function fromOptions({ contextSize, device, threads, dtype }: OnnxOptions): RefOptions {
  return {
    ...(contextSize === undefined ? {} : { ctx: contextSize }),
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
    ...(dtype === undefined ? {} : { dtype }),
  };
}

function isOnnxDevice(device: string): device is OnnxDevice {
  return (devices.onnx as readonly string[]).includes(device);
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = messageOf(cause);
    throw new LocalModelError(`The chat template ${path} could not be read: ${why}`, { cause });
  }
}
