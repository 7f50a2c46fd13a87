/** Neutral messages as the blocks of the Anthropic Messages wire. Pure. */
import type {
  BetaAssistantMessageParam,
  BetaBase64PDFSource,
  BetaContentBlockParam,
  BetaImageBlockParam,
  BetaRequestDocumentBlock,
  BetaTextBlockParam,
  BetaThinkingBlockParam,
  BetaToolResultBlockParam,
  BetaUserMessageParam,
} from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { AssistantMessage, Attachment, Message, Part, ToolResultMessage } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { attachmentNote, isOwn, type Said, speaks, type Turn, turnMemory, userText, wireCallId } from "./neutral.ts";

export type WireMessage = BetaUserMessageParam | BetaAssistantMessageParam;
type Content = BetaTextBlockParam | BetaImageBlockParam | BetaRequestDocumentBlock;
type ImageMime = "image/jpeg" | "image/png" | "image/gif" | "image/webp";

/** What the wire accepts as a tool's name; a call of another name is the model's slip, not a call. */
export const toolName = /^[A-Za-z0-9_-]{1,128}$/;

/** Translates a history for one model, remembering what it translated before. */
export function messageWriter(info: ModelInfo): (messages: readonly Message[]) => readonly WireMessage[] {
  const sends = (message: AssistantMessage) =>
    speaks(message) || (isOwn(message, info) && message.parts.some((part) => thinking(part) !== undefined));
  return turnMemory((turn) => write(turn, info), sends);
}

function write(turn: Turn, info: ModelInfo): WireMessage {
  if (turn.role === "assistant") {
    return { role: "assistant", content: endSpoken(turn.messages.flatMap((message) => answer(message, info))) };
  }
  const content = [
    ...turn.results.map((message) => result(message, info)),
    ...turn.said.flatMap((message) => said(message, info)),
  ];
  return { role: "user", content: content.length ? content : [text(".")] };
}

const text = (words: string): BetaTextBlockParam => ({ type: "text", text: words });

function answer(message: AssistantMessage, info: ModelInfo): BetaContentBlockParam[] {
  const own = isOwn(message, info);
  return message.parts.flatMap((part): BetaContentBlockParam[] => {
    switch (part.type) {
      case "text":
        return part.text.trim() === "" ? [] : [text(part.text)];
      case "thinking": {
        const block = own ? thinking(part) : undefined;
        return block ? [block] : [];
      }
      case "toolCall": {
        const name = part.name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 128) || "_";
        return [{ type: "tool_use", id: wireCallId("toolu_", part.callId), name, input: part.args }];
      }
      default:
        return part satisfies never;
    }
  });
}

/** A thought goes back only whole: with its signature (its text may be omitted), or as the opaque item it came as. */
function thinking(part: Part): BetaThinkingBlockParam | { type: "redacted_thinking"; data: string } | undefined {
  if (part.type !== "thinking") return undefined;
  if (typeof part.data === "string") return { type: "redacted_thinking", data: part.data };
  return part.signature ? { type: "thinking", thinking: part.text, signature: part.signature } : undefined;
}

/** The wire wants an answer to end in words or a call. */
function endSpoken(blocks: BetaContentBlockParam[]): BetaContentBlockParam[] {
  const last = blocks.at(-1)?.type;
  return last === undefined || last === "thinking" || last === "redacted_thinking" ? [...blocks, text(".")] : blocks;
}

function said(message: Said, info: ModelInfo): Content[] {
  const words = userText(message);
  return [...files(message.attachments, info), ...(words.trim() === "" ? [] : [text(words)])];
}

function result(message: ToolResultMessage, info: ModelInfo): BetaToolResultBlockParam {
  const words = message.text.trim() === "" && message.isError ? "The tool failed and said nothing." : message.text;
  const content = [...(words.trim() === "" ? [] : [text(words)]), ...files(message.attachments, info)];
  return {
    type: "tool_result",
    tool_use_id: wireCallId("toolu_", message.callId),
    content,
    ...(message.isError ? { is_error: true } : {}),
  };
}

function files(attachments: readonly Attachment[] = [], info: ModelInfo): Content[] {
  return attachments.map((attachment): Content => {
    const { mime, data } = attachment;
    if (mime === "application/pdf") {
      const source: BetaBase64PDFSource = { type: "base64", media_type: mime, data };
      return { type: "document", source };
    }
    if (!info.images || !isImage(mime)) return text(attachmentNote(attachment));
    return { type: "image", source: { type: "base64", media_type: mime, data } };
  });
}

function isImage(mime: string): mime is ImageMime {
  return ["image/jpeg", "image/png", "image/gif", "image/webp"].includes(mime);
}

/**
 * Puts cache breakpoints on the last two user turns, on their last block. The newest stores the prompt; the one before
 * finds what the last call stored even when the answer between had more blocks than the vendor looks back over.
 */
export function withBreakpoints(
  messages: readonly WireMessage[],
  cache: { type: "ephemeral"; ttl?: "1h" },
): WireMessage[] {
  const marked = [...messages];
  let left = 2;
  for (let at = marked.length - 1; at >= 0 && left > 0; at--) {
    const message = marked[at];
    if (message?.role !== "user" || typeof message.content === "string") continue;
    const last = message.content.at(-1);
    if (!last || last.type === "thinking" || last.type === "redacted_thinking") continue;
    const block = { ...last, cache_control: cache } as BetaContentBlockParam;
    marked[at] = { ...message, content: [...message.content.slice(0, -1), block] };
    left--;
  }
  return marked;
}
