/** Reads one answer of the Responses wire. */
import type {
  Response as ModelResponse,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseReasoningItem,
  ResponseStreamEvent,
} from "openai/resources/responses/responses";
import type { StopReason, ThinkingPart } from "../agent/message.ts";
import type { Chunk, ModelInfo } from "../agent/model.ts";
import { type ProviderError, StreamInterruptedError } from "../agent/provider-error.ts";
import type { Call } from "./call.ts";
import { classify } from "./failure.ts";
import { isReasoning } from "./openai-input.ts";
import type { Answer } from "./openai-sdk.ts";
import { disjoint, doneChunk } from "./openai-usage.ts";
import { jsonObject } from "./sse.ts";

interface Reader {
  readonly call: Call;
  readonly body: object;
  readonly info: ModelInfo;
  readonly provider: string;
}

interface State extends Reader {
  /** What was said so far, by place: output and content index. */
  readonly texts: Map<string, string>;
  /** Output indexes of the items that are whole. */
  readonly settled: Set<number>;
  refused: boolean;
}

/**
 * Deltas are shown as they come; what the wire says again when a part, an item or the response ends fills in what was
 * missed. Parts are keyed by their place in the output.
 */
export function responsesAnswer(reader: Reader): Answer {
  const state: State = { ...reader, texts: new Map(), settled: new Set(), refused: false };
  return {
    read: (event) => read(state, event as unknown as ResponseStreamEvent),
    end: () => undefined,
  };
}

function read(state: State, event: ResponseStreamEvent): Chunk[] {
  const { parts } = state.call;
  switch (event.type) {
    case "response.output_text.delta":
      return say(state, placeOf(event), event.delta);
    case "response.refusal.delta":
      state.refused = true;
      return say(state, placeOf(event), event.delta);
    case "response.refusal.done":
      state.refused = true;
      return settleText(state, placeOf(event), event.refusal);
    case "response.reasoning_summary_part.added":
      return event.summary_index > 0 ? [parts.thinking(event.output_index, "\n\n")] : [];
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      return [parts.thinking(event.output_index, event.delta)];
    case "response.output_item.added":
      return event.item.type === "function_call" ? [parts.call(event.output_index, event.item.name)] : [];
    case "response.function_call_arguments.delta":
      return parts.has(event.output_index) ? [parts.args(event.output_index, event.delta)] : [];
    case "response.output_item.done":
      return settleItem(state, event.output_index, event.item);
    case "response.completed":
    case "response.incomplete": {
      const items = event.response.output ?? [];
      const missed = items.flatMap((item, at) => (state.settled.has(at) ? [] : settleItem(state, at, item)));
      return [...missed, doneOf(state, event.response)];
    }
    case "response.failed":
      bill(state.call, event.response);
      throw failed(state, event.response.error);
    case "error":
      throw failed(state, "error" in event ? event.error : { code: event.code, message: event.message });
    default:
      return [];
  }
}

const placeOf = (event: { output_index: number; content_index: number }) =>
  `${event.output_index}:${event.content_index}`;

function say({ call, texts }: State, place: string, delta: string): Chunk[] {
  texts.set(place, (texts.get(place) ?? "") + delta);
  return [call.parts.text(place, delta)];
}

/** Says the rest of a text that is now known whole. */
function settleText(state: State, place: string, whole: string): Chunk[] {
  const said = state.texts.get(place) ?? "";
  if (!whole.startsWith(said)) {
    throw new StreamInterruptedError({ provider: state.provider, detail: "a piece of its text was lost" });
  }
  return whole === said ? [] : say(state, place, whole.slice(said.length));
}

function settleItem(state: State, at: number, item: ResponseOutputItem): Chunk[] {
  state.settled.add(at);
  switch (item.type) {
    case "message":
      return settleMessage(state, at, item);
    case "reasoning":
      return settleReasoning(state.call, at, item);
    case "function_call":
      return settleCall(state.call, at, item.name, item.arguments);
    default:
      return [];
  }
}

function settleMessage(state: State, at: number, message: ResponseOutputMessage): Chunk[] {
  return message.content.flatMap((content, index) => {
    const place = `${at}:${index}`;
    state.refused ||= content.type === "refusal";
    const rest = settleText(state, place, content.type === "refusal" ? content.refusal : content.text);
    if (message.phase) state.call.parts.sign(place, message.phase);
    return rest;
  });
}

function settleReasoning({ parts }: Call, at: number, item: ResponseReasoningItem): Chunk[] {
  const text = item.summary.map((part) => part.text).join("\n\n");
  const chunks = text === "" || parts.has(at) ? [] : [parts.thinking(at, text)];
  if (isReasoning(item)) parts.data(at, item as unknown as NonNullable<ThinkingPart["data"]>);
  return chunks;
}

/** The finished item's arguments win where they are an object with something in it; else the deltas stand. */
function settleCall({ parts }: Call, at: number, name: string, whole: string): Chunk[] {
  const chunks = parts.has(at) ? [] : [parts.call(at, name)];
  const shown = parts.raw(at);
  const args = jsonObject(whole);
  const wins = shown === "" || (args !== undefined && Object.keys(args).length > 0);
  if (wins && whole.startsWith(shown)) chunks.push(parts.args(at, whole.slice(shown.length)));
  else if (wins) parts.setArgs(at, whole);
  parts.finish(at);
  return chunks;
}

function doneOf(state: State, response: ModelResponse): Chunk {
  bill(state.call, response);
  return doneChunk(state, stopReason(response, state.refused), response.service_tier ?? "auto");
}

function stopReason({ incomplete_details }: ModelResponse, refused: boolean): StopReason {
  if (incomplete_details) return incomplete_details.reason === "content_filter" ? "refusal" : "maxTokens";
  return refused ? "refusal" : "endTurn";
}

function bill(call: Call, { usage }: ModelResponse): void {
  if (!usage) return;
  call.usage = disjoint({
    prompt: usage.input_tokens,
    output: usage.output_tokens,
    cached: usage.input_tokens_details?.cached_tokens ?? 0,
    written: usage.input_tokens_details?.cache_write_tokens ?? 0,
  });
}

function failed({ call, provider }: Reader, error: unknown): ProviderError {
  return classify({ provider, body: { error }, headers: call.headers, begun: true });
}
