/** What happens to one tool call, from the first letter of its arguments to its result. */
import type { EventOf } from "../../agent/event.ts";
import type { NoticeMessage, Part, ToolResultMessage } from "../../agent/message.ts";
import type { CallView, PartView } from "./view.ts";

/** Of live output the end is shown; the whole is in the result or its file. */
const outputChars = 256 * 1024;

/** A call that the model begins to write. */
export function callOf(name: string): CallView {
  return {
    callId: undefined,
    name,
    args: undefined,
    raw: "",
    label: "",
    status: "written",
    output: "",
    progress: "",
    result: "",
    details: undefined,
    attachments: [],
    startedAt: undefined,
    durationMs: undefined,
  };
}

/** A part with the next piece of it behind. */
export function grown(part: PartView, text: string): PartView {
  if (part.type === "call") return { ...part, call: { ...part.call, raw: part.call.raw + text } };
  return { ...part, text: part.text + text };
}

/** A part of a whole message; `seen` is the same part as it grew here, whose text the server may not have sent again. */
export function partOf(part: Part, seen: PartView | undefined, hasGrown: boolean): PartView {
  if (part.type !== "toolCall") {
    if (seen?.type !== part.type) return { type: part.type, text: part.text };
    return hasGrown ? seen : { ...seen, text: part.text };
  }
  const raw = part.malformed ?? "";
  return { type: "call", call: { ...callOf(part.name), callId: part.callId, args: part.args, raw, status: "running" } };
}

/** The parts with the last one told to be over. */
export function ended(parts: readonly PartView[], at: number): readonly PartView[] {
  const last = parts.at(-1);
  if (last?.type !== "thinking" || last.startedAt === undefined || last.durationMs !== undefined) return parts;
  return [...parts.slice(0, -1), { ...last, durationMs: at - last.startedAt }];
}

export function startCall(call: CallView, { label, at }: EventOf<"toolStarted">): CallView {
  const status = call.status === "background" ? "background" : "running";
  return { ...call, label, status, startedAt: at };
}

export function runCall(call: CallView, event: EventOf<"toolOutput" | "toolDetached" | "toolUndetached">): CallView {
  if (event.type === "toolDetached") return { ...call, status: "background" };
  if (event.type === "toolUndetached") return { ...call, status: "running" };
  if (event.stream === "status") return { ...call, progress: event.text };
  const output = call.output + event.text;
  return { ...call, output: output.length > 2 * outputChars ? output.slice(-outputChars) : output };
}

/** The result in the call's slot, or the notice that brings it later. */
export function finishCall(call: CallView, message: ToolResultMessage | NoticeMessage): CallView {
  const kind = message.type === "toolResult" ? message.kind : (message.call?.kind ?? "final");
  if (kind === "pending") return { ...call, status: "background" };
  const failed = message.isError ?? false;
  return {
    ...call,
    status: kind === "cancelled" ? "cancelled" : failed ? "failed" : "done",
    output: "",
    progress: "",
    result: message.text,
    details: message.details,
    attachments: message.attachments ?? [],
    durationMs: message.durationMs ?? call.durationMs,
  };
}
