/** What lies in the folder of an ONNX model, in the layout that transformers.js expects, and which file to load. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LocalModelError } from "../../../agent/error.ts";
import { type Dtype, dtypes } from "../ref-options.ts";
import type { TokenizerConfig, TokenizerJson } from "./words.ts";

/** How the file of each type is named: `onnx/model<suffix>.onnx`. */
export const suffixes: Readonly<Record<Dtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
  q2: "_q2",
  q2f16: "_q2f16",
  q1: "_q1",
  q1f16: "_q1f16",
};

const whole = z.number().int().positive();
const ends = z.union([z.number(), z.array(z.number())]).nullish();

/** What is read of `config.json`; models of more than text keep the language model's part in `text_config`. */
const textConfig = z.object({
  model_type: z.string().optional(),
  max_position_embeddings: whole.optional(),
  num_hidden_layers: whole,
  num_attention_heads: whole,
  num_key_value_heads: whole.optional(),
  head_dim: whole.nullish(),
  hidden_size: whole,
  vocab_size: whole,
  eos_token_id: ends,
});
const configFile = z.union([
  z.object({ text_config: textConfig }).transform((config) => config.text_config),
  textConfig,
]);
export type OnnxConfig = z.infer<typeof configFile>;

export interface OnnxFolder {
  readonly folder: string;
  readonly config: OnnxConfig;
  /** Tokens that end an answer, by the configuration. */
  readonly ends: readonly number[];
  readonly tokenizer: TokenizerJson;
  readonly tokenizerConfig: TokenizerConfig;
  readonly template: string | undefined;
  /** The types that there are files of. */
  readonly types: ReadonlySet<Dtype>;
}

/** Throws `LocalModelError` that says what is missing or cannot be read. */
export async function readFolder(folder: string): Promise<OnnxFolder> {
  const files = await readdir(join(folder, "onnx")).catch(() => undefined);
  if (!files) throw notThere(folder, "It has no folder onnx/.");
  const config = configFile.safeParse(await readJson(folder, "config.json"));
  if (!config.success)
    throw notThere(folder, `Its config.json is none of a language model: ${z.prettifyError(config.error)}`);
  const generation = z.object({ eos_token_id: ends }).safeParse(await readJson(folder, "generation_config.json", {}));
  return {
    folder,
    config: config.data,
    ends: [generation.data?.eos_token_id, config.data.eos_token_id].flat().filter((end) => typeof end === "number"),
    // Their parts are checked by the tokenizer that is made of them.
    tokenizer: (await readJson(folder, "tokenizer.json")) as TokenizerJson,
    tokenizerConfig: (await readJson(folder, "tokenizer_config.json", {})) as TokenizerConfig,
    template: await readFile(join(folder, "chat_template.jinja"), "utf8").catch(() => undefined),
    types: typesOf(files),
  };
}

/** The types whose file is among these. */
export function typesOf(files: readonly string[]): Set<Dtype> {
  return new Set(dtypes.filter((type) => files.includes(`model${suffixes[type]}.onnx`)));
}

/** Small types first; a GPU would rather have half floats, and a processor cannot count with them. */
const onGpu: readonly Dtype[] = [
  "q4f16",
  "q4",
  "fp16",
  "fp32",
  "q8",
  "int8",
  "uint8",
  "bnb4",
  "q2f16",
  "q2",
  "q1f16",
  "q1",
];
const onCpu: readonly Dtype[] = [
  "q4",
  "q8",
  "int8",
  "uint8",
  "bnb4",
  "fp32",
  "q4f16",
  "fp16",
  "q2",
  "q2f16",
  "q1",
  "q1f16",
];

/** The type to load: the wanted one, or the best for the device. Throws `LocalModelError` with those there are. */
export function chooseType(name: string, types: ReadonlySet<Dtype>, wanted: Dtype | undefined, gpu: boolean): Dtype {
  const chosen = wanted ?? (gpu ? onGpu : onCpu).find((type) => types.has(type));
  if (chosen !== undefined && types.has(chosen)) return chosen;
  const there = [...types].map((type) => `${type} (onnx/model${suffixes[type]}.onnx)`).join(", ");
  throw new LocalModelError(
    wanted === undefined
      ? `The folder onnx/ of ${name} has no file of a language model.`
      : `The model ${name} is not there as ${wanted}: it has no file onnx/model${suffixes[wanted]}.onnx.`,
    {
      hint: there
        ? `There is: ${there}.`
        : "The file is named model.onnx, model_q4.onnx, model_quantized.onnx or the like.",
    },
  );
}

/** Bytes of a type's file and of the data that lies beside it. */
export async function sizeOfType(folder: string, type: Dtype): Promise<number> {
  const file = `model${suffixes[type]}.onnx`;
  const names = (await readdir(join(folder, "onnx"))).filter(
    (name) => name === file || name.startsWith(`${file}_data`),
  );
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, "onnx", name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readJson(folder: string, file: string, otherwise?: object): Promise<unknown> {
  const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
  if (text === undefined && otherwise) return otherwise;
  if (text === undefined) throw notThere(folder, `It has no ${file}.`);
  try {
    return JSON.parse(text);
  } catch {
    throw notThere(folder, `Its ${file} is not JSON.`);
  }
}

function notThere(folder: string, why: string): LocalModelError {
  return new LocalModelError(`There is no ONNX model at ${folder}. ${why}`, {
    hint: "Give a folder with config.json, tokenizer.json and onnx/model*.onnx, or hf:user/repo.",
  });
}
