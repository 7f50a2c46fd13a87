/** Reads one answer of the chat wire, as OpenAI and the many who imitate it send it: every field may be missing. */
import type { StopReason, Usage } from "../agent/message.ts";
import type { Chunk, ModelInfo } from "../agent/model.ts";
import type { Call } from "./call.ts";
import { classify } from "./failure.ts";
import type { Answer } from "./openai-sdk.ts";
import { disjoint, doneChunk } from "./openai-usage.ts";

interface CallPiece {
  readonly index?: number;
  readonly id?: string | null;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null };
}

interface Delta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly CallPiece[] | null;
  readonly [field: string]: unknown;
}

interface ChatUsage {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly cache_write_tokens?: number } | null;
}

interface ChatChunk {
  readonly choices?: readonly { readonly delta?: Delta | null; readonly finish_reason?: string | null }[] | null;
  readonly usage?: ChatUsage | null;
  readonly service_tier?: string | null;
  readonly error?: unknown;
}

interface Reader {
  readonly call: Call;
  readonly body: object;
  readonly info: ModelInfo;
  readonly provider: string;
  readonly reasoningField: string | undefined;
}

/**
 * The answer is whole at `[DONE]`. Some servers never send it: an orderly end of the body after a `finish_reason` will
 * do, as a broken connection throws instead of ending.
 */
export function chatAnswer(reader: Reader): Answer {
  const { call, provider } = reader;
  const { parts } = call;
  const calls = callSlots();
  const keyOf = runs();
  const fields = reader.reasoningField === undefined ? ["reasoning_content", "reasoning"] : [reader.reasoningField];
  let finish: string | undefined;
  let refused = false;
  let tier: string | undefined;

  function* read(chunk: ChatChunk): Generator<Chunk> {
    if (chunk.error) throw classify({ provider, body: chunk, headers: call.headers, begun: true });
    if (chunk.usage) call.usage = usageOf(chunk.usage);
    tier = chunk.service_tier ?? tier;
    const choice = chunk.choices?.[0];
    if (choice?.delta) yield* take(choice.delta);
    if (!choice?.finish_reason) return;
    finish = choice.finish_reason;
    for (const key of calls.keys()) parts.finish(key);
  }

  function* take(delta: Delta): Generator<Chunk> {
    const thought = fields.map((field) => delta[field]).find((text) => typeof text === "string" && text !== "");
    if (typeof thought === "string") yield parts.thinking(keyOf("thinking"), thought);
    if (delta.content) yield parts.text(keyOf("text"), delta.content);
    if (delta.refusal) {
      refused = true;
      yield parts.text(keyOf("text"), delta.refusal);
    }
    for (const piece of delta.tool_calls ?? []) {
      const key = calls.keyOf(piece);
      if (!parts.has(key)) {
        keyOf("call");
        yield parts.call(key, piece.function?.name ?? "");
      }
      if (piece.function?.arguments) yield parts.args(key, piece.function.arguments);
    }
  }

  return {
    read,
    end(marked) {
      if (!marked && finish === undefined) return undefined;
      return doneChunk(reader, stopReason(finish, refused), tier);
    },
  };
}

/** Keys of text and thinking: a change of kind begins a new part. */
function runs(): (kind: "text" | "thinking" | "call") => string {
  let run = 0;
  let last = "";
  return (kind) => {
    if (kind !== last) run++;
    last = kind;
    return `${kind}${run}`;
  };
}

/**
 * Which call a piece belongs to: by index; but some servers number every call 0, or none at all, and then a piece with a
 * name and an id of its own begins a call.
 */
function callSlots(): { keyOf(piece: CallPiece): string; keys(): string[] } {
  const slots = new Map<number, { readonly key: string; readonly id: string | undefined }>();
  const keys: string[] = [];
  let last = 0;
  return {
    keyOf({ index, id, function: called }) {
      const place = index ?? (called?.name ? keys.length : last);
      const slot = slots.get(place);
      last = place;
      if (slot && !(called?.name && id && slot.id && id !== slot.id)) return slot.key;
      const key = `call${keys.length}`;
      keys.push(key);
      slots.set(place, { key, id: id ?? undefined });
      return key;
    },
    keys: () => keys,
  };
}

function stopReason(finish: string | undefined, refused: boolean): StopReason {
  switch (finish) {
    case "stop":
      return refused ? "refusal" : "endTurn";
    case "tool_calls":
    case "function_call":
      return "toolUse";
    case "length":
      return "maxTokens";
    case "content_filter":
      return "refusal";
    default:
      return refused && finish === undefined ? "refusal" : "unknown";
  }
}

function usageOf(usage: ChatUsage): Usage {
  return disjoint({
    prompt: usage.prompt_tokens ?? 0,
    output: usage.completion_tokens ?? 0,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    written: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
  });
}
