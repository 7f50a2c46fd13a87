/** The graph of a llama model as the exporters of onnxruntime write it, with the operators that it has for such models. */
import { type Attribute, type Graph, type Node, type Port, raw, type Weight } from "./onnx-proto.ts";
import { blockSize } from "./onnx-quant.ts";

export interface LlamaShape {
  readonly layers: number;
  readonly width: number;
  readonly inner: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly window: number;
  readonly epsilon: number;
  readonly ropeBase: number;
}

interface Builder {
  readonly nodes: Node[];
  readonly shape: LlamaShape;
}

/** `weights` have the names of the GGUF file; the words' vectors, 8 bits each, read the words and score the answer's. */
export function llamaGraph(shape: LlamaShape, weights: readonly Weight[]): Graph {
  const at: Builder = { nodes: [], shape };
  embed(at);
  counts(at);
  let sum = "words";
  for (let layer = 0; layer < shape.layers; layer++) sum = writeLayer(at, layer, sum);
  score(at, sum);
  const layers = Array.from({ length: shape.layers }, (_, layer) => layer);
  const cache = (prefix: string, length: string): Port[] =>
    layers.flatMap((layer) =>
      ["key", "value"].map((kind) => ({
        name: `${prefix}.${layer}.${kind}`,
        type: "float" as const,
        dims: ["batch_size", shape.kvHeads, length, shape.headSize],
      })),
    );
  return {
    nodes: at.nodes,
    weights: [...weights, ...ropeTables(shape), ...constants(shape)],
    inputs: [
      { name: "input_ids", type: "int64", dims: ["batch_size", "sequence_length"] },
      { name: "attention_mask", type: "int64", dims: ["batch_size", "total_sequence_length"] },
      { name: "num_logits_to_keep", type: "int64", dims: [] },
      ...cache("past_key_values", "past_sequence_length"),
    ],
    outputs: [
      { name: "logits", type: "float", dims: ["batch_size", "num_logits_to_keep", shape.vocabulary] },
      ...cache("present", "total_sequence_length"),
    ],
  };
}

function add({ nodes }: Builder, op: string, inputs: readonly string[], output: string, more: Partial<Node> = {}) {
  nodes.push({ op, inputs, outputs: [output], ...more });
  return output;
}

const own = "com.microsoft";

/** The vectors of the input's words, from the table that the answer is scored with. */
function embed(at: Builder): void {
  add(at, "Gather", ["token_embd.weight", "input_ids"], "words.bits");
  add(at, "Cast", ["words.bits"], "words.float", { attributes: { to: 1 } });
  add(at, "Sub", ["words.float", "middle"], "words.signed");
  add(at, "Gather", ["token_embd.weight.scale", "input_ids"], "words.scale");
  add(at, "Unsqueeze", ["words.scale", "last"], "words.scales");
  add(at, "Mul", ["words.signed", "words.scales"], "words.blocks");
  add(at, "Reshape", ["words.blocks", "wide"], "words");
}

/** How much came before, as attention wants to know it. */
function counts(at: Builder): void {
  add(at, "ReduceSum", ["attention_mask", "one"], "seen.mask", { attributes: { keepdims: 0 } });
  add(at, "Sub", ["seen.mask", "one"], "seen.last");
  add(at, "Cast", ["seen.last"], "seen", { attributes: { to: 6 } });
  add(at, "Shape", ["attention_mask"], "total.shape", { attributes: { start: 1, end: 2 } });
  add(at, "Squeeze", ["total.shape"], "total.long");
  add(at, "Cast", ["total.long"], "total", { attributes: { to: 6 } });
}

