/** Reads what weights say of themselves, for whichever engine they are. */
import { freemem } from "node:os";
import type { Facts } from "./facts.ts";
import type { GgufReader } from "./gguf-facts.ts";
import type { Engine } from "./ref.ts";

/** Reads facts; what that needs is started with the first file and kept. */
export interface FactReader extends AsyncDisposable {
  /** Throws `LocalModelError` or an `Error` of what is no whole model. */
  read(engine: Engine, path: string): Promise<Facts>;
  /** Memory that a model could still take, in bytes, that of a GPU included where its engine can use it. */
  free(engine: Engine): Promise<number>;
}

export function createFactReader(): FactReader {
  let gguf: Promise<GgufReader> | undefined;
  const ggufReader = () => {
    gguf ??= import("./gguf-facts.ts").then(({ createGgufReader }) => createGgufReader());
    return gguf;
  };
  return {
    async read(engine, path) {
      return engine === "llama" ? (await ggufReader()).read(path) : (await import("./onnx/facts.ts")).readFacts(path);
    },
    async free(engine) {
      return engine === "llama" ? (await ggufReader()).free() : freemem();
    },
    async [Symbol.asyncDispose]() {
      await (await gguf?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}
