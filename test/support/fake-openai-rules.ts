/** What OpenAI refuses in a Responses request. */
import { type Json, list, obj, str } from "./fake-json.ts";
import { contentParts, inputItems } from "./fake-openai-items.ts";
import { firstProblem, isObjectSchema, type Rules, repeated, unknownField } from "./fake-rules.ts";
import { openaiSchemaRules } from "./fake-schema.ts";
import type { CheckContext } from "./fake-wire.ts";

const fields = [
  ...["background", "context_management", "conversation", "include", "input", "instructions", "max_output_tokens"],
  ...["max_tool_calls", "metadata", "model", "moderation", "parallel_tool_calls", "previous_response_id", "prompt"],
  ...["prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier"],
  ...["service_tier", "store", "stream", "stream_options", "temperature", "text", "tool_choice", "tools"],
  ...["top_logprobs", "top_p", "truncation", "user"],
];
const idPrefixes: Record<string, string> = { message: "msg", reasoning: "rs", function_call: "fc" };
const partTypes = {
  user: ["input_text", "input_image", "input_file"],
  assistant: ["output_text", "refusal"],
};
const namePattern = /^[a-zA-Z0-9_-]{1,128}$/;

export function openaiProblem(body: Json, context: CheckContext): string | undefined {
  return (
    firstProblem(topLevel(body)) ??
    firstProblem(toolRules(body)) ??
    firstProblem(formatRules(body)) ??
    firstProblem(idRules(inputItems(body))) ??
    firstProblem(pairing(inputItems(body))) ??
    firstProblem(itemsRules(body, context))
  );
}

function* topLevel(body: Json): Rules {
  const unknown = unknownField(body, fields);
  if (unknown) yield `Unknown parameter: '${unknown}'.`;
  if (str(body.model) === "") yield "Missing required parameter: 'model'.";
  if (inputItems(body).length === 0) yield "Missing required parameter: 'input'.";
  if (body.stream !== true) yield "stream: the fake answers streams only";
  if (body.previous_response_id) yield `Previous response with id '${body.previous_response_id}' not found.`;
  if (typeof body.max_output_tokens === "number" && body.max_output_tokens < 16) {
    yield "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16.";
  }
  const effort = obj(body.reasoning).effort ?? "none";
  if (effort !== "none" && body.temperature !== undefined) {
    yield "Unsupported parameter: 'temperature' is not supported with this model.";
  }
}

function* toolRules(body: Json): Rules {
  const names: string[] = [];
  for (const [index, tool] of list(body.tools).entries()) {
    names.push(str(tool.name));
    if (tool.type !== "function") yield `Invalid value: 'tools[${index}].type'. The fake knows 'function' only.`;
    if (!namePattern.test(str(tool.name))) yield `Invalid 'tools[${index}].name': string does not match pattern.`;
    if (!isObjectSchema(tool.parameters)) {
      yield `Invalid schema for function '${tool.name}': schema must be a JSON Schema of 'type: "object"'.`;
    }
  }
  if (repeated(names)) yield `tools: function name ${repeated(names)} is duplicated`;
}

function* formatRules(body: Json): Rules {
  const { format } = obj(body.text);
  if (format === undefined) return;
  const { type } = obj(format);
  if (!["text", "json_object", "json_schema"].includes(str(type)))
    yield `Invalid value: '${type}' at 'text.format.type'.`;
  if (type === "json_schema") yield* openaiSchemaRules(obj(format), "text.format");
}

const typeOf = (item: Json) => str(item.type ?? "message");

