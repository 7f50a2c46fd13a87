/** What may stand behind the `?` of a reference to a local model. */
import { UsageError } from "../../agent/error.ts";
import type { Engine } from "./ref.ts";

export const devices = {
  llama: ["auto", "cpu", "cuda", "vulkan", "metal"],
  onnx: ["auto", "cpu", "cuda", "webgpu", "wasm", "dml", "coreml"],
} as const;
export type LlamaDevice = (typeof devices.llama)[number];
export type OnnxDevice = (typeof devices.onnx)[number];
export const dtypes = [
  "fp32",
  "fp16",
  "q8",
  "int8",
  "uint8",
  "q4",
  "q4f16",
  "bnb4",
  "q2",
  "q2f16",
  "q1",
  "q1f16",
] as const;
export type Dtype = (typeof dtypes)[number];
/** Types of the cache of keys and values that llama.cpp knows; smaller ones need less memory for a window. */
export const kvTypes = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"] as const;
export type KvType = (typeof kvTypes)[number];

export interface RefOptions {
  /** Which of a repository's GGUF files, such as `Q4_K_M`. */
  readonly quant?: string;
  /** One of the engine's own; `auto` where absent. */
  readonly device?: LlamaDevice | OnnxDevice;
  readonly dtype?: Dtype;
  /** Window, in tokens. */
  readonly ctx?: number;
  readonly gpuLayers?: number;
  readonly kv?: KvType;
  /** Path of a file with a chat template (Jinja) in place of the model's own. */
  readonly template?: string;
  readonly threads?: number;
  readonly seed?: number;
}

type Name = keyof RefOptions;
type Read = { readonly wants: string; readonly read: (text: string) => string | number | undefined };

const oneOf = (words: readonly string[]): Read => ({
  wants: `one of ${words.join(", ")}`,
  read: (text) => words.find((word) => word === text.toLowerCase()),
});
const whole = (least: number, most: number): Read => ({
  wants: `a whole number from ${least} to ${most}`,
  read: (text) => (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined),
});

const shared = {
  ctx: whole(256, 10_000_000),
  template: { wants: "the path of a file", read: (text) => text || undefined },
  threads: whole(1, 1024),
  seed: whole(0, 2 ** 32 - 1),
} satisfies Partial<Record<Name, Read>>;

const readers: Record<Engine, Partial<Record<Name, Read>>> = {
  llama: {
    quant: { wants: "a name such as Q4_K_M", read: (text) => (/^\w[\w.-]*$/.test(text) ? text : undefined) },
    device: oneOf(devices.llama),
    gpuLayers: whole(0, 100_000),
    kv: oneOf(kvTypes),
    ...shared,
  },
  onnx: { device: oneOf(devices.onnx), dtype: oneOf(dtypes), ...shared },
};

/** Reads `name=value&name=value`. Throws `UsageError` for a name that is unknown or there twice, and for a value that does not fit. */
export function readOptions(text: string, engine: Engine): RefOptions {
  const found = new Map<string, string | number>();
  for (const pair of text.split("&")) {
    const [name = "", ...rest] = pair.split("=");
    const reader = Object.hasOwn(readers[engine], name) ? readers[engine][name as Name] : undefined;
    if (!reader) throw refused(`"${name}" is no option of a reference to a local model`, engine);
    if (found.has(name)) throw refused(`The option ${name} is given twice`, engine);
    const value = reader.read(decode(rest.join("=")));
    if (value === undefined) throw refused(`The option ${name} wants ${reader.wants}`, engine);
    found.set(name, value);
  }
  return Object.fromEntries(found);
}

/** The same options as text again, in a fixed order; empty where there are none. */
export function writeOptions(options: RefOptions): string {
  const pairs = Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map(([name, value]) => `${name}=${String(value).replace(/[%&#?]/g, encodeURIComponent)}`).join("&");
}

function refused(sentence: string, engine: Engine): UsageError {
  const names = Object.keys(readers[engine]).join(", ");
  return new UsageError(`${sentence}.`, {
    hint: `${engine} takes ${names}, behind a "?" and joined by "&": ?device=cpu&ctx=8192.`,
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
