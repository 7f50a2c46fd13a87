/**
 * Makes any list of entries fit to send: every call has exactly one result, directly behind it, and no result is without
 * its call. The machine keeps this true by itself; files that lost a record, or that end in a crash, do not.
 */
import {
  type AssistantMessage,
  type CallId,
  type Message,
  type ToolCallPart,
  type ToolResultMessage,
  toolCalls,
} from "./message.ts";

/** What a model reads in the slot of a call that never got a result. */
export const lostResult = "The call was interrupted and its result is lost.";

/** Calls of the last answer that have no result yet, where nothing but results stands behind it. */
export function openCalls(entries: readonly Message[]): readonly ToolCallPart[] {
  const answered = new Set<CallId>();
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index];
    if (entry?.type === "assistant") return toolCalls(entry).filter((call) => !answered.has(call.callId));
    if (entry?.type !== "toolResult") return [];
    answered.add(entry.callId);
  }
  return [];
}

/** Returns the same entries in the same order where nothing was wrong. Pure. */
export function repair(entries: readonly Message[]): Message[] {
  const results = new Map<CallId, ToolResultMessage>();
  for (const entry of entries) {
    if (entry.type === "toolResult" && !results.has(entry.callId)) results.set(entry.callId, entry);
  }
  const whole: Message[] = [];
  const placed = new Set<CallId>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "toolResult") continue;
    whole.push(entry);
    if (entry.type === "assistant") whole.push(...slots(entry, entries, index, results, placed));
  }
  return whole;
}

/** The results of a message's calls: those that stand behind it in the order they came, then late and lost ones. */
function slots(
  message: AssistantMessage,
  entries: readonly Message[],
  index: number,
  results: ReadonlyMap<CallId, ToolResultMessage>,
  placed: Set<CallId>,
): ToolResultMessage[] {
  const calls = toolCalls(message).filter((call) => !placed.has(call.callId));
  if (calls.length === 0) return [];
  const wanted = new Set(calls.map((call) => call.callId));
  const found: ToolResultMessage[] = [];
  for (let next = index + 1; next < entries.length; next += 1) {
    const entry = entries[next];
    if (entry?.type !== "toolResult") break;
    if (wanted.has(entry.callId) && !placed.has(entry.callId)) {
      found.push(entry);
      placed.add(entry.callId);
    }
  }
  for (const { callId, name } of calls) {
    if (placed.has(callId)) continue;
    placed.add(callId);
    found.push(
      results.get(callId) ?? {
        id: message.id,
        at: message.at,
        type: "toolResult",
        callId,
        name,
        kind: "cancelled",
        isError: true,
        text: lostResult,
      },
    );
  }
  return found;
}
