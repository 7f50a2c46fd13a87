/** Anthropic Messages, API version 2026-10-21: `POST /v1/messages` as a stream. */
import type { StopReason, Usage } from "../../agent/message.ts";
import { blocksOf, cacheMarks, markedBlocks, promptBlocks } from "./fake-anthropic-blocks.ts";
import { anthropicProblem } from "./fake-anthropic-rules.ts";
import { type Json, list, obj, pieces, str } from "./fake-json.ts";
import type { FakePart, FakeReply } from "./fake-types.ts";
import { viewBuilder } from "./fake-view.ts";
import { argsText, defaultChunkChars, type FakeWire, type ReplyContext, sse, stopOf } from "./fake-wire.ts";

const stops: Record<StopReason, string | null> = {
  endTurn: "end_turn",
  toolUse: "tool_use",
  stopSequence: "stop_sequence",
  pause: "pause_turn",
  maxTokens: "max_tokens",
  contextWindow: "model_context_window_exceeded",
  refusal: "refusal",
  interrupted: null,
  malformedCall: "malformed_call",
  unknown: "unheard_of",
};

const errorTypes: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function errorBody(status: number, message: string, type?: string): Json {
  const fallback = status < 500 ? "invalid_request_error" : "api_error";
  return {
    type: "error",
    error: { type: type ?? errorTypes[status] ?? fallback, message },
    request_id: "req_fake",
  };
}

function wireUsage(usage: Usage, thinking: number, tier: string | undefined): Json {
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWrite,
      ephemeral_1h_input_tokens: usage.cacheWrite1h,
    },
    inference_geo: null,
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: tier === "priority" ? "priority" : "standard",
    speed: tier === "fast" ? "fast" : "standard",
  };
}

const event = (data: Json & { type: string }) => sse(data, data.type);

function deltas(index: number, chunks: string[], wrap: (text: string) => Json): string[] {
  return chunks.map((text) => event({ type: "content_block_delta", index, delta: wrap(text) }));
}

function block(index: number, part: FakePart, chars: number, context: ReplyContext): string[] {
  const start = (content_block: Json) => event({ type: "content_block_start", index, content_block });
  const stop = event({ type: "content_block_stop", index });
  if ("text" in part) {
    const parts = deltas(index, pieces(part.text, chars), (text) => ({ type: "text_delta", text }));
    return [start({ type: "text", text: "", citations: null }), ...parts, stop];
  }
  if ("thinking" in part && part.redacted) {
    const data = context.seals.mint(context.model, "", part.signature);
    return [start({ type: "redacted_thinking", data }), stop];
  }
  if ("thinking" in part) {
    const shown = obj(context.body.thinking).display === "omitted" ? "" : part.thinking;
    const signature = context.seals.mint(context.model, shown, part.signature);
    return [
      start({ type: "thinking", thinking: "", signature: "" }),
      ...deltas(index, pieces(shown, chars), (thinking) => ({ type: "thinking_delta", thinking })),
      ...deltas(index, [signature], (text) => ({ type: "signature_delta", signature: text })),
      stop,
    ];
  }
  const args = argsText(part);
  const json = args === "{}" ? [""] : ["", ...pieces(args, chars)];
  return [
    start({ type: "tool_use", id: context.id("toolu_"), caller: { type: "direct" }, name: part.call, input: {} }),
    ...deltas(index, json, (partial_json) => ({ type: "input_json_delta", partial_json })),
    stop,
  ];
}

function events(reply: FakeReply, context: ReplyContext): string[] {
  const chars = reply.chunkChars ?? defaultChunkChars;
  const finish = reply.finish ?? stops[stopOf(reply)];
  const message = {
    id: context.id("msg_"),
    type: "message",
    role: "assistant",
    model: context.model,
    container: null,
    content: [],
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
    usage: { ...wireUsage(context.usage, 0, reply.tier), output_tokens: 1 },
  };
  const sequences = context.body.stop_sequences;
  const blocks = reply.parts.map((part, index) => block(index, part, chars, context));
  return [
    event({ type: "message_start", message }),
    ...blocks.flatMap((lines, index) =>
      index === 0 ? [...lines.slice(0, 1), event({ type: "ping" }), ...lines.slice(1)] : lines,
    ),
    event({
      type: "message_delta",
      delta: {
        container: null,
        stop_details: finish === "refusal" ? { type: "refusal", category: null, explanation: null } : null,
        stop_reason: finish,
        stop_sequence: finish === "stop_sequence" && Array.isArray(sequences) ? sequences[0] : null,
      },
      usage: wireUsage(context.usage, context.thinkingTokens, reply.tier),
    }),
    event({ type: "message_stop" }),
  ];
}

function resultText(content: unknown): string {
  return blocksOf(content)
    .map((part) => str(part.text))
    .join("");
}

function view(body: Json) {
  const out = viewBuilder();
  const media = (part: Json) => {
    const type = part.type;
    if (type === "image" || type === "document") out.image(str(obj(part.source).media_type));
  };
  for (const message of list(body.messages)) {
    const role = message.role === "assistant" ? "assistant" : "user";
    for (const part of blocksOf(message.content)) {
      if (part.type === "text") out.text(role, str(part.text));
      else if (part.type === "thinking") out.thinking(str(part.thinking));
      else if (part.type === "tool_use") out.call(str(part.id), str(part.name), part.input);
      else if (part.type === "tool_result") {
        out.result(str(part.tool_use_id), resultText(part.content), part.is_error === true);
        for (const inner of blocksOf(part.content)) media(inner);
      } else media(part);
    }
  }
  return {
    system: blocksOf(body.system)
      .map((part) => str(part.text))
      .join("\n"),
    tools: list(body.tools).map((tool) => str(tool.name)),
    messages: out.messages(),
  };
}

export const fakeAnthropic: FakeWire = {
  wire: "anthropic",
  keyOf: (headers) => headers["x-api-key"] ?? headers.authorization?.replace(/^Bearer /, "") ?? null,
  badKey: (key) => ({
    status: 401,
    body: errorBody(401, key === null ? "x-api-key header is required" : "invalid x-api-key"),
  }),
  problem: anthropicProblem,
  view,
  blocks: promptBlocks,
  caching(body) {
    const marks = cacheMarks(body);
    if (marks.length === 0) return "none";
    return marks.some((mark) => mark.ttl === "1h") ? "1h" : "5m";
  },
  marks: markedBlocks,
  schema: (body) => obj(obj(body.output_config).format).schema,
  events,
  errorEvent: (code, message) =>
    sse({ type: "error", error: { type: code, message }, request_id: "req_fake" }, "error"),
  errorBody: (status, message) => errorBody(status, message),
};
