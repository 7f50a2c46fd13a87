/** What Anthropic refuses in a request. */
import { blocksOf, cacheMarks } from "./fake-anthropic-blocks.ts";
import { isObject, type Json, list, obj, str } from "./fake-json.ts";
import { firstProblem, isBase64, isObjectSchema, type Rules, repeated, unknownField } from "./fake-rules.ts";
import { anthropicSchemaRules } from "./fake-schema.ts";
import type { CheckContext } from "./fake-wire.ts";

const countedFields = ["messages", "model", "cache_control", "context_management", "output_config", "speed", "system"];
const countFields = [...countedFields, "thinking", "tool_choice", "tools", "mcp_servers"];
const fields = [
  ...countFields,
  ...["max_tokens", "container", "diagnostics", "inference_geo", "metadata", "service_tier", "stop_sequences"],
  ...["stream", "user_profile_id", "workspace_id"],
];
/** Gone from the API since version 2026-10-21. */
const samplingFields = ["temperature", "top_p", "top_k"];
const versions = ["2023-06-01", "2026-10-21", "vertex-2023-10-16"];
const blockTypes = {
  user: ["text", "image", "document", "tool_result"],
  assistant: ["text", "thinking", "redacted_thinking", "tool_use"],
};
const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const namePattern = /^[a-zA-Z0-9_-]{1,128}$/;

export function anthropicProblem(body: Json, context: CheckContext): string | undefined {
  return (
    firstProblem(topLevel(body, context)) ??
    firstProblem(toolRules(body)) ??
    firstProblem(outputRules(body)) ??
    firstProblem(editRules(body)) ??
    firstProblem(cacheRules(body)) ??
    firstProblem(conversation(body, context))
  );
}

function* topLevel(body: Json, context: CheckContext): Rules {
  const version = context.headers["anthropic-version"] ?? "";
  if (!versions.includes(version)) yield `anthropic-version: "${version}" is not a valid version`;
  const allowed = [...(context.counting ? countFields : fields), ...(version === "2023-06-01" ? samplingFields : [])];
  const unknown = unknownField(body, allowed);
  if (unknown) yield `${unknown}: Extra inputs are not permitted`;
  if (body.context_management && !context.headers["anthropic-beta"]?.includes("context-management")) {
    yield "context_management: Extra inputs are not permitted";
  }
  if (body.speed && !context.headers["anthropic-beta"]?.includes("fast-mode")) {
    yield "speed: Extra inputs are not permitted";
  }
  if (str(body.model) === "") yield "model: Field required";
  if (!Array.isArray(body.messages) || body.messages.length === 0) yield "messages: at least one message is required";
  if (context.counting) return;
  if (body.max_tokens === undefined) yield "max_tokens: Field required";
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) yield "max_tokens: must be at least 1";
  if (body.stream !== true) yield "stream: the fake answers streams only";
  const thinking = obj(body.thinking);
  const budget = Number(thinking.budget_tokens);
  if (thinking.type === "enabled" && !(budget >= 1024)) {
    yield "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024";
  }
  if (thinking.type === "enabled" && budget >= Number(body.max_tokens)) {
    yield "`max_tokens` must be greater than `thinking.budget_tokens`";
  }
  if (["enabled", "adaptive"].includes(str(thinking.type)) && (body.temperature ?? 1) !== 1) {
    yield "`temperature` may only be set to 1 when thinking is enabled";
  }
}

function* toolRules(body: Json): Rules {
  const tools = list(body.tools);
  for (const [index, tool] of tools.entries()) {
    if (!namePattern.test(str(tool.name))) {
      yield `tools.${index}.custom.name: String should match pattern '${namePattern.source}'`;
    }
    if (!isObjectSchema(tool.input_schema)) yield `tools.${index}.custom.input_schema.type: Input should be 'object'`;
  }
  if (repeated(tools.map((tool) => str(tool.name)))) yield "tools: Tool names must be unique.";
}

const outputEfforts = ["low", "medium", "high", "xhigh", "max"];

function* outputRules(body: Json): Rules {
  const { effort, format, ...rest } = obj(body.output_config);
  const [odd] = Object.keys(rest).filter((field) => field !== "task_budget");
  if (odd) yield `output_config.${odd}: Extra inputs are not permitted`;
  if (effort !== undefined && !outputEfforts.includes(str(effort))) {
    yield `output_config.effort: Input should be ${outputEfforts.map((each) => `'${each}'`).join(", ")}`;
  }
  if (format !== undefined) yield* anthropicSchemaRules(obj(format));
}

function* editRules(body: Json): Rules {
  const edits = list(obj(body.context_management).edits);
  const types = edits.map((edit) => str(edit.type));
  const odd = types.find((type) => !["clear_thinking_20251015", "clear_tool_uses_20250919"].includes(type));
  if (odd !== undefined) yield `context_management.edits: Input tag '${odd}' does not match any of the expected tags`;
  if (repeated(types)) yield `context_management.edits: ${repeated(types)} may be given once`;
  if (types.indexOf("clear_thinking_20251015") > 0) {
    yield "context_management.edits: `clear_thinking_20251015` strategy must be first in the list";
  }
  if (types.includes("clear_thinking_20251015") && !["enabled", "adaptive"].includes(str(obj(body.thinking).type))) {
    yield "context_management: `clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive";
  }
}

