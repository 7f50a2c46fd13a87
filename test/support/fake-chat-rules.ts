/** What chat completions endpoints refuse in a request: the union of what their vendors do. */
import { isObject, type Json, list, obj, parseJson, str } from "./fake-json.ts";
import { firstProblem, isObjectSchema, type Rules, repeated, unknownField } from "./fake-rules.ts";
import { openaiSchemaRules } from "./fake-schema.ts";
import type { CheckContext } from "./fake-wire.ts";

const openaiFields = [
  ...["messages", "model", "frequency_penalty", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens"],
  ...["metadata", "modalities", "n", "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key"],
  ...["prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier"],
  ...["seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools"],
  ...["top_logprobs", "top_p", "user", "verbosity", "web_search_options"],
];
/** Moonshot's, DashScope's, MiniMax's and llama.cpp's own. */
const vendorFields = [
  ...["thinking", "enable_thinking", "thinking_budget", "reasoning_split", "top_k", "min_p", "repetition_penalty"],
  ...["chat_template_kwargs", "cache_prompt", "id_slot"],
];
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/;

export function chatProblem(body: Json, _context: CheckContext): string | undefined {
  return (
    firstProblem(topLevel(body)) ??
    firstProblem(formatRules(body)) ??
    firstProblem(toolRules(body)) ??
    firstProblem(conversation(body))
  );
}

function* topLevel(body: Json): Rules {
  const unknown = unknownField(body, [...openaiFields, ...vendorFields]);
  if (unknown) yield `Unrecognized request argument supplied: ${unknown}`;
  if (str(body.model) === "") yield "you must provide a model parameter";
  if (!Array.isArray(body.messages) || body.messages.length === 0) yield "Invalid 'messages': empty array.";
  if (body.stream !== true) yield "stream: the fake answers streams only";
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) {
    yield "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
  }
  if (body.thinking_budget !== undefined && body.reasoning_effort !== undefined) {
    yield "thinking_budget and reasoning_effort cannot be set together";
  }
}

function* formatRules(body: Json): Rules {
  const format = body.response_format;
  if (format === undefined) return;
  const { type, json_schema } = obj(format);
  if (type !== "json_schema") yield `Invalid value: '${type}' at 'response_format.type'. The fake knows 'json_schema'.`;
  if (body.enable_thinking === true) yield "response_format json_schema is not supported in thinking mode";
  yield* openaiSchemaRules(obj(json_schema), "response_format.json_schema");
}

function* toolRules(body: Json): Rules {
  if (Array.isArray(body.tools) && body.tools.length === 0) yield "[] is too short - 'tools'";
  const names: string[] = [];
  for (const [index, tool] of list(body.tools).entries()) {
    const fn = obj(tool.function);
    names.push(str(fn.name));
    if (tool.type !== "function") yield `Invalid value: 'tools[${index}].type'. Supported values are: 'function'.`;
    if (!namePattern.test(str(fn.name)))
      yield `Invalid 'tools[${index}].function.name': string does not match pattern.`;
    if (!isObjectSchema(fn.parameters)) {
      yield `Invalid schema for function '${fn.name}': schema must be a JSON Schema of 'type: "object"'.`;
    }
  }
  if (repeated(names)) yield `tools: function name ${repeated(names)} is duplicated`;
}

function* conversation(body: Json): Rules {
  const messages = list(body.messages);
  const ids = messages.flatMap((message) => list(message.tool_calls).map((call) => str(call.id)));
  if (repeated(ids)) yield `duplicate tool call id ${repeated(ids)}`;
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages.[${index}]`;
    if (message.role === "tool") {
      const id = str(message.tool_call_id);
      if (!open.includes(id)) {
        yield `${at}: messages with role 'tool' must be a response to a preceding message with 'tool_calls' (${id}).`;
      }
      open = open.filter((other) => other !== id);
    } else {
      if (open.length > 0) yield unanswered(open);
      open = list(message.tool_calls).map((call) => str(call.id));
    }
    yield* messageRules(at, message, index);
  }
  if (open.length > 0) yield unanswered(open);
}

function unanswered(ids: string[]): string {
  return (
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
    `These had no response: ${ids.join(", ")}`
  );
}

function* messageRules(at: string, message: Json, index: number): Rules {
  const { content } = message;
  switch (message.role) {
    case "system":
    case "developer":
      if (index > 0) yield `${at}: the system message must be at the beginning`;
      if (str(content) === "") yield `${at}: content must be a non-empty string`;
      return;
    case "user":
      return yield* userRules(at, content);
    case "tool":
      if (typeof content !== "string") yield `${at}.content: expected a string`;
      return;
    case "assistant":
      return yield* assistantRules(at, message);
  }
  yield `Invalid value: '${message.role}' at '${at}.role'.`;
}

function* userRules(at: string, content: unknown): Rules {
  if (typeof content === "string") return;
  if (!Array.isArray(content) || content.length === 0) yield `${at}.content: expected a string or parts`;
  for (const part of list(content)) {
    const url = str(obj(part.image_url).url);
    if (part.type !== "text" && part.type !== "image_url") yield `Invalid value: '${part.type}' at '${at}.content'.`;
    if (part.type === "text" && typeof part.text !== "string") yield `${at}.content: text expected`;
    if (part.type === "image_url" && !/^(https?:|data:image\/[a-z]+;base64,.)/.test(url)) {
      yield `${at}.content: invalid image URL`;
    }
  }
}

function* assistantRules(at: string, message: Json): Rules {
  const calls = list(message.tool_calls);
  if (Array.isArray(message.tool_calls) && calls.length === 0) yield `[] is too short - '${at}.tool_calls'`;
  if (calls.length === 0 && str(message.content) === "") yield `${at}: an assistant message must not be empty`;
  if (message.content !== null && message.content !== undefined && typeof message.content !== "string") {
    yield `${at}.content: expected a string or null`;
  }
  if (message.reasoning_content !== undefined && typeof message.reasoning_content !== "string") {
    yield `${at}.reasoning_content: expected a string`;
  }
  for (const call of calls) {
    const fn = obj(call.function);
    if (str(call.id) === "") yield `Missing required parameter: '${at}.tool_calls[].id'.`;
    if (call.type !== "function") yield `Missing required parameter: '${at}.tool_calls[].type'.`;
    if (!namePattern.test(str(fn.name))) yield `Invalid '${at}.tool_calls[].function.name'.`;
    if (!isObject(parseJson(str(fn.arguments)))) yield `${at}: function.arguments must be in JSON format`;
  }
}
