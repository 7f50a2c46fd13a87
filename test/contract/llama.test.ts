import { testLocal } from "../support/local-model.ts";
import { modelContract } from "./model.ts";

modelContract("llama", {
  can: { images: false, pdf: false, structured: true, stops: true, calls: true, reuse: true },
  async open() {
    const provider = await testLocal();
    const model = await provider.model();
    return { model, [Symbol.asyncDispose]: () => provider.close() };
  },
});
