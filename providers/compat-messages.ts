/** Our history as messages of the chat wire. */
import type { ChatCompletionContentPart, ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { AssistantMessage, Attachment, ToolResultMessage } from "../agent/message.ts";
import { textOf, toolCalls } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { attachmentNote, isOwn, type Said, type Turn, userText, wireCallId } from "./neutral.ts";

export type ChatMessage = ChatCompletionMessageParam;

/** The messages of one turn. The same turn gives the same messages in every request, or the vendor's prompt cache misses. */
export function chatMessages(turn: Turn, info: ModelInfo, reasoningField: string | undefined): ChatMessage[] {
  if (turn.role === "assistant") return [answer(turn.messages, info, reasoningField)];
  const results = turn.results.map((result) => toolMessage(result, info));
  const content = userContent(turn, info);
  return content === undefined ? results : [...results, { role: "user", content }];
}

function answer(
  messages: readonly AssistantMessage[],
  info: ModelInfo,
  reasoningField: string | undefined,
): ChatMessage {
  const join = (texts: readonly string[]) => texts.filter((text) => text !== "").join("\n\n");
  const calls = messages.flatMap(toolCalls);
  const reasoning = join(messages.filter((message) => isOwn(message, info)).map(thinkingOf));
  return {
    role: "assistant",
    content: join(messages.map(textOf)) || null,
    ...(reasoningField !== undefined && reasoning !== "" && { [reasoningField]: reasoning }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ callId, name, args }) => ({
        type: "function",
        id: wireCallId("call_", callId),
        function: { name, arguments: JSON.stringify(args) },
      })),
    }),
  };
}

function thinkingOf(message: AssistantMessage): string {
  return message.parts.map((part) => (part.type === "thinking" ? part.text : "")).join("");
}

function toolMessage(result: ToolResultMessage, info: ModelInfo): ChatMessage {
  const text = result.isError && result.text !== "" ? `[Error] ${result.text}` : result.text;
  return {
    role: "tool",
    tool_call_id: wireCallId("call_", result.callId),
    content: withNotes(text, result.attachments, info),
  };
}

const resultImages = "[The images above came with the tool results, in the same order.]";

/** What was said, with the images of the results, which a tool message cannot carry. Plain text where there is no image. */
function userContent(turn: Turn & { role: "user" }, info: ModelInfo): string | ChatCompletionContentPart[] | undefined {
  const seen = turn.results.flatMap((result) => images(result.attachments, info));
  const text = (said: Said) => withNotes(userText(said), said.attachments, info);
  if (seen.length === 0 && !turn.said.some((said) => images(said.attachments, info).length > 0)) {
    return turn.said.length === 0 ? undefined : turn.said.map(text).join("\n");
  }
  return [
    ...(seen.length > 0 ? [...seen, textPart(resultImages)] : []),
    ...turn.said.flatMap((said) => {
      const words = text(said);
      return [...images(said.attachments, info), ...(words === "" ? [] : [textPart(words)])];
    }),
  ];
}

const imageTypes = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

function isSeen({ mime }: Attachment, info: ModelInfo): boolean {
  return info.images && imageTypes.has(mime);
}

function images(attachments: readonly Attachment[] | undefined, info: ModelInfo): ChatCompletionContentPart[] {
  return (attachments ?? [])
    .filter((each) => isSeen(each, info))
    .map(({ mime, data }) => ({ type: "image_url", image_url: { url: `data:${mime};base64,${data}` } }));
}

/** A text, and a line for each attachment that cannot be sent. */
function withNotes(text: string, attachments: readonly Attachment[] | undefined, info: ModelInfo): string {
  const notes = (attachments ?? []).filter((each) => !isSeen(each, info)).map(attachmentNote);
  return [text, ...notes].filter((each) => each !== "").join("\n");
}

const textPart = (text: string): ChatCompletionContentPart => ({ type: "text", text });