function writeLayer(at: Builder, layer: number, sum: string): string {
  const { width, inner, heads, kvHeads, headSize, epsilon } = at.shape;
  const name = (part: string) => `blk.${layer}.${part}`;
  const normed = norm(at, name("attn_norm"), sum);
  const q = matMul(at, name("attn_q"), normed, heads * headSize, width);
  const k = matMul(at, name("attn_k"), normed, kvHeads * headSize, width);
  const v = matMul(at, name("attn_v"), normed, kvHeads * headSize, width);
  const past = ["key", "value"].map((kind) => `past_key_values.${layer}.${kind}`);
  const present = ["key", "value"].map((kind) => `present.${layer}.${kind}`);
  at.nodes.push({
    op: "GroupQueryAttention",
    domain: own,
    inputs: [q, k, v, ...past, "seen", "total", "rope.cos", "rope.sin"],
    outputs: [name("attended"), ...present],
    // llama.cpp turns neighbours, so the rows of a GGUF file are in that order.
    attributes: { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1, rotary_interleaved: 1 },
  });
  const out = matMul(at, name("attn_output"), name("attended"), width, heads * headSize);
  const middle = add(at, "Add", [sum, out], name("middle"));
  const fed = norm(at, name("ffn_norm"), middle, epsilon);
  const gate = matMul(at, name("ffn_gate"), fed, inner, width);
  const up = matMul(at, name("ffn_up"), fed, inner, width);
  add(at, "Sigmoid", [gate], name("open"));
  add(at, "Mul", [gate, name("open")], name("gated"));
  add(at, "Mul", [name("gated"), up], name("fed"));
  const down = matMul(at, name("ffn_down"), name("fed"), width, inner);
  return add(at, "Add", [middle, down], name("sum"));
}

function score(at: Builder, sum: string): void {
  const normed = norm(at, "output_norm", sum);
  add(at, "Neg", ["num_logits_to_keep"], "keep.from");
  add(at, "Reshape", ["keep.from", "flat"], "keep.start");
  add(at, "Slice", [normed, "keep.start", "end", "one"], "kept");
  const inputs = ["kept", "token_embd.weight", "token_embd.weight.scale"];
  add(at, "MatMulNBits", inputs, "logits", multiply(at.shape.vocabulary, at.shape.width, 8));
}

function norm(at: Builder, name: string, input: string, epsilon = at.shape.epsilon): string {
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  return add(at, "SimplifiedLayerNormalization", [input, `${name}.weight`], name, { attributes });
}

/** The product with 4-bit weights, in the two parts that `fourBits` makes of them. */
function matMul(at: Builder, name: string, input: string, rows: number, columns: number): string {
  const weight = `${name}.weight`;
  const even = add(at, "MatMulNBits", [input, weight, `${weight}.scale`], `${name}.even`, multiply(rows, columns, 4));
  const rest = add(at, "MatMul", [blockSums(at, input), `${weight}.rest`], `${name}.rest`);
  return add(at, "Add", [even, rest], name);
}

/** The sums of the blocks that share a scale, computed once for all products with the same input. */
function blockSums(at: Builder, input: string): string {
  const sums = `${input}.sums`;
  if (at.nodes.some(({ outputs }) => outputs.includes(sums))) return sums;
  add(at, "Reshape", [input, "blocks"], `${input}.blocks`);
  return add(at, "ReduceSum", [`${input}.blocks`, "last"], sums, { attributes: { keepdims: 0 } });
}

function multiply(rows: number, columns: number, bits: number): Partial<Node> {
  const attributes: Record<string, Attribute> = { N: rows, K: columns, bits, block_size: blockSize, accuracy_level: 4 };
  return { domain: own, attributes };
}

function ropeTables({ window, headSize, ropeBase }: LlamaShape): Weight[] {
  const half = headSize / 2;
  const angle = (index: number) => Math.floor(index / half) / ropeBase ** ((index % half) / half);
  const table = (name: string, of: (radians: number) => number): Weight => ({
    name,
    type: "float",
    dims: [window, half],
    bytes: raw(Float32Array.from({ length: window * half }, (_, index) => of(angle(index)))),
  });
  return [table("rope.cos", Math.cos), table("rope.sin", Math.sin)];
}

function constants({ width }: LlamaShape): Weight[] {
  const list = (name: string, ...values: number[]): Weight => ({
    name,
    type: "int64",
    dims: [values.length],
    bytes: raw(BigInt64Array.from(values, BigInt)),
  });
  return [
    { name: "middle", type: "float", dims: [], bytes: raw(Float32Array.of(128)) },
    list("one", 1),
    list("last", -1),
    list("flat", -1),
    list("end", 2 ** 31),
    list("wide", 0, 0, width),
    list("blocks", 0, 0, -1, blockSize),
  ];
}
