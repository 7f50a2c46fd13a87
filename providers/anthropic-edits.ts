/** What the Anthropic API is asked to drop from a conversation by itself (beta `context-management-2025-06-27`). */
import type {
  BetaClearThinking20251015Edit,
  BetaClearToolUses20250919Edit,
  MessageCreateParamsStreaming,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { Message } from "../agent/message.ts";
import type { ModelInfo, ModelRequest } from "../agent/model.ts";
import { isRecord } from "./sse.ts";

type Edit = BetaClearThinking20251015Edit | BetaClearToolUses20250919Edit;

/**
 * Thinking is kept, so that the prompt cache holds; after a pause that outlasted the cache the turns before the last
 * lose theirs, from then on. Results of tools are cleared only where the caller asks for it, by an edit of his own in
 * `providerOptions.anthropic.context_management.edits`; sizes that he leaves out are taken from the window.
 */
export function contextEdits(
  info: ModelInfo,
  request: ModelRequest,
  thinks: boolean,
): Pick<MessageCreateParamsStreaming, "context_management"> {
  const keep = hasRested(request.messages) ? ({ type: "thinking_turns", value: 1 } as const) : "all";
  // The vendor wants this edit first.
  const own: Edit[] = thinks ? [{ type: "clear_thinking_20251015", keep }] : [];
  const asked = askedEdits(request, info.provider).filter(({ type }) => !own.some((edit) => edit.type === type));
  const edits = [...own, ...asked.map((edit) => withSizes(edit, info))];
  return edits.length ? { context_management: { edits } } : {};
}

function askedEdits({ providerOptions }: ModelRequest, provider: string): readonly Edit[] {
  const management = providerOptions?.[provider]?.context_management;
  const edits = isRecord(management) ? management.edits : undefined;
  return Array.isArray(edits) ? edits : [];
}

/** Clears at half the window, and enough to be worth the cache that it breaks. */
function withSizes(edit: Edit, { maxRequestTokens }: ModelInfo): Edit {
  if (edit.type !== "clear_tool_uses_20250919") return edit;
  const trigger = Math.floor(maxRequestTokens / 2);
  const tokens = (value: number) => ({ type: "input_tokens", value }) as const;
  return { trigger: tokens(trigger), clear_at_least: tokens(Math.max(trigger - 40_000, 1000)), ...edit };
}

/** The longest that the vendor caches a prompt. */
const restMs = 3_600_000;

/** How far histories were looked at; one only grows at its end. */
const seen = new WeakMap<readonly Message[], { readonly length: number; readonly rested: boolean }>();

/** Whether the conversation once waited longer after an answer than any cache lives. */
function hasRested(messages: readonly Message[]): boolean {
  const known = seen.get(messages);
  let rested = known?.rested ?? false;
  for (let at = Math.max(known?.length ?? 0, 1); at < messages.length && !rested; at++) {
    const [before, message] = [messages[at - 1], messages[at]];
    rested = before?.type === "assistant" && message !== undefined && message.at - before.at > restMs;
  }
  seen.set(messages, { length: messages.length, rested });
  return rested;
}
