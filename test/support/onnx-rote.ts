/**
 * A model that says one sentence by rote, a hundredth of the size of the smallest real one, for places that are slow. Which token
 * comes next depends on the last one alone: random signs stand for each token, a token that leads on is a key of the
 * only layer, and what that answers is the next one's signs. Attention adds nothing.
 */

import { testModel } from "./local-model.ts";
import { must } from "./must.ts";
import { readTokenizer, writeOnnx } from "./onnx-convert.ts";
import type { LlamaShape } from "./onnx-llama.ts";
import { raw, type Weight } from "./onnx-proto.ts";
import { blockSize, eightBits, fourBits } from "./onnx-quant.ts";
import type { GgufTokenizer } from "./onnx-tokenizer.ts";

const shape = {
  layers: 1,
  width: 128,
  inner: blockSize,
  heads: 2,
  kvHeads: 1,
  headSize: 64,
  window: 4_096,
  epsilon: 1e-5,
  ropeBase: 10_000,
} satisfies Omit<LlamaShape, "vocabulary">;

/** How far a key opens its gate, and how loud what it leads to is beside the token itself. */
const opening = 4;
const loudness = 3;
/** Scores lie so close together that a call, where one is called for, is likelier than the sentence. */
const scale = 0.05;

/** Tokens that it knows: the first of SmolLM2's, and the pieces that they are made of. */
const vocabulary = 2_048;

/** `words` are tokens, the first behind a line feed; each is there once. With `forever`, the last one leads to the first. */
export interface Rote {
  readonly words: readonly string[];
  readonly forever?: boolean;
}

/** Writes the folder `to`. */
export async function writeRote(to: string, { words, forever = false }: Rote): Promise<void> {
  const tokenizer = firstTokens(await readTokenizer(await testModel()));
  const ids = new Map(tokenizer.tokens.map((text, token) => [text, token]));
  const id = (text: string) => must(ids.get(text.replace(" ", "Ġ")), `a token "${text}"`);
  const said = words.map(id);
  const end = forever ? must(said[0]) : tokenizer.eos;
  const chain = [id("Ċ"), ...said].map((token, at) => [token, said[at] ?? end] as const);
  const signs = randomSigns(vocabulary * shape.width);
  const signsOf = (token: number) => signs.subarray(token * shape.width, (token + 1) * shape.width);
  const nothing = (name: string, rows: number, columns: number) => quarters(name, rows, columns, () => 0);
  const key = (row: number, column: number, size: number) => {
    const [token] = chain[row] ?? [];
    return token === undefined ? 0 : (size / shape.width) * (signsOf(token)[column] ?? 0);
  };
  const answer = (row: number, at: number) => {
    const [, next] = chain[at] ?? [];
    return next === undefined ? 0 : (loudness / opening) * (signsOf(next)[row] ?? 0);
  };
  const { width, inner, heads, kvHeads, headSize } = shape;
  const weights = [
    ...eightBits(embeddings(signs)),
    norm("blk.0.attn_norm.weight", 1),
    norm("blk.0.ffn_norm.weight", 1),
    norm("output_norm.weight", scale),
    ...nothing("blk.0.attn_q.weight", heads * headSize, width),
    ...nothing("blk.0.attn_k.weight", kvHeads * headSize, width),
    ...nothing("blk.0.attn_v.weight", kvHeads * headSize, width),
    ...nothing("blk.0.attn_output.weight", width, heads * headSize),
    ...quarters("blk.0.ffn_gate.weight", inner, width, (row, column) => key(row, column, opening)),
    ...quarters("blk.0.ffn_up.weight", inner, width, (row, column) => key(row, column, 1)),
    ...quarters("blk.0.ffn_down.weight", width, inner, answer),
  ];
  await writeOnnx(to, { shape: { ...shape, vocabulary }, tokenizer, weights });
}

function firstTokens({ tokens, merges, types, ...rest }: GgufTokenizer): GgufTokenizer {
  const known = new Set(tokens.slice(0, vocabulary));
  const isKnown = (merge: string) => [...merge.split(" "), merge.replace(" ", "")].every((part) => known.has(part));
  return { ...rest, tokens: [...known], types: types.slice(0, vocabulary), merges: merges.filter(isKnown) };
}

const norm = (name: string, value: number): Weight => ({
  name,
  type: "float",
  dims: [shape.width],
  bytes: raw(new Float32Array(shape.width).fill(value)),
});

/** 1 and -1 by turns of xorshift (Marsaglia 2003), always the same. */
function randomSigns(count: number): Int8Array {
  let state = 2_463_534_242;
  return Int8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 1 ? 1 : -1;
  });
}

/** As `Q8_0` of GGUF has them, with a scale of 1. */
function embeddings(signs: Int8Array) {
  const bytes = new Uint8Array((signs.length / blockSize) * 34);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block * blockSize < signs.length; block++) {
    view.setFloat16(block * 34, 1, true);
    bytes.set(new Uint8Array(signs.buffer, block * blockSize, blockSize), block * 34 + 2);
  }
  return { name: "token_embd.weight", rows: signs.length / shape.width, columns: shape.width, bytes };
}

/** As `Q4_1` of GGUF has them. */
function quarters(
  name: string,
  rows: number,
  columns: number,
  valueAt: (row: number, column: number) => number,
): Weight[] {
  const perRow = columns / blockSize;
  const bytes = new Uint8Array(rows * perRow * 20);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < rows * perRow; block++) {
    const from = (block % perRow) * blockSize;
    const values = Array.from({ length: blockSize }, (_, each) => valueAt(Math.floor(block / perRow), from + each));
    const least = Math.min(...values);
    const step = (Math.max(...values) - least) / 15;
    view.setFloat16(block * 20, step, true);
    view.setFloat16(block * 20 + 2, least, true);
    const level = (each: number) => (step === 0 ? 0 : Math.round(((values[each] ?? 0) - least) / step));
    for (let each = 0; each < 16; each++) bytes[block * 20 + 4 + each] = level(each) | (level(each + 16) << 4);
  }
  return fourBits({ name, rows, columns, bytes });
}