function* cacheRules(body: Json): Rules {
  const marks = cacheMarks(body);
  if (marks.length > 4) yield `A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`;
  for (const mark of marks) {
    if (mark.type !== "ephemeral") yield "cache_control.type: Input should be 'ephemeral'";
    if (!["5m", "1h"].includes(str(mark.ttl ?? "5m"))) yield "cache_control.ttl: Input should be '5m' or '1h'";
  }
}

function* conversation(body: Json, context: CheckContext): Rules {
  const messages = list(body.messages);
  const ids = messages.flatMap((message) => blocksOf(message.content).flatMap((block) => toolUseId(block) ?? []));
  if (repeated(ids)) yield "messages: `tool_use` ids must be unique";
  for (const [index, message] of messages.entries()) {
    const { role } = message;
    const at = `messages.${index}`;
    if (role !== "user" && role !== "assistant") return yield `${at}.role: Input should be 'user' or 'assistant'`;
    if (index === 0 && role !== "user") yield "messages: first message must use the user role";
    if (messages[index - 1]?.role === role) yield `messages: roles must alternate, but found "${role}" twice in a row`;
    const blocks = blocksOf(message.content);
    if (blocks.length === 0) yield `${at}: ${role} messages must have non-empty content`;
    for (const [number, block] of blocks.entries()) {
      const where = `${at}.content.${number}`;
      if (!blockTypes[role].includes(str(block.type)))
        yield `${where}: \`${block.type}\` has no place in a ${role} message`;
      yield* blockRules(where, block, context);
    }
    if (role === "assistant" && str(blocks.at(-1)?.type).endsWith("thinking")) {
      yield `${at}: The final block in an assistant message cannot be \`thinking\`.`;
    }
    yield* pairing(at, messages[index - 1], message, messages[index + 1]);
  }
  if (messages.at(-1)?.role === "assistant" && !context.paused) {
    yield "This model does not support assistant message prefill. The conversation must end with a user message.";
  }
}

const toolUseId = (block: Json) => (block.type === "tool_use" ? str(block.id) : undefined);
const resultIds = (message: Json | undefined) =>
  blocksOf(message?.content).flatMap((block) => (block.type === "tool_result" ? [str(block.tool_use_id)] : []));
const callIds = (message: Json | undefined) => blocksOf(message?.content).flatMap((block) => toolUseId(block) ?? []);

/** Each call has its result in the next message, before anything else there, and each result its call in the message before. */
function* pairing(at: string, before: Json | undefined, message: Json, after: Json | undefined): Rules {
  const missing = callIds(message).filter((id) => !resultIds(after).includes(id));
  if (missing.length > 0) {
    yield `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}`;
  }
  const results = resultIds(message);
  const orphan = results.find((id) => !callIds(before).includes(id));
  if (orphan !== undefined) yield `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}`;
  if (repeated(results))
    yield `${at}: each tool_use must have a single result. Found multiple for ${repeated(results)}`;
  const firstOther = blocksOf(message.content).findIndex((block) => block.type !== "tool_result");
  if (firstOther >= 0 && firstOther < results.length)
    yield `${at}: \`tool_result\` blocks must come before other content`;
}

function* blockRules(where: string, block: Json, context: CheckContext): Rules {
  switch (block.type) {
    case "text":
      if (str(block.text) === "") yield `${where}: text content blocks must be non-empty`;
      if (str(block.text).trim() === "") yield `${where}: text content blocks must contain non-whitespace text`;
      return;
    case "thinking":
      if (typeof block.signature !== "string" || block.signature === "") {
        yield `${where}.thinking.signature: Field required`;
      }
      if (!context.seals.holds(context.model, str(block.thinking), str(block.signature))) {
        yield `${where}: Invalid \`signature\` in \`thinking\` block`;
      }
      if (block.cache_control) yield `${where}.thinking.cache_control: Extra inputs are not permitted`;
      return;
    case "redacted_thinking":
      if (!context.seals.holds(context.model, "", str(block.data))) {
        yield `${where}: Invalid \`data\` in \`redacted_thinking\` block`;
      }
      return;
    case "tool_use":
      if (!namePattern.test(str(block.id))) yield `${where}.tool_use.id: String should match '${namePattern.source}'`;
      if (!namePattern.test(str(block.name)))
        yield `${where}.tool_use.name: String should match '${namePattern.source}'`;
      if (!isObject(block.input)) yield `${where}.tool_use.input: Input should be a valid dictionary`;
      return;
    case "tool_result":
      for (const inner of blocksOf(block.content ?? [])) {
        if (inner.type !== "text") yield* blockRules(`${where}.tool_result`, inner, context);
        else if (typeof block.content !== "string" && str(inner.text) === "") {
          yield `${where}.tool_result: text content blocks must be non-empty`;
        }
      }
      return;
    case "image":
      return yield* imageRules(where, obj(block.source));
    case "document":
      return;
  }
  yield `${where}: Input tag '${block.type}' found using 'type' does not match any of the expected tags`;
}

function* imageRules(where: string, source: Json): Rules {
  if (source.type === "url") return;
  if (!imageTypes.includes(str(source.media_type))) yield `${where}.image.source.base64.media_type: unsupported`;
  if (!isBase64(source.data)) yield `${where}.image.source.base64: invalid base64 data`;
}
