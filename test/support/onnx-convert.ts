/** Makes an ONNX model, laid out as transformers.js expects, of a llama model in a GGUF file with `Q4_1` weights. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type GgufFileInfo, type GgufTensorInfo, readGgufFileInfo } from "node-llama-cpp";
import { z } from "zod";
import { type LlamaShape, llamaGraph } from "./onnx-llama.ts";
import { type Weight, writeModel } from "./onnx-proto.ts";
import { eightBits, fourBits } from "./onnx-quant.ts";
import { type GgufTokenizer, tokenizerConfig, tokenizerJson } from "./onnx-tokenizer.ts";

/** What the metadata of a GGUF file says, as far as the conversion goes by it. */
const ggufMetadata = z.object({
  llama: z.object({
    block_count: z.number(),
    context_length: z.number(),
    embedding_length: z.number(),
    feed_forward_length: z.number(),
    vocab_size: z.number(),
    attention: z.object({
      head_count: z.number(),
      head_count_kv: z.number(),
      layer_norm_rms_epsilon: z.number(),
    }),
    rope: z.object({ freq_base: z.number(), dimension_count: z.number() }),
  }),
  tokenizer: z.object({
    chat_template: z.string(),
    ggml: z.object({
      pre: z.literal("smollm"),
      tokens: z.array(z.string()),
      merges: z.array(z.string()),
      token_type: z.array(z.coerce.number()),
      bos_token_id: z.number(),
      eos_token_id: z.number(),
    }),
  }),
});

/** Writes the folder `to`: the model with 4-bit weights, its configuration and its tokenizer. */
export async function convertGguf(path: string, to: string): Promise<void> {
  const info = await readGgufFileInfo(path, { logWarnings: false });
  const metadata = ggufMetadata.parse(info.metadata);
  const weights = await readWeights(path, info);
  await writeOnnx(to, { shape: shapeOf(metadata), tokenizer: tokenizerOf(metadata), weights });
}

/** The tokenizer of a model in a GGUF file. */
export async function readTokenizer(path: string): Promise<GgufTokenizer> {
  const { metadata } = await readGgufFileInfo(path, { logWarnings: false });
  return tokenizerOf(ggufMetadata.parse(metadata));
}

export interface OnnxParts {
  readonly shape: LlamaShape;
  readonly tokenizer: GgufTokenizer;
  /** By the names of a GGUF file. */
  readonly weights: readonly Weight[];
}

/** Writes the folder `to` as transformers.js expects it. */
export async function writeOnnx(to: string, { shape, tokenizer, weights }: OnnxParts): Promise<void> {
  await mkdir(join(to, "onnx"), { recursive: true });
  await Bun.write(join(to, "onnx", "model_q4.onnx"), writeModel(llamaGraph(shape, weights)));
  const ends = { bos_token_id: tokenizer.bos, eos_token_id: tokenizer.eos, pad_token_id: tokenizer.eos };
  const files = {
    "config.json": { ...configOf(shape), ...ends },
    "generation_config.json": ends,
    "tokenizer.json": tokenizerJson(tokenizer),
    "tokenizer_config.json": tokenizerConfig(tokenizer),
  };
  for (const [name, content] of Object.entries(files)) await Bun.write(join(to, name), JSON.stringify(content));
}

type Metadata = z.infer<typeof ggufMetadata>;

function shapeOf({ llama }: Metadata): LlamaShape {
  return {
    layers: llama.block_count,
    width: llama.embedding_length,
    inner: llama.feed_forward_length,
    heads: llama.attention.head_count,
    kvHeads: llama.attention.head_count_kv,
    headSize: llama.rope.dimension_count,
    vocabulary: llama.vocab_size,
    window: llama.context_length,
    epsilon: llama.attention.layer_norm_rms_epsilon,
    ropeBase: llama.rope.freq_base,
  };
}

function tokenizerOf({ tokenizer: { ggml, chat_template } }: Metadata): GgufTokenizer {
  const { tokens, merges, token_type: types, bos_token_id: bos, eos_token_id: eos } = ggml;
  return { tokens, merges, types, bos, eos, template: chat_template };
}

function configOf(shape: LlamaShape): object {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    hidden_size: shape.width,
    intermediate_size: shape.inner,
    max_position_embeddings: shape.window,
    num_attention_heads: shape.heads,
    num_hidden_layers: shape.layers,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.headSize,
    rms_norm_eps: shape.epsilon,
    rope_theta: shape.ropeBase,
    tie_word_embeddings: true,
    use_cache: true,
    vocab_size: shape.vocabulary,
  };
}

async function readWeights(path: string, { fullTensorInfo = [] }: GgufFileInfo): Promise<Weight[]> {
  const file = await Bun.file(path).bytes();
  return fullTensorInfo.flatMap((tensor) => readWeight(tensor, file));
}

/** `GGML_TYPE_*` of ggml, and the bytes of one block of 32. */
const float32 = 0;
const q4 = { type: 3, bytes: 20 };
const q8 = { type: 8, bytes: 34 };

/** GGUF counts the dimensions from the innermost out. */
function readWeight({ name, dimensions, ggmlType, fileOffset }: GgufTensorInfo, file: Uint8Array): Weight[] {
  const [columns = 0, rows = 1] = dimensions.map(Number);
  const at = Number(fileOffset);
  const bytes = (length: number) => file.slice(at, at + length);
  const blocks = (rows * columns) / 32;
  switch (Number(ggmlType)) {
    case float32:
      return [{ name, type: "float", dims: [columns], bytes: bytes(columns * 4) }];
    case q4.type:
      return fourBits({ name, rows, columns, bytes: bytes(blocks * q4.bytes) });
    case q8.type:
      return eightBits({ name, rows, columns, bytes: bytes(blocks * q8.bytes) });
    default:
      throw new Error(`${name} has weights of the type ${ggmlType}, which the conversion does not know`);
  }
}
