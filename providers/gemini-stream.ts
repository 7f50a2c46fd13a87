/** Reads the chunks of the Gemini wire. */
import type { GenerateContentResponse, GenerateContentResponseUsageMetadata, Part } from "@google/genai";
import { noUsage, type StopReason, type Usage } from "../agent/message.ts";
import type { Chunk } from "../agent/model.ts";
import type { Call } from "./call.ts";
import { settleStop } from "./parts.ts";

const stops: Readonly<Record<string, StopReason>> = {
  STOP: "endTurn",
  MAX_TOKENS: "maxTokens",
  CONTINUATION: "pause",
  SAFETY: "refusal",
  RECITATION: "refusal",
  LANGUAGE: "refusal",
  BLOCKLIST: "refusal",
  PROHIBITED_CONTENT: "refusal",
  SPII: "refusal",
  IMAGE_SAFETY: "refusal",
  IMAGE_PROHIBITED_CONTENT: "refusal",
  IMAGE_RECITATION: "refusal",
  ESCALATION: "refusal",
  MALFORMED_FUNCTION_CALL: "malformedCall",
  MALFORMED_RESPONSE: "malformedCall",
  UNEXPECTED_TOOL_CALL: "malformedCall",
  TOO_MANY_TOOL_CALLS: "malformedCall",
  MISSING_THOUGHT_SIGNATURE: "malformedCall",
};

/** Yields deltas and, with the finish reason or a blocked prompt, `done`. A stream that was cut has neither. */
export async function* readChunks(stream: AsyncIterable<GenerateContentResponse>, call: Call): AsyncGenerator<Chunk> {
  const run: Run = { kind: "none", count: 0 };
  for await (const chunk of stream) {
    if (chunk.usageMetadata) call.usage = usageOf(chunk.usageMetadata);
    const candidate = chunk.candidates?.[0];
    for (const part of candidate?.content?.parts ?? []) yield* take(part, run, call);
    const blocked = chunk.promptFeedback?.blockReason;
    const stop = candidate?.finishReason ?? (blocked && !candidate ? "PROHIBITED_CONTENT" : undefined);
    if (stop === undefined) continue;
    const parts = call.parts.all();
    yield {
      type: "done",
      parts,
      stopReason: settleStop(stops[stop] ?? "unknown", parts),
      usage: call.usage ?? noUsage,
      ...(chunk.responseId ? { requestId: chunk.responseId } : {}),
    };
  }
}

/** The run of parts of one kind that chunks go on with. */
interface Run {
  kind: "none" | "text" | "thinking" | "toolCall";
  count: number;
}

function* take(part: Part, run: Run, { parts }: Call): Generator<Chunk> {
  const kind = part.functionCall ? "toolCall" : part.thought ? "thinking" : "text";
  const { text = "", thoughtSignature, functionCall } = part;
  if (kind !== "toolCall" && text === "" && !thoughtSignature) return;
  if (kind !== run.kind || kind === "toolCall") {
    run.kind = kind;
    run.count++;
  }
  if (kind === "thinking") yield parts.thinking(run.count, text);
  else if (kind === "text") yield parts.text(run.count, text);
  else {
    yield parts.call(run.count, functionCall?.name ?? "");
    yield parts.args(run.count, JSON.stringify(functionCall?.args ?? {}));
    parts.finish(run.count);
  }
  if (thoughtSignature) parts.sign(run.count, thoughtSignature);
}

/** Thinking is billed as output and told apart from it; what was cached is told as part of the prompt. */
function usageOf(told: GenerateContentResponseUsageMetadata): Usage {
  const cacheRead = told.cachedContentTokenCount ?? 0;
  const prompt = (told.promptTokenCount ?? 0) + (told.toolUsePromptTokenCount ?? 0);
  return {
    ...noUsage,
    input: Math.max(0, prompt - cacheRead),
    output: (told.candidatesTokenCount ?? 0) + (told.thoughtsTokenCount ?? 0),
    cacheRead,
  };
}
