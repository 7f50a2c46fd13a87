/** What a vendor's program is told: the entries that it has not heard, in one piece. Pure. */
import type { AssistantMessage, Attachment, Message, ToolResultMessage } from "../../agent/message.ts";
import type { ModelInfo } from "../../agent/model.ts";
import { attachmentNote, type Said, userText } from "../neutral.ts";

export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mime: string; readonly data: string };

/** One message to the program: texts and images in the order they came. */
export type Words = readonly Block[];

const imageTypes: readonly string[] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** Attachments as the program can take them; what it cannot becomes a note. */
export function attachmentBlocks(files: readonly Attachment[] | undefined, info: ModelInfo): Block[] {
  return (files ?? []).map((file) =>
    info.images && imageTypes.includes(file.mime)
      ? { type: "image", mime: file.mime, data: file.data }
      : { type: "text", text: attachmentNote(file) },
  );
}

/** Entries of the user's side that came since the program last spoke. */
export function newWords(entries: readonly Said[], info: ModelInfo): Words {
  return merge(entries.flatMap((entry) => saidBlocks(entry, info)));
}

/**
 * A whole conversation for a program that has heard nothing of it. What others answered and what tools gave is told as
 * a transcript, for these programs take words of the user only; what was said since the last answer follows as it is.
 */
export function wholeWords(messages: readonly Message[], info: ModelInfo): Words {
  const last = messages.findLastIndex((message) => message.type === "assistant" || message.type === "toolResult");
  const before = messages.slice(0, last + 1);
  const fresh = messages.slice(last + 1).filter(isSaid);
  if (before.length === 0) return newWords(fresh, info);
  const told = before.flatMap((message): Block[] => toldBlocks(message, info));
  const next = fresh.length > 0 ? fresh.flatMap((entry) => saidBlocks(entry, info)) : [text("Go on from there.")];
  return merge([text(`${opening}\n\n<conversation>`), ...told, text("</conversation>"), ...next]);
}

const opening = "This conversation began before you joined it. What was said and done in it so far:";

function isSaid(message: Message): message is Said {
  return message.type !== "assistant" && message.type !== "toolResult";
}

function saidBlocks(entry: Said, info: ModelInfo): Block[] {
  return [text(userText(entry)), ...attachmentBlocks(entry.attachments, info)];
}

function toldBlocks(message: Message, info: ModelInfo): Block[] {
  switch (message.type) {
    case "assistant":
      return answerBlocks(message);
    case "toolResult":
      return [text(resultText(message)), ...attachmentBlocks(message.attachments, info)];
    default:
      return [text(`<said>\n${quote(userText(message))}\n</said>`), ...attachmentBlocks(message.attachments, info)];
  }
}

function answerBlocks({ parts }: AssistantMessage): Block[] {
  return parts.flatMap((part): Block[] => {
    if (part.type === "thinking") return [];
    if (part.type === "text") return part.text === "" ? [] : [text(`<answer>\n${quote(part.text)}\n</answer>`)];
    const args = part.malformed ?? JSON.stringify(part.args);
    return [text(`<call id="${part.callId}" tool="${quote(part.name)}">${quote(args)}</call>`)];
  });
}

function resultText({ callId, kind, isError, text: said }: ToolResultMessage): string {
  const status = kind === "final" ? (isError ? "failed" : "finished") : kind;
  return `<result call="${callId}" status="${status}">\n${quote(said)}\n</result>`;
}

/** Text that cannot be read as one of the marks above. */
function quote(said: string): string {
  return said.replace(/<(?=\/?(?:conversation|said|answer|call|result)\b)/gi, "<\\");
}

const text = (said: string): Block => ({ type: "text", text: said });

/** Neighbouring texts become one. */
function merge(blocks: readonly Block[]): Words {
  const merged: Block[] = [];
  for (const block of blocks) {
    const last = merged.at(-1);
    if (last?.type === "text" && block.type === "text")
      merged[merged.length - 1] = text(`${last.text}\n\n${block.text}`);
    else merged.push(block);
  }
  return merged;
}

/** An image as a URL that holds it. */
export function dataUrl({ mime, data }: Extract<Block, { type: "image" }>): string {
  return `data:${mime};base64,${data}`;
}
