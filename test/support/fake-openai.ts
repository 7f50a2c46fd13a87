/** OpenAI Responses: `POST /v1/responses` as a stream. */
import { type Json, list, obj, parseJson, str } from "./fake-json.ts";
import { contentParts, inputItems } from "./fake-openai-items.ts";
import { openaiProblem } from "./fake-openai-rules.ts";
import { bearerKey, openaiBadKey, openaiErrorBody } from "./fake-openai-shared.ts";
import { openaiEvents } from "./fake-openai-stream.ts";
import { mimeOf, viewBuilder } from "./fake-view.ts";
import { type FakeWire, sse } from "./fake-wire.ts";

const joined = (parts: Json[]) => parts.map((part) => str(part.text) + str(part.refusal)).join("");

function view(body: Json) {
  const out = viewBuilder();
  const media = (parts: Json[]) => {
    for (const part of parts) {
      if (part.type === "input_image") out.image(mimeOf(str(part.image_url)));
      if (part.type === "input_file") out.image(mimeOf(str(part.file_data)));
    }
  };
  const system = [str(body.instructions)];
  for (const item of inputItems(body)) {
    const parts = contentParts(item.content);
    if (item.type === "function_call") {
      out.call(str(item.call_id), str(item.name), parseJson(str(item.arguments)) ?? item.arguments);
    } else if (item.type === "function_call_output") {
      const output = contentParts(item.output);
      out.result(str(item.call_id), joined(output));
      media(output);
    } else if (item.type === "reasoning") out.thinking(joined(list(item.summary)));
    else if (item.role === "system" || item.role === "developer") system.push(joined(parts));
    else {
      const role = item.role === "assistant" ? "assistant" : "user";
      for (const part of parts) if (joined([part]) !== "") out.text(role, joined([part]));
      media(parts);
    }
  }
  return {
    system: system.filter((text) => text !== "").join("\n"),
    tools: list(body.tools).map((tool) => str(tool.name)),
    messages: out.messages(),
  };
}

export const fakeOpenai: FakeWire = {
  wire: "openai",
  keyOf: bearerKey,
  badKey: openaiBadKey,
  problem: openaiProblem,
  view,
  blocks: (body) => [...list(body.tools), body.instructions ?? "", ...inputItems(body)],
  caching: () => "automatic",
  schema: (body) => obj(obj(body.text).format).schema,
  events: openaiEvents,
  errorEvent: (code, message) => sse({ type: "error", code, message, param: null, sequence_number: 0 }, "error"),
  errorBody: (status, message) => openaiErrorBody(status, message),
};
