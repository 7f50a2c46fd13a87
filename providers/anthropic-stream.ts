/** Reads the event stream of the Anthropic Messages wire. */
import type { BetaRawMessageStreamEvent } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { noUsage, type StopReason, type Usage } from "../agent/message.ts";
import type { Chunk, ModelSettings } from "../agent/model.ts";
import { toolName } from "./anthropic-messages.ts";
import type { Call } from "./call.ts";
import { classify } from "./failure.ts";
import { settleStop } from "./parts.ts";
import { sseData } from "./sse.ts";

interface Asked {
  readonly provider: string;
  readonly settings: ModelSettings;
}

type WireError = { readonly type: "error" };
type WireEvent = BetaRawMessageStreamEvent | WireError | { readonly type: "ping" };
/** Meters and speed as events tell them; later ones replace earlier ones. */
interface WireUsage {
  input_tokens?: number | null;
  output_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  cache_creation?: { ephemeral_1h_input_tokens?: number | null } | null;
  speed?: "standard" | "fast" | null;
}

/** Yields deltas and, at `message_stop`, `done`. A stream that was cut has none. */
export async function* readEvents(response: Response, call: Call, asked: Asked): AsyncGenerator<Chunk> {
  if (!response.body) return;
  const told: WireUsage = {};
  let stop: string | null = null;
  let slipped = false;
  for await (const data of call.watch.guard(sseData(response.body))) {
    const event = JSON.parse(data) as WireEvent | null;
    if (event === null) continue;
    switch (event.type) {
      case "message_start":
        meter(told, event.message.usage, call, asked);
        break;
      case "content_block_start":
        slipped ||= event.content_block.type === "tool_use" && !toolName.test(event.content_block.name);
        yield* begin(event, call);
        break;
      case "content_block_delta":
        yield* extend(event, call);
        break;
      case "content_block_stop":
        call.parts.finish(event.index);
        break;
      case "message_delta":
        stop = event.delta.stop_reason;
        meter(told, event.usage, call, asked);
        break;
      case "message_stop":
        yield done(call, { stop, slipped, fast: told.speed === "fast", asked, id: response.headers.get("request-id") });
        break;
      case "error":
        throw classify({ provider: asked.provider, body: event, headers: response.headers, begun: true });
      default: // `ping`, and events of later versions
    }
  }
}

type Start = Extract<BetaRawMessageStreamEvent, { type: "content_block_start" }>;
type Delta = Extract<BetaRawMessageStreamEvent, { type: "content_block_delta" }>;

function* begin({ index, content_block: block }: Start, { parts }: Call): Generator<Chunk> {
  switch (block.type) {
    case "text":
      if (block.text) yield parts.text(index, block.text);
      break;
    case "thinking":
      yield parts.thinking(index, block.thinking);
      if (block.signature) parts.sign(index, block.signature);
      break;
    case "redacted_thinking":
      parts.data(index, block.data);
      break;
    case "tool_use":
      if (toolName.test(block.name)) yield parts.call(index, block.name);
      break;
    default: // blocks of server-side tools, which are never asked for
  }
}

function* extend({ index, delta }: Delta, { parts }: Call): Generator<Chunk> {
  switch (delta.type) {
    case "text_delta":
      yield parts.text(index, delta.text);
      break;
    case "thinking_delta":
      yield parts.thinking(index, delta.thinking);
      break;
    case "signature_delta":
      parts.sign(index, delta.signature);
      break;
    case "input_json_delta":
      if (parts.has(index)) yield parts.args(index, delta.partial_json);
      break;
    default: // citations and other deltas of server-side tools
  }
}

function meter(told: WireUsage, news: WireUsage, call: Call, { settings }: Asked): void {
  for (const [key, value] of Object.entries(news)) {
    if (value !== null && value !== undefined) Object.assign(told, { [key]: value });
  }
  const written = told.cache_creation_input_tokens ?? 0;
  const hour = told.cache_creation?.ephemeral_1h_input_tokens ?? (settings.cacheTtlSec > 300 ? written : 0);
  const usage: Usage = {
    ...noUsage,
    input: told.input_tokens ?? 0,
    output: told.output_tokens ?? 0,
    cacheRead: told.cache_read_input_tokens ?? 0,
    cacheWrite: Math.max(0, written - hour),
    cacheWrite1h: hour,
  };
  call.usage = usage;
}

const stops: Readonly<Record<string, StopReason>> = {
  end_turn: "endTurn",
  tool_use: "toolUse",
  stop_sequence: "stopSequence",
  pause_turn: "pause",
  max_tokens: "maxTokens",
  model_context_window_exceeded: "contextWindow",
  refusal: "refusal",
};

interface End {
  readonly stop: string | null;
  /** The model wrote a call that was none. */
  readonly slipped: boolean;
  readonly fast: boolean;
  readonly asked: Asked;
  readonly id: string | null;
}

function done(call: Call, { stop, slipped, fast, asked, id }: End): Chunk {
  const parts = call.parts.all();
  const told = settleStop(stops[stop ?? ""] ?? "unknown", parts);
  return {
    type: "done",
    parts,
    stopReason: told === "malformedCall" && slipped ? "endTurn" : told,
    usage: call.usage ?? noUsage,
    ...(asked.settings.tier === "priority" ? { tier: fast ? "priority" : "auto" } : {}),
    ...(id ? { requestId: id } : {}),
  };
}