function* idRules(items: Json[]): Rules {
  const ids = items.flatMap((item) => (item.id === undefined ? [] : [str(item.id)]));
  if (repeated(ids)) yield `Duplicate item found with id ${repeated(ids)}. Remove duplicate items from your input.`;
  const callIds = items.flatMap((item) => (item.type === "function_call" ? [str(item.call_id)] : []));
  if (repeated(callIds)) yield `Duplicate function call with call_id ${repeated(callIds)}.`;
  for (const [index, item] of items.entries()) {
    const prefix = idPrefixes[typeOf(item)];
    if (prefix && item.id !== undefined && !str(item.id).startsWith(prefix)) {
      yield `Invalid 'input[${index}].id': '${item.id}'. Expected an ID that begins with '${prefix}'.`;
    }
  }
}

/** Outputs come behind the model's own items that hold their calls, and before anything a user says. */
function* pairing(items: Json[]): Rules {
  const open = new Set<string>();
  const unanswered = () => `No tool output found for function call ${[...open].join(", ")}.`;
  for (const item of items) {
    const id = str(item.call_id);
    const own = item.type === "function_call" || item.type === "reasoning" || item.role === "assistant";
    if (item.type === "function_call") open.add(id);
    else if (item.type === "function_call_output") {
      if (!open.delete(id)) yield `No tool call found for function call output with call_id ${id}.`;
    } else if (!own && open.size > 0) yield unanswered();
  }
  if (open.size > 0) yield unanswered();
}

function* itemsRules(body: Json, context: CheckContext): Rules {
  const items = inputItems(body);
  for (const [index, item] of items.entries()) {
    const at = `input[${index}]`;
    switch (typeOf(item)) {
      case "message":
        yield* messageRules(at, item);
        break;
      case "reasoning":
        yield* reasoningRules(item, items[index + 1], body.store === false, context);
        break;
      case "function_call":
        if (str(item.call_id) === "") yield `Missing required parameter: '${at}.call_id'.`;
        if (!namePattern.test(str(item.name))) yield `Invalid '${at}.name': string does not match pattern.`;
        if (typeof item.arguments !== "string") yield `Missing required parameter: '${at}.arguments'.`;
        break;
      case "function_call_output":
        if (typeof item.output !== "string" && !Array.isArray(item.output)) yield `Invalid type for '${at}.output'.`;
        yield* partRules(`${at}.output`, contentParts(item.output), partTypes.user);
        break;
      default:
        yield `Invalid value: '${item.type}' at '${at}.type'.`;
    }
  }
}

function* messageRules(at: string, item: Json): Rules {
  const { role } = item;
  if (!["user", "assistant", "system", "developer"].includes(str(role))) yield `Invalid value: '${at}.role'.`;
  if (typeof item.content === "string") return;
  if (contentParts(item.content).length === 0) yield `Missing required parameter: '${at}.content'.`;
  yield* partRules(`${at}.content`, contentParts(item.content), partTypes[role === "assistant" ? "assistant" : "user"]);
}

function* partRules(at: string, parts: Json[], allowed: string[]): Rules {
  for (const part of parts) {
    if (!allowed.includes(str(part.type))) {
      yield `Invalid value: '${part.type}' at '${at}'. Supported values are: ${allowed.join(", ")}.`;
    }
    if (part.type === "input_image" && !/^(https?:|data:image\/[a-z]+;base64,.)/.test(str(part.image_url))) {
      yield `Invalid '${at}.image_url'. Expected a valid URL or a data URL.`;
    }
  }
}

function* reasoningRules(item: Json, next: Json | undefined, unstored: boolean, context: CheckContext): Rules {
  const sealed = item.encrypted_content;
  if (typeof sealed !== "string") {
    yield `Item with id '${item.id}' not found.${unstored ? " Items are not persisted when `store` is set to false." : ""}`;
  }
  const summary = list(item.summary)
    .map((part) => str(part.text))
    .join("");
  if (!context.seals.holds(context.model, summary, str(sealed))) {
    yield `The encrypted content for item ${item.id} could not be verified.`;
  }
  if (next?.role !== "assistant" && next?.type !== "function_call" && next?.type !== "reasoning") {
    yield `Item '${item.id}' of type 'reasoning' was provided without its required following item.`;
  }
}
