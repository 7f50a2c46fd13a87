/** Short words for log entries. Numbers of ids are given, so that tests read as conversations. */
import type {
  AssistantMessage,
  CallId,
  NoticeMessage,
  ResultKind,
  ToolResultMessage,
  UserMessage,
} from "../../agent/message.ts";

const origin = { provider: "p", model: "m" };

export const user = (n: number, text: string): UserMessage => ({ type: "user", id: `m${n}`, at: n, text });

/** The model says `text` and makes the calls. */
export function assistant(n: number, text: string, calls: readonly CallId[] = []): AssistantMessage {
  const parts: AssistantMessage["parts"] = text === "" ? [] : [{ type: "text", text }];
  for (const callId of calls) parts.push({ type: "toolCall", callId, name: "T", args: {} });
  return { type: "assistant", id: `m${n}`, at: n, origin, parts, stopReason: calls.length > 0 ? "toolUse" : "endTurn" };
}

export function result(n: number, callId: CallId, text = "ok", kind: ResultKind = "final"): ToolResultMessage {
  return { type: "toolResult", id: `m${n}`, at: n, callId, name: "T", kind, isError: kind === "cancelled", text };
}

export const notice = (n: number, text: string, id?: CallId): NoticeMessage => ({
  type: "notice",
  id: `m${n}`,
  at: n,
  text,
  ...(id === undefined ? {} : { call: { id, name: "T", kind: "final" } }),
});
