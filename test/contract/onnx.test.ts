import { testOnnx } from "../support/onnx-model.ts";
import { modelContract } from "./model.ts";

modelContract("onnx", {
  can: { images: false, pdf: false, structured: true, stops: true, calls: true, reuse: true },
  async open() {
    const provider = await testOnnx({ contextSize: 2048 });
    const model = await provider.model();
    return { model, [Symbol.asyncDispose]: () => provider.close() };
  },
});
