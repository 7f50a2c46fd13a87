/** The small real model (SmolLM2-135M-Instruct, 98 MB) that tests of the local provider talk to. */
import type { Message } from "../../agent/message.ts";
import { type Chunk, lowestSettings, type Model, type ModelRequest, type Provider } from "../../agent/model.ts";
import { createLocal, type LocalOptions } from "../../providers/local/llama.ts";
import { pullModel } from "../../providers/local/pull.ts";

/** Path of its weights, in the cache that projects share; downloaded the first time. */
export function testModel(): Promise<string> {
  return pullModel("smollm2-135m");
}

/** A provider of it. One thread: tests run beside each other. */
export async function testLocal(options: LocalOptions = {}): Promise<Provider> {
  return createLocal({ model: await testModel(), threads: 1, contextSize: 1024, seed: 1, device: "cpu", ...options });
}

type Last = Extract<Chunk, { type: "done" | "error" }>;

export interface Answer {
  readonly chunks: readonly Chunk[];
  readonly last: Last;
  /** Visible text of the last chunk's parts. */
  readonly text: string;
}

/** One call, to its end. */
export async function askModel(model: Model, request: Partial<ModelRequest>, signal?: AbortSignal): Promise<Answer> {
  const chunks: Chunk[] = [];
  const whole: ModelRequest = {
    system: "You are a helpful assistant. Answer in one short sentence.",
    messages: [],
    tools: [],
    settings: lowestSettings(model.info),
    temperature: 0,
    ...request,
  };
  for await (const chunk of model.stream(whole, signal ?? new AbortController().signal)) chunks.push(chunk);
  const last = chunks.at(-1);
  if (last?.type !== "done" && last?.type !== "error") throw new Error(`The stream ended with ${last?.type}`);
  return { chunks, last, text: last.parts.map((part) => (part.type === "text" ? part.text : "")).join("") };
}

/** A conversation from plain texts: user and assistant by turns. */
export function talk(model: Model, ...texts: string[]): Message[] {
  const origin = { provider: model.info.provider, model: model.info.wireId };
  return texts.map((text, index) =>
    index % 2 === 0
      ? { type: "user", id: `m${index}`, at: 0, text }
      : { type: "assistant", id: `m${index}`, at: 0, origin, parts: [{ type: "text", text }], stopReason: "endTurn" },
  );
}
