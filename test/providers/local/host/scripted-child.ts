/**
 * A child that speaks our protocol through our own code, with a model that does what the last message says:
 * `count N`, `call` (one whole call and one that is not), `pid`, `env NAME`, `made` (chunks made so far by all calls),
 * `wait` (until it is stopped), `long` (an overflow), and `then crash`, which calls the C library's abort().
 */
import { dlopen, FFIType } from "bun:ffi";
import { AbortedError, LocalModelError, SagentError, UsageError } from "../../../../agent/error.ts";
import { noUsage } from "../../../../agent/message.ts";
import { type Chunk, type Model, type ModelRequest, originOf, type Provider } from "../../../../agent/model.ts";
import { PromptTooLongError } from "../../../../agent/provider-error.ts";
import { serveParent } from "../../../../providers/local/host/serve.ts";
import type { LocalOptions } from "../../../../providers/local/llama.ts";
import { createParts } from "../../../../providers/parts.ts";
import { scriptedModel } from "../../../support/scripted-model.ts";

const libc = dlopen(process.platform === "darwin" ? "libSystem.dylib" : "libc.so.6", {
  abort: { args: [], returns: FFIType.void },
});

let made = 0;
const { info } = scriptedModel([]);

function* say(order: string): Generator<Chunk> {
  const [verb, value = ""] = order.split(" ");
  if (verb === "count") for (let at = 0; at < Number(value); at++) yield { type: "text", text: `${at} ` };
  if (verb === "pid") yield { type: "text", text: String(process.pid) };
  if (verb === "env") yield { type: "text", text: process.env[value] ?? "unset" };
  if (verb === "made") yield { type: "text", text: String(made) };
  if (verb !== "call") return;
  yield { type: "thinking", text: "Two calls." };
  yield { type: "toolCall", index: 0, name: "Read" };
  yield { type: "toolArgs", index: 0, text: '{"path":"a.ts"}' };
  yield { type: "toolCall", index: 1, name: "Read" };
  yield { type: "toolArgs", index: 1, text: '{"pa' };
}

async function* answer(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
  const last = request.messages.at(-1);
  const [order = "", end] = (last && "text" in last ? last.text : "").split(" then ");
  const parts = createParts();
  try {
    for (const chunk of say(order)) {
      if (signal.aborted) throw new AbortedError();
      made++;
      if (chunk.type === "text") parts.text(0, chunk.text);
      yield chunk;
      await Promise.resolve();
    }
    if (order === "wait") await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    if (signal.aborted) throw new AbortedError();
    if (order === "long")
      throw new PromptTooLongError({ provider: "x", detail: "9 > 8", actualTokens: 9, limitTokens: 8 });
    if (end === "crash") {
      libc.symbols.abort();
    }
    yield { type: "done", parts: parts.all(), stopReason: "endTurn", usage: { ...noUsage, output: made } };
  } catch (thrown) {
    const error = thrown instanceof SagentError ? thrown : new LocalModelError(String(thrown));
    yield { type: "error", error, parts: parts.kept() };
  }
}

function model(id: string): Model {
  const close = async () => {};
  return {
    info: { ...info, id, wireId: originOf({ ...info, wireId: id }).model, images: false },
    stream: answer,
    estimateText: (text) => Math.ceil(text.length / 4),
    estimateAttachment: () => 7,
    close,
    [Symbol.asyncDispose]: close,
  };
}

serveParent(({ onLoad, onProgress, model: usual = "usual" }: LocalOptions): Provider => {
  const close = async () => {};
  return {
    name: "local",
    async model(name = usual) {
      if (name === "wrong") throw new UsageError("That is no name.", { hint: "Use another." });
      onProgress?.({ file: `${name}.gguf`, receivedBytes: 1, totalBytes: 2, source: "hub" });
      onLoad?.({ name, state: "loaded", memoryBytes: 5 });
      return model(name);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
});
