/** How much memory a model asks for, told from its file before any of it is loaded. Sizes in bytes. */
import { freemem } from "node:os";
import type { GgufInsights, Llama } from "node-llama-cpp";
import { LocalModelError } from "../../agent/error.ts";
import type { KvType } from "./ref-options.ts";

export interface MemoryNeed {
  readonly weightsBytes: number;
  /** The largest window, in tokens, up to what the model was trained on, what was asked for, and what fits. */
  readonly window: number;
}

export interface MemoryOptions {
  readonly window: number;
  readonly kv: KvType | undefined;
  /** All that the model may take; what is free where absent. */
  readonly memoryBytes: number | undefined;
}

/** Below this a window is of no use; less memory than it needs is an error. */
const leastWindow = 2048;

/** Throws `LocalModelError`, with what is needed and what is free, where not even a small window fits. */
export async function measureNeed(llama: Llama, path: string, options: MemoryOptions): Promise<MemoryNeed> {
  const { GgufInsights, readGgufFileInfo } = await import("node-llama-cpp");
  const insights = await GgufInsights.from(await readGgufFileInfo(path), llama);
  const free = Math.min(options.memoryBytes ?? Infinity, await freeBytes(llama));
  const weightsBytes = insights.modelSize;
  const wanted = Math.min(options.window, insights.trainContextSize ?? options.window);
  const conversation = { window: wanted, sequences: 1, kv: options.kv };
  if (weightsBytes + (await mostBytes(insights, conversation)) <= free) return { weightsBytes, window: wanted };
  for (let window = wanted; ; window = Math.max(Math.floor(window * 0.8), Math.min(wanted, leastWindow))) {
    const bytes = await contextBytes(insights, { ...conversation, window });
    if (weightsBytes + bytes <= free) return { weightsBytes, window };
    if (window <= leastWindow) throw tooLarge(path, { weightsBytes, contextBytes: bytes, window, free });
  }
}

export interface Conversations {
  readonly window: number;
  readonly sequences: number;
  readonly kv: KvType | undefined;
}

/** Caches and buffers of conversations, to the byte. The first time it costs as much as half a load. */
export async function contextBytes(insights: GgufInsights, conversations: Conversations): Promise<number> {
  const { cpuRam, gpuVram } = await insights.estimateContextResourceRequirementsV2(await requirements(conversations));
  return cpuRam + gpuVram;
}

/** As `contextBytes`, at once, and rather too much: enough to know that there is plenty. */
export async function mostBytes(insights: GgufInsights, conversations: Conversations): Promise<number> {
  const { cpuRam, gpuVram } = insights.estimateContextResourceRequirements(await requirements(conversations));
  return cpuRam + gpuVram;
}

async function requirements({ window, sequences, kv }: Conversations) {
  const { GgmlType } = await import("node-llama-cpp");
  const type = kv && GgmlType[ggmlName(kv)];
  return {
    contextSize: window,
    sequences,
    modelGpuLayers: 0,
    swaFullCache: true,
    ...(type === undefined ? {} : { kvCacheKeyType: type, kvCacheValueType: type }),
  };
}

/** Memory that a model could still take, that of a GPU included. */
export async function freeBytes(llama: Llama): Promise<number> {
  const { free, unifiedSize } = await llama.getVramState();
  return freemem() + (llama.gpu !== false && unifiedSize === 0 ? free : 0);
}

/** The name of a type in llama.cpp's own spelling. */
export const ggmlName = (kv: KvType) => kv.toUpperCase() as Uppercase<KvType>;

function tooLarge(
  path: string,
  { weightsBytes, contextBytes, window, free }: Record<"weightsBytes" | "contextBytes" | "window" | "free", number>,
): LocalModelError {
  const parts = `${size(weightsBytes)} for its weights and ${size(contextBytes)} for a conversation of ${window} tokens`;
  return new LocalModelError(
    `The model ${path} needs ${size(weightsBytes + contextBytes)} of memory (${parts}), and ${size(free)} are free.`,
    { hint: "Free some memory, choose a smaller model or a smaller quantisation, or keep less for a token: ?kv=q8_0." },
  );
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
