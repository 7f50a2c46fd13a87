/** What weights on the disk say of themselves, without being loaded. */
import { freemem } from "node:os";
import type { GgufReader } from "./gguf-facts.ts";
import type { Engine } from "./ref.ts";

export interface Facts {
  readonly architecture: string;
  /** Absent where the files do not tell. */
  readonly parameters?: number;
  /** As references name it: `Q4_K_M`, `q4`. */
  readonly quant: string;
  /** Longest conversation that it was trained on, in tokens. */
  readonly trainedWindow?: number;
  /** Tokens that it knows. */
  readonly vocabulary: number;
  /** It brings a chat template of its own. */
  readonly template: boolean;
  /** `native`: calls tools as it was trained to; `guided`: is brought to it, see `guide.ts`. */
  readonly tools: "native" | "guided";
  /** Its thinking can be turned on and off. */
  readonly thinking: boolean;
  /** The window that it gets where nobody says, as far as the memory goes. */
  readonly window: number;
  /** Memory that it takes with a window, in bytes; at once, and rather too much. */
  roughBytes(window: number): Promise<number>;
  /** The same as it is counted before a load. Takes a moment. */
  bytes(window: number): Promise<number>;
}

/** Reads facts; what that needs is started with the first file and kept. */
export interface FactReader extends AsyncDisposable {
  /** Throws `LocalModelError` or an `Error` of what is no whole model. */
  read(engine: Engine, path: string): Promise<Facts>;
  /** Memory that a model could still take, in bytes, that of a GPU included where its engine can use it. */
  free(engine: Engine): Promise<number>;
}

/** What a model gets where nobody says, in tokens. */
export const usualWindow = 16_384;

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
