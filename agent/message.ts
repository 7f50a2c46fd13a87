/**
 * The entries of a conversation: their types, and what is asked of them. Their schemas and what each field means are in
 * `message-schema.ts`, which is not loaded from here: building the schemas costs a start 10 ms. Browser-safe.
 */
import type { AssistantMessage, FileDiff, Place, ToolCallPart, ToolDetails, Usage } from "./message-schema.ts";

export type {
  AssistantMessage,
  Attachment,
  CallId,
  FileDiff,
  Hunk,
  Message,
  MessageId,
  NoticeMessage,
  Origin,
  Part,
  PeerMessage,
  Place,
  ResultKind,
  StopReason,
  TextPart,
  ThinkingPart,
  ToolCallPart,
  ToolDetails,
  ToolResultMessage,
  Usage,
  UserMessage,
} from "./message-schema.ts";

/** The calls of an assistant message, in the order the model made them. */
export function toolCalls(message: AssistantMessage): ToolCallPart[] {
  return message.parts.filter((part) => part.type === "toolCall");
}

/** The visible text of an assistant message, its text parts joined. */
export function textOf(message: AssistantMessage): string {
  return message.parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** The files that a result tells it has changed. */
export function diffsOf(details: ToolDetails | undefined): readonly FileDiff[] {
  if (details?.type === "diffs") return details.files;
  if (details?.type !== "diff") return [];
  const { path, created, hunks } = details;
  return [{ path, created, deleted: false, hunks }];
}

/** Errors that a result tells its changes have brought in. */
export function problemsOf(details: ToolDetails | undefined): readonly Place[] {
  return details?.type === "diff" || details?.type === "diffs" ? (details.problems ?? []) : [];
}

export const noUsage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };

/** Sum of two usages, meter by meter. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  };
}

/** Every prompt token of a call, cached or not. */
export function promptTokens(usage: Usage): number {
  return usage.input + usage.cacheRead + usage.cacheWrite + usage.cacheWrite1h;
}
