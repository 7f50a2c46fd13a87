/** One step of a decoder on onnxruntime through transformers.js, and the keys and values it leaves behind. Runs in a browser too. */
import type { PreTrainedModel, Tensor } from "@huggingface/transformers";

/** Keys, values and other state of evaluated tokens, by the model's names of its inputs; empty before the first. */
export type Past = ReadonlyMap<string, Tensor>;

export interface Step {
  /** Scores of the token behind the last. */
  readonly logits: Float32Array;
  readonly past: Past;
}

export interface Runner {
  /** Evaluates tokens behind `length` others, whose state `past` is and which it uses up. */
  run(tokens: readonly number[], past: Past, length: number): Promise<Step>;
  /** The state of the first `length` tokens, in its own memory; undefined where it cannot be cut. */
  cut(past: Past, length: number): Promise<Past | undefined>;
  /** Frees a state that is no longer needed. */
  free(past: Past): void;
}

/** The session of a decoder, as far as it is used here. */
interface Session {
  readonly inputNames: readonly string[];
}

type Library = Pick<typeof import("@huggingface/transformers"), "Tensor">;

export function createRunner({ Tensor: TensorOf }: Library, model: PreTrainedModel): Runner {
  const { inputNames }: Session = model.sessions.model;
  const states = inputNames.filter((name) => name.startsWith("past"));
  const longs = (values: BigInt64Array, dims: number[]) => new TensorOf("int64", values, dims);
  const free = (past: Past) => {
    for (const tensor of past.values()) release(tensor);
  };
  return {
    async run(tokens, past, length) {
      const total = length + tokens.length;
      const outputs: Record<string, Tensor> = await model.forward({
        input_ids: longs(BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
        attention_mask: longs(new BigInt64Array(total).fill(1n), [1, total]),
        num_logits_to_keep: longs(BigInt64Array.of(1n), []),
        ...(past.size ? { past_key_values: Object.fromEntries(past) } : {}),
      });
      const next = new Map<string, Tensor>();
      for (const name of states) {
        const tensor = outputs[outputOf(name)];
        if (tensor) next.set(name, tensor);
      }
      free(past);
      return { logits: await lastLogits(outputs.logits), past: next };
    },
    async cut(past, length) {
      const kept = new Map<string, Tensor>();
      for (const [name, tensor] of past) {
        if (!name.startsWith("past_key_values")) return undefined;
        kept.set(name, await head(TensorOf, tensor, length));
      }
      free(past);
      return kept;
    },
    free,
  };
}

/** `past_key_values.0.key` comes out as `present.0.key`, `past_conv.0` as `present_conv.0`. */
function outputOf(input: string): string {
  return input.replace(/^past_key_values/, "present").replace(/^past/, "present");
}

async function lastLogits(logits: Tensor | undefined): Promise<Float32Array> {
  if (!logits) throw new Error("the model gave no logits");
  const scores = logits.dims.at(-1) ?? 0;
  const data = Float32Array.from((await dataOf(logits)).subarray(-scores));
  release(logits);
  return data;
}

/** At once: each step leaves a whole copy of the state behind, and waiting for the collector would cost several of them. */
function release({ ort_tensor: tensor }: Tensor): void {
  if (tensor.location === "cpu" && ArrayBuffer.isView(tensor.data)) (tensor.data.buffer as ArrayBuffer).transfer(0);
  tensor.dispose();
}

type Numbers = Float32Array | Float16Array;

/** The numbers of a tensor, from wherever they are. Half floats may come as the integers that they are made of. */
async function dataOf({ ort_tensor: tensor }: Tensor): Promise<Numbers> {
  const data: unknown = await tensor.getData();
  if (data instanceof Float32Array || data instanceof Float16Array) return data;
  if (data instanceof Uint16Array) return new Float16Array(data.buffer, data.byteOffset, data.length);
  throw new Error(`the model has state of the type ${tensor.type}`);
}

/** The first `length` positions; they are the last dimension but one. */
async function head(TensorOf: typeof Tensor, tensor: Tensor, length: number): Promise<Tensor> {
  const dims = [...tensor.dims];
  const width = dims.at(-1) ?? 0;
  const old = (dims.at(-2) ?? 0) * width;
  const data = await dataOf(tensor);
  const rows = old ? data.length / old : 0;
  const kept = data.slice(0, rows * length * width);
  for (let row = 1; row < rows; row++) {
    kept.set(data.subarray(row * old, row * old + length * width), row * length * width);
  }
  dims[dims.length - 2] = length;
  return new TensorOf(tensor.type, kept, dims);
}
