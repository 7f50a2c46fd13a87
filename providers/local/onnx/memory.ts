/** How much memory an ONNX model asks for, told from its files before any of it is loaded. Sizes in bytes. */
import { freemem } from "node:os";
import { LocalModelError } from "../../../agent/error.ts";
import { usualWindow } from "../facts.ts";
import type { OnnxConfig } from "./files.ts";

/** Onnxruntime keeps weights packed for the processor beside those of the file. */
const packing = 2;
/** The library, and what a step of a few hundred tokens needs. */
const baseBytes = 150e6;
/** Below this a window is of no use; less memory than it needs is an error. */
const leastWindow = 2048;

export interface MemoryQuestion {
  readonly name: string;
  readonly weightsBytes: number;
  readonly config: OnnxConfig;
  /** Upper bound of the window, in tokens; 16,384 where absent. */
  readonly window: number | undefined;
  /** All that the model may take; what is free where absent. */
  readonly memoryBytes: number | undefined;
}

/** The largest window up to what the model was trained on, what was asked for, and what fits. Throws `LocalModelError` where none does. */
export function fitWindow({ name, weightsBytes, config, window = usualWindow, memoryBytes }: MemoryQuestion): number {
  const free = Math.min(memoryBytes ?? Infinity, freemem());
  const wanted = Math.min(window, config.max_position_embeddings ?? window);
  const weights = needFor({ weightsBytes, config, window: 0 });
  const fits = Math.floor((free - weights) / bytesPerToken(config));
  const least = Math.min(wanted, leastWindow);
  if (fits >= least) return Math.min(wanted, fits);
  const conversation = least * bytesPerToken(config);
  throw new LocalModelError(
    `The model ${name} needs ${size(weights + conversation)} of memory (${size(weights)} for its weights and ${size(conversation)} for a conversation of ${least} tokens), and ${size(free)} are free.`,
    { hint: "Free some memory, or choose a smaller model or type, such as ?dtype=q4." },
  );
}

/** What a model takes with a conversation of so many tokens. */
export function needFor({
  weightsBytes,
  config,
  window,
}: Omit<MemoryQuestion, "name" | "memoryBytes" | "window"> & { readonly window: number }): number {
  return weightsBytes * packing + baseBytes + window * bytesPerToken(config);
}

/** Keys and values of one token in all layers, twice: a step writes them anew beside the old ones. */
function bytesPerToken(config: OnnxConfig): number {
  const heads = config.num_key_value_heads ?? config.num_attention_heads;
  const width = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  return 2 * config.num_hidden_layers * 2 * heads * width * 4;
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
