/** The rules of a history that is ready to be sent, before any wire. */
import { type CallId, type Message, toolCalls } from "../../agent/message.ts";

/**
 * What is wrong with the entries of a request, or undefined: every call has one result directly behind its message,
 * every result has its call there, no id is used twice, the first entry is not the model's, and the last is only where
 * it asked to go on (`pause`).
 */
export function historyProblem(messages: readonly Message[]): string | undefined {
  const used = new Set<CallId>();
  let open = new Set<CallId>();
  for (const message of messages) {
    if (message.type === "toolResult") {
      if (!open.delete(message.callId))
        return `${message.id} is a result of ${message.callId}, which is not waiting here`;
      continue;
    }
    if (open.size > 0) return `${message.id} comes before the results of ${[...open].join(", ")}`;
    if (message.type !== "assistant") continue;
    const ids = toolCalls(message).map((call) => call.callId);
    const again = ids.find((id) => used.size === used.add(id).size);
    if (again) return `${message.id} has a second call ${again}`;
    open = new Set(ids);
  }
  if (open.size > 0) return `the calls ${[...open].join(", ")} have no result`;
  if (messages.length === 0) return "there is no message";
  if (messages[0]?.type === "assistant") return "the first message is the model's own";
  const last = messages.at(-1);
  if (last?.type === "assistant" && last.stopReason !== "pause") return "the last message is the model's own";
  return undefined;
}
