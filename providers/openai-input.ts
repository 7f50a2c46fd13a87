/** Our history as items of the Responses wire. */
import type {
  ResponseInputContent,
  ResponseInputItem,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";
import type { AssistantMessage, Attachment, ToolResultMessage } from "../agent/message.ts";
import type { ModelInfo } from "../agent/model.ts";
import { attachmentNote, isOwn, type Said, type Turn, userText, wireCallId } from "./neutral.ts";

/** The items of one turn. The same turn gives the same items in every request, or the vendor's prompt cache misses. */
export function inputItems(turn: Turn, info: ModelInfo): ResponseInputItem[] {
  if (turn.role === "assistant") return turn.messages.flatMap((message) => answerItems(message, info));
  const results = turn.results.map((result) => resultItem(result, info));
  return turn.said.length === 0 ? results : [...results, { role: "user", content: saidContent(turn.said, info) }];
}

/**
 * Parts in the order they came. Reasoning goes back verbatim and only to its own model; the vendor refuses an item of
 * it with nothing of the same answer behind it.
 */
function answerItems(message: AssistantMessage, info: ModelInfo): ResponseInputItem[] {
  const own = isOwn(message, info);
  const items: ResponseInputItem[] = [];
  let reasoning: ResponseInputItem[] = [];
  const push = (item: ResponseInputItem) => {
    items.push(...reasoning, item);
    reasoning = [];
  };
  for (const part of message.parts) {
    switch (part.type) {
      case "thinking":
        if (own && isReasoning(part.data)) reasoning.push(part.data);
        break;
      case "text": {
        const phase = own ? phaseOf(part.signature) : undefined;
        if (part.text !== "") push({ role: "assistant", content: part.text, ...(phase && { phase }) });
        break;
      }
      case "toolCall": {
        const id = wireCallId("fc_", part.callId);
        push({ type: "function_call", id, call_id: id, name: part.name, arguments: JSON.stringify(part.args) });
        break;
      }
      default:
        part satisfies never;
    }
  }
  return items;
}

/** A reasoning item that can go back: without its encrypted content the server, which stores nothing, does not know it. */
export function isReasoning(data: unknown): data is ResponseReasoningItem {
  return (
    typeof data === "object" &&
    data !== null &&
    "type" in data &&
    data.type === "reasoning" &&
    "encrypted_content" in data &&
    typeof data.encrypted_content === "string"
  );
}

export type Phase = "commentary" | "final_answer";

/** The label of a text as kept in its signature. The vendor wants it back on every answer of the models that set it. */
export function phaseOf(signature: unknown): Phase | undefined {
  return signature === "commentary" || signature === "final_answer" ? signature : undefined;
}

function resultItem(result: ToolResultMessage, info: ModelInfo): ResponseInputItem.FunctionCallOutput {
  const text = result.isError && result.text !== "" ? `[Error] ${result.text}` : result.text;
  const files = (result.attachments ?? []).map((each) => fileContent(each, info));
  return {
    type: "function_call_output",
    call_id: wireCallId("fc_", result.callId),
    output: files.length === 0 ? text : [...files, ...(text === "" ? [] : [textContent(text)])],
  };
}

function saidContent(said: readonly Said[], info: ModelInfo): ResponseInputContent[] {
  return said.flatMap((message) => {
    const files = (message.attachments ?? []).map((each) => fileContent(each, info));
    const text = userText(message);
    return text === "" && files.length > 0 ? files : [...files, textContent(text)];
  });
}

const imageTypes = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

function fileContent(attachment: Attachment, info: ModelInfo) {
  const { mime, data, name } = attachment;
  const url = `data:${mime};base64,${data}`;
  if (info.images && imageTypes.has(mime)) {
    return { type: "input_image" as const, detail: "auto" as const, image_url: url };
  }
  if (info.images && mime === "application/pdf") {
    return { type: "input_file" as const, filename: name ?? "document.pdf", file_data: url };
  }
  return textContent(attachmentNote(attachment));
}

const textContent = (text: string) => ({ type: "input_text" as const, text });
