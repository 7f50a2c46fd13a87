/** What the lines of Claude Code say. */
import { noUsage, type StopReason, type Usage } from "../../agent/message.ts";
import { serviceFailed } from "./failures.ts";
import { count, type Json, list, obj, parseLine, str } from "./json.ts";
import type { LinkEvent } from "./link.ts";
import type { CliVendor } from "./vendors.ts";

/** How it spells the names of our tools. */
const prefix = "mcp__sagent__";

const stops: Readonly<Record<string, StopReason>> = {
  end_turn: "endTurn",
  tool_use: "toolUse",
  stop_sequence: "stopSequence",
  pause_turn: "pause",
  max_tokens: "maxTokens",
  model_context_window_exceeded: "contextWindow",
  refusal: "refusal",
};

interface OpenCall {
  readonly key: string;
  readonly name: string;
  args: string;
}

/** Reads lines in order. `said` counts a line of the user that it has not taken up yet. */
export function readClaude(vendor: CliVendor, tell: (event: LinkEvent) => void) {
  const message = readMessages(tell);
  let unheard = 0;
  let trouble: string | undefined;

  const result = ({ is_error: isError, result: text, subtype, errors, api_error_status: status }: Json) => {
    if (isError === true || subtype !== "success") {
      const words = str(text) || list(errors).map(str).join("; ") || `it stopped with "${str(subtype)}"`;
      const told = { message: words, code: trouble, status: typeof status === "number" ? status : undefined };
      return tell({ type: "failed", error: serviceFailed(vendor, told) });
    }
    // It goes on by itself with what was said too late for this turn.
    if (unheard <= 0) tell({ type: "turnEnded", stop: message.stop() });
  };

  const line = (text: string) => {
    const said = parseLine(text);
    tell({ type: "alive" });
    // Its subagents, if it has any, are no part of the conversation.
    if (!said || typeof said.parent_tool_use_id === "string") return;
    switch (said.type) {
      case "stream_event":
        return message.event(obj(said.event));
      case "user":
        unheard -= said.isReplay === true ? 1 : 0;
        return;
      case "assistant":
        trouble = typeof said.error === "string" ? said.error : undefined;
        return;
      case "rate_limit_event":
        return tellLimits(obj(said.rate_limit_info), tell);
      case "result":
        return result(said);
    }
  };

  return {
    line,
    said() {
      unheard += 1;
    },
  };
}

/** Events of the Messages API. */
function readMessages(tell: (event: LinkEvent) => void) {
  let id = "";
  let usage: Usage = noUsage;
  let stop: StopReason = "endTurn";
  let calls = new Map<unknown, OpenCall>();

  const begin = ({ index, content_block: block }: Json) => {
    const { type, id: key, name } = obj(block);
    if (type !== "tool_use" || !str(name).startsWith(prefix)) return;
    const call = { key: str(key), name: str(name).slice(prefix.length), args: "" };
    calls.set(index, call);
    tell({ type: "callBegun", ...call });
  };

  const add = ({ index, delta: told }: Json) => {
    const delta = obj(told);
    const call = calls.get(index);
    if (delta.type === "text_delta") tell({ type: "text", key: `${id}.${index}`, text: str(delta.text) });
    if (delta.type === "thinking_delta") tell({ type: "thinking", key: `${id}.${index}`, text: str(delta.thinking) });
    if (delta.type !== "input_json_delta" || !call) return;
    call.args += str(delta.partial_json);
    tell({ type: "callArgs", key: call.key, text: str(delta.partial_json) });
  };

  const event = (what: Json) => {
    switch (what.type) {
      case "message_start":
        id = str(obj(what.message).id);
        calls = new Map();
        usage = promptMeters(obj(obj(what.message).usage));
        return;
      case "content_block_start":
        return begin(what);
      case "content_block_delta":
        return add(what);
      case "content_block_stop": {
        const call = calls.get(what.index);
        return call && tell({ type: "call", ...call });
      }
      case "message_delta":
        stop = stops[str(obj(what.delta).stop_reason)] ?? "unknown";
        usage = { ...usage, output: count(obj(what.usage).output_tokens) };
        return;
      case "message_stop":
        tell({ type: "usage", usage });
        return calls.size > 0 ? tell({ type: "roundEnded" }) : undefined;
    }
  };
  return { event, stop: () => stop };
}

function promptMeters(told: Json): Usage {
  const cacheWrite1h = count(obj(told.cache_creation).ephemeral_1h_input_tokens);
  return {
    input: count(told.input_tokens),
    output: 0,
    cacheRead: count(told.cache_read_input_tokens),
    cacheWrite: Math.max(0, count(told.cache_creation_input_tokens) - cacheWrite1h),
    cacheWrite1h,
  };
}

function tellLimits({ rateLimitType, utilization, resetsAt }: Json, tell: (event: LinkEvent) => void): void {
  if (typeof rateLimitType !== "string") return;
  const used = typeof utilization === "number" ? { used: utilization } : {};
  const reset = typeof resetsAt === "number" ? { resetAt: resetsAt * 1000 } : {};
  tell({ type: "limits", windows: [{ name: rateLimitType, ...used, ...reset }] });
}
