/** Neutral messages as the contents of the Gemini wire. Pure. */
import type { Content, Part as WirePart } from "@google/genai";
import type { AssistantMessage, Attachment, Message, Part, ToolResultMessage } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { attachmentNote, isOwn, type Turn, turnMemory, userText } from "./neutral.ts";

/** Models of the third generation take a thinking level and demand signatures on calls; older ones take a budget. */
export function isThirdGeneration({ wireId }: ModelInfo): boolean {
  const version = /gemini-(?:[a-z-]+-)?(\d+)/.exec(wireId)?.[1];
  return version !== undefined && Number(version) >= 3;
}

/** Translates a history for one model, remembering what it translated before. */
export function contentWriter(info: ModelInfo): (messages: readonly Message[]) => readonly Content[] {
  return turnMemory((turn) => write(turn, info));
}

function write(turn: Turn, info: ModelInfo): Content {
  if (turn.role === "assistant")
    return { role: "model", parts: turn.messages.flatMap((message) => answer(message, info)) };
  const parts: WirePart[] = [
    ...turn.results.map(result),
    ...turn.results.flatMap((message) => files(message.attachments, info)),
    ...turn.said.flatMap((message) => {
      const text = userText(message);
      return [...files(message.attachments, info), ...(text === "" ? [] : [{ text }])];
    }),
  ];
  return { role: "user", parts: parts.length ? parts : [{ text: "" }] };
}

/**
 * Stands in for the signature of a call that another model made, which the third generation would refuse without one
 * (https://ai.google.dev/gemini-api/docs/thought-signatures).
 */
const foreignSignature = "skip_thought_signature_validator";

function answer(message: AssistantMessage, info: ModelInfo): WirePart[] {
  const own = isOwn(message, info);
  const firstCall = message.parts.find((part) => part.type === "toolCall");
  const signed = (part: Part): { thoughtSignature?: string } => {
    if (own && part.signature) return { thoughtSignature: part.signature };
    return part === firstCall && isThirdGeneration(info) ? { thoughtSignature: foreignSignature } : {};
  };
  return message.parts.flatMap((part): WirePart[] => {
    switch (part.type) {
      case "text":
        return part.text === "" && !(own && part.signature) ? [] : [{ text: part.text, ...signed(part) }];
      case "thinking":
        return [];
      case "toolCall":
        return [{ functionCall: { name: functionName(part.name), args: part.args }, ...signed(part) }];
      default:
        return part satisfies never;
    }
  });
}

function result({ name, text, isError }: ToolResultMessage): WirePart {
  const output = isError && text !== "" ? `[Error] ${text}` : text;
  return { functionResponse: { name: functionName(name), response: { output } } };
}

/** The wire accepts 64 of `[A-Za-z0-9_.-]`; a call by another model may have had any name. */
function functionName(name: string): string {
  return name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 64) || "_";
}

function files(attachments: readonly Attachment[] = [], info: ModelInfo): WirePart[] {
  return attachments.map((attachment) => {
    const { mime, data } = attachment;
    const carried = mime === "application/pdf" || (info.images && mime.startsWith("image/"));
    return carried ? { inlineData: { mimeType: mime, data } } : { text: attachmentNote(attachment) };
  });
}
