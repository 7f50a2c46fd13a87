/** What a model in the page needs of us beside its weights: onnxruntime's WebAssembly, and leave to run it. */
import { dirname, join } from "node:path";
import { contentPolicy } from "./csp.ts";

/** In tokens: small enough for the memory of most graphics cards beside weights that a browser can hold. */
export const pageWindow = 4_096;

/** A file of onnxruntime for browsers; undefined for any other name. */
export function runtimeFile(name: string): Bun.BunFile | undefined {
  if (!/^ort-wasm[\w.-]*\.(?:mjs|wasm)$/.test(name)) return undefined;
  const library = Bun.resolveSync("@huggingface/transformers", import.meta.dir);
  return Bun.file(join(dirname(Bun.resolveSync("onnxruntime-web", dirname(library))), name));
}

export function isModelWorker(path: string): boolean {
  return /^\/assets\/model\.worker-\w+\.js$/.test(path);
}

/** The worker alone may compile WebAssembly; like the page, it asks nobody but us. */
export const workerHeaders = {
  "content-security-policy": contentPolicy(["script-src 'self' 'wasm-unsafe-eval'", "connect-src 'self'"]),
};
