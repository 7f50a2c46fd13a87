/** What a GGUF file says of itself. */
import type { GgufFileInfo, Llama } from "node-llama-cpp";
import { type Facts, usualWindow } from "./facts.ts";
import { contextBytes, freeBytes, mostBytes } from "./memory.ts";
import { startLlama } from "./runtime.ts";
import { createTemplate } from "./template.ts";

export interface GgufReader extends AsyncDisposable {
  read(path: string): Promise<Facts>;
  free(): Promise<number>;
}

export async function createGgufReader(): Promise<GgufReader> {
  const llama = await startLlama("auto", 1);
  return {
    read: (path) => readFacts(path, llama),
    free: () => freeBytes(llama),
    [Symbol.asyncDispose]: () => llama.dispose(),
  };
}

async function readFacts(path: string, llama: Llama): Promise<Facts> {
  const { GgufInsights, readGgufFileInfo } = await import("node-llama-cpp");
  const info = await readGgufFileInfo(path);
  const insights = await GgufInsights.from(info, llama);
  const { general, tokenizer } = info.metadata;
  const window = Math.min(usualWindow, insights.trainContextSize ?? usualWindow);
  const { tools, thinkingSwitch } = await createTemplate({
    template: tokenizer?.chat_template,
    controls: new Map(),
    bos: "",
    eos: "",
    startsWithBos: false,
  });
  const conversation = (tokens: number) => ({ window: tokens, sequences: 1, kv: undefined });
  return {
    architecture: general.architecture,
    parameters: insights.totalParameters,
    quant: await quantOf(info),
    ...(insights.trainContextSize === undefined ? {} : { trainedWindow: insights.trainContextSize }),
    vocabulary: tokenizer?.ggml?.tokens.length ?? 0,
    template: tokenizer?.chat_template !== undefined,
    tools: tools ? "native" : "guided",
    thinking: thinkingSwitch,
    window,
    roughBytes: async (tokens) => insights.modelSize + (await mostBytes(insights, conversation(tokens))),
    bytes: async (tokens) => insights.modelSize + (await contextBytes(insights, conversation(tokens))),
  };
}

/** `Q4_K_M` of llama.cpp's `MOSTLY_Q4_K_M`. */
async function quantOf({ metadata: { general } }: GgufFileInfo): Promise<string> {
  const { GgufFileType } = await import("node-llama-cpp");
  const name = general.file_type === undefined ? undefined : GgufFileType[general.file_type];
  return name?.replace(/^(MOSTLY|ALL)_/, "") ?? "";
}
