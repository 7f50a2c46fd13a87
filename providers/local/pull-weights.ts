/** Gets weights onto the disk for whichever engine a reference means. */
import { type PullOptions, pullModel } from "./pull.ts";
import { findRef } from "./ref.ts";

/** Path of the file, or of the folder of an ONNX model. Throws as `pullModel` and `pullOnnx` do. */
export async function pullWeights(name: string | undefined, options: PullOptions = {}): Promise<string> {
  const ref = name === undefined ? undefined : await findRef(name);
  if (ref?.engine !== "onnx") return pullModel(name, options);
  const { pullOnnx } = await import("./onnx/pull.ts");
  return pullOnnx(ref.weights, { ...options, dtype: ref.options.dtype, gpu: false });
}
