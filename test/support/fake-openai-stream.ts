/** The events of a streamed OpenAI response. */
import type { Usage } from "../../agent/message.ts";
import { type Json, obj, pieces } from "./fake-json.ts";
import type { FakePart, FakeReply } from "./fake-types.ts";
import { argsText, defaultChunkChars, type ReplyContext, sse, stopOf } from "./fake-wire.ts";

type Thought = Extract<FakePart, { thinking: string }>;

interface Item {
  readonly events: Json[];
  readonly done: Json;
}

function wireUsage(usage: Usage, thinking: number): Json {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
  return {
    input_tokens: prompt,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: thinking },
    total_tokens: prompt + usage.output,
  };
}

function itemEvents(output_index: number, added: Json, inner: Json[], done: Json): Item {
  return {
    done,
    events: [
      { type: "response.output_item.added", output_index, item: added },
      ...inner.map((event) => ({ ...event, item_id: done.id, output_index })),
      { type: "response.output_item.done", output_index, item: done },
    ],
  };
}

function reasoning(index: number, part: Thought, chars: number, context: ReplyContext) {
  const include = context.body.include;
  const encrypted = Array.isArray(include) && include.includes("reasoning.encrypted_content");
  const shown = obj(context.body.reasoning).summary != null && !part.redacted && part.thinking !== "";
  const sealed = encrypted ? context.seals.mint(context.model, shown ? part.thinking : "", part.signature) : null;
  const item = { id: context.id("rs_"), type: "reasoning", content: [], encrypted_content: sealed };
  const at = { summary_index: 0 };
  const summary = shown ? [{ type: "summary_text", text: part.thinking }] : [];
  const inner = shown
    ? [
        { type: "response.reasoning_summary_part.added", ...at, part: { type: "summary_text", text: "" } },
        ...pieces(part.thinking, chars).map((delta) => ({
          type: "response.reasoning_summary_text.delta",
          ...at,
          delta,
        })),
        { type: "response.reasoning_summary_text.done", ...at, text: part.thinking },
        { type: "response.reasoning_summary_part.done", ...at, part: summary[0] },
      ]
    : [];
  return itemEvents(index, { ...item, summary: [] }, inner, { ...item, summary });
}

function text(index: number, words: string, chars: number, refused: boolean, status: string, context: ReplyContext) {
  const at = { content_index: 0 };
  const part = (value: string) =>
    refused ? { type: "refusal", refusal: value } : { type: "output_text", annotations: [], logprobs: [], text: value };
  const kind = refused ? "refusal" : "output_text";
  const logprobs = refused ? {} : { logprobs: [] };
  const item = { id: context.id("msg_"), type: "message", role: "assistant" };
  const inner = [
    { type: "response.content_part.added", ...at, part: part("") },
    ...pieces(words, chars).map((delta) => ({ type: `response.${kind}.delta`, ...at, delta, ...logprobs })),
    { type: `response.${kind}.done`, ...at, [refused ? "refusal" : "text"]: words, ...logprobs },
    { type: "response.content_part.done", ...at, part: part(words) },
  ];
  const added = { ...item, status: "in_progress", content: [] };
  return itemEvents(index, added, inner, { ...item, status, content: [part(words)] });
}

function call(index: number, part: Extract<FakePart, { call: string }>, chars: number, context: ReplyContext) {
  const args = argsText(part);
  const item = { id: context.id("fc_"), type: "function_call", call_id: context.id("call_"), name: part.call };
  const inner = [
    ...pieces(args, chars).map((delta) => ({ type: "response.function_call_arguments.delta", delta })),
    { type: "response.function_call_arguments.done", arguments: args },
  ];
  const added = { ...item, status: "in_progress", arguments: "" };
  return itemEvents(index, added, inner, { ...item, status: "completed", arguments: args });
}

function response(reply: FakeReply, context: ReplyContext): Json {
  const { body } = context;
  return {
    id: context.id("resp_"),
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: {},
    model: context.model,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: reply.tier ?? "default",
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: "text" } },
    tool_choice: body.tool_choice ?? "auto",
    tools: body.tools ?? [],
    top_p: 1,
    truncation: "disabled",
    user: null,
  };
}

/** Why the response is incomplete, or null where it is whole. */
function incompleteReason(reply: FakeReply): string | null {
  if (reply.finish !== undefined) return reply.finish === "completed" ? null : reply.finish;
  const stop = stopOf(reply);
  if (stop === "maxTokens" || stop === "contextWindow") return "max_output_tokens";
  return stop === "unknown" || stop === "malformedCall" || stop === "interrupted" ? "unheard_of" : null;
}

export function openaiEvents(reply: FakeReply, context: ReplyContext): string[] {
  const chars = reply.chunkChars ?? defaultChunkChars;
  const reason = incompleteReason(reply);
  const status = reason === null ? "completed" : "incomplete";
  const refused = reply.stop === "refusal";
  const items = reply.parts.map((part, index) => {
    if ("thinking" in part) return reasoning(index, part, chars, context);
    if ("text" in part) return text(index, part.text, chars, refused, status, context);
    return call(index, part, chars, context);
  });
  const base = response(reply, context);
  const begun = { ...base, status: "in_progress", output: [], usage: null };
  const ended = {
    ...base,
    status,
    completed_at: reason === null ? Math.floor(Date.now() / 1000) : null,
    incomplete_details: reason === null ? null : { reason },
    output: items.map((item) => item.done),
    usage: wireUsage(context.usage, context.thinkingTokens),
  };
  const events: Json[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...items.flatMap((item) => item.events),
    { type: `response.${status}`, response: ended },
  ];
  return events.map((event, sequence_number) => sse({ ...event, sequence_number }, String(event.type)));
}
