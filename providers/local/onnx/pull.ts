/** Gets the files of an ONNX model onto the disk. */
import { resolve } from "node:path";
import { UsageError } from "../../../agent/error.ts";
import type { PullOptions } from "../pull.ts";
import type { Weights } from "../ref.ts";
import type { Dtype } from "../ref-options.ts";

export interface OnnxPull extends PullOptions {
  /** Which of the types; the best for the device where absent. */
  readonly dtype: Dtype | undefined;
  readonly gpu: boolean;
}

/** The folder of a model, its files downloaded if need be. Throws `LocalModelError` or `AbortedError`. */
export async function pullOnnx(where: Weights, options: OnnxPull): Promise<string> {
  if (where.type === "path") return resolve(where.path);
  throw new UsageError(`not yet ${options.gpu}`);
}
