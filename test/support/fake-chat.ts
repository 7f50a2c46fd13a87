/** OpenAI chat completions as OpenAI, Moonshot, DashScope, MiniMax and llama.cpp speak it, streamed. */
import type { StopReason, Usage } from "../../agent/message.ts";
import { chatProblem } from "./fake-chat-rules.ts";
import { type Json, list, obj, parseJson, pieces, str } from "./fake-json.ts";
import { bearerKey, openaiBadKey, openaiErrorBody } from "./fake-openai-shared.ts";
import type { FakePart, FakeReply } from "./fake-types.ts";
import { mimeOf, viewBuilder } from "./fake-view.ts";
import { argsText, defaultChunkChars, type FakeWire, type ReplyContext, sse, stopOf } from "./fake-wire.ts";

const stops: Record<StopReason, string | null> = {
  endTurn: "stop",
  toolUse: "tool_calls",
  stopSequence: "stop",
  pause: "stop",
  maxTokens: "length",
  contextWindow: "length",
  refusal: "stop",
  interrupted: null,
  malformedCall: "tool_calls",
  unknown: "unheard_of",
};

function wireUsage(usage: Usage, thinking: number): Json {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite + usage.cacheWrite1h,
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: thinking,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function partDeltas(part: FakePart, chars: number, call: number, refused: boolean, context: ReplyContext): Json[] {
  if ("thinking" in part && part.redacted) return [];
  if ("thinking" in part) return pieces(part.thinking, chars).map((text) => ({ reasoning_content: text }));
  if ("text" in part) return pieces(part.text, chars).map((text) => (refused ? { refusal: text } : { content: text }));
  const first = {
    index: call,
    id: context.id("call_"),
    type: "function",
    function: { name: part.call, arguments: "" },
  };
  return [
    { tool_calls: [first] },
    ...pieces(argsText(part), chars).map((text) => ({ tool_calls: [{ index: call, function: { arguments: text } }] })),
  ];
}

function events(reply: FakeReply, context: ReplyContext): string[] {
  const chars = reply.chunkChars ?? defaultChunkChars;
  const withUsage = obj(context.body.stream_options).include_usage === true;
  const head = {
    id: context.id("chatcmpl-"),
    object: "chat.completion.chunk",
    created: Math.floor(Date.now() / 1000),
    model: context.model,
    service_tier: reply.tier ?? "default",
    system_fingerprint: "fp_fake",
  };
  const chunk = (delta: Json, finish_reason: string | null = null) =>
    sse({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(withUsage ? { usage: null } : {}),
    });
  const calls = reply.parts.filter((part) => "call" in part);
  const refused = reply.stop === "refusal";
  const deltas = reply.parts.flatMap((part) =>
    partDeltas(part, chars, "call" in part ? calls.indexOf(part) : 0, refused, context),
  );
  const usage = wireUsage(context.usage, context.thinkingTokens);
  return [
    chunk({ role: "assistant", content: calls.length === reply.parts.length ? null : "", refusal: null }),
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, reply.finish ?? stops[stopOf(reply)]),
    ...(withUsage ? [sse({ ...head, choices: [], usage })] : []),
    "data: [DONE]\n\n",
  ];
}

/** Content as parts: a string is one text part. */
export function chatParts(content: unknown): Json[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : list(content);
}

const textOf = (content: unknown) =>
  chatParts(content)
    .map((part) => str(part.text))
    .join("");

function view(body: Json) {
  const out = viewBuilder();
  const system: string[] = [];
  for (const message of list(body.messages)) {
    const role = message.role;
    if (role === "system" || role === "developer") system.push(textOf(message.content));
    else if (role === "tool") out.result(str(message.tool_call_id), textOf(message.content));
    else {
      if (typeof message.reasoning_content === "string") out.thinking(message.reasoning_content);
      for (const part of chatParts(message.content)) {
        if (part.type === "text") out.text(role === "assistant" ? "assistant" : "user", str(part.text));
        else out.image(mimeOf(str(obj(part.image_url).url)));
      }
      for (const call of list(message.tool_calls)) {
        const fn = obj(call.function);
        out.call(str(call.id), str(fn.name), parseJson(str(fn.arguments)) ?? fn.arguments);
      }
    }
  }
  return {
    system: system.join("\n"),
    tools: list(body.tools).map((tool) => str(obj(tool.function).name)),
    messages: out.messages(),
  };
}

export const fakeChat: FakeWire = {
  wire: "chat",
  keyOf: bearerKey,
  badKey: openaiBadKey,
  problem: chatProblem,
  view,
  blocks: (body) => [...list(body.tools), ...list(body.messages)],
  caching: () => "automatic",
  schema: (body) => obj(obj(body.response_format).json_schema).schema,
  events,
  errorEvent: (code, message) => sse({ error: { message, type: code, param: null, code } }),
  errorBody: (status, message) => openaiErrorBody(status, message),
};
