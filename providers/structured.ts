/** Holding an answer to a JSON Schema: which hosted models can be held, and what each vendor accepts of a schema. */
import type { ModelRequest } from "../agent/model.ts";
import { isRecord } from "./sse.ts";

export type Schema = Readonly<Record<string, unknown>>;

/**
 * Whether the vendor documents that it holds this model to a schema, as `ModelInfo.structured` says it. Where sources
 * disagree the answer is no: asking and checking works everywhere, a refused field nowhere.
 */
export function structuredMode(provider: string, wireId: string): boolean | "alone" {
  switch (provider.toLowerCase()) {
    case "anthropic":
      return /^claude-(?:opus|sonnet|haiku)-/.test(wireId);
    case "openai":
      return !/^gpt-4(?:-turbo)?$|-pro$/.test(wireId);
    case "google":
      // The second generation refuses a schema beside tools.
      return /^gemini-[12]\b/.test(wireId) ? "alone" : true;
    case "moonshot":
      return wireId === "kimi-k3" || wireId === "kimi-k2.6";
    case "dashscope":
      return wireId === "qwen-plus";
    default:
      return false;
  }
}

/** The schema without the name of its dialect, which constrains nothing and which some vendors refuse. */
export function plainSchema({ $schema: _, ...schema }: Schema): Schema {
  return schema;
}

/** OpenAI's format of a structured answer, as the Responses wire has it; the chat wire has it one level down. */
export function openaiFormat(outputSchema: NonNullable<ModelRequest["outputSchema"]>) {
  const schema = { ...plainSchema(outputSchema) };
  return { name: "answer", schema, strict: schema.type === "object" && isStrict(schema) };
}

const strictKeywords = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs"],
  ...["definitions", "title", "description", "pattern", "format", "minimum", "maximum", "exclusiveMinimum"],
  ...["exclusiveMaximum", "multipleOf", "minItems", "maxItems"],
]);

/**
 * Whether OpenAI's strict mode takes the schema as it is: objects closed, every property required, nothing but the
 * keywords it knows (https://developers.openai.com/api/docs/guides/structured-outputs).
 */
export function isStrict(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  if (Object.keys(schema).some((key) => !strictKeywords.has(key))) return false;
  const { properties = {}, required = [], items, anyOf = [], $defs = {}, definitions = {} } = schema;
  if (!isRecord(properties) || !Array.isArray(required) || !Array.isArray(anyOf)) return false;
  if (schema.type === "object") {
    const isWhole = Object.keys(properties).every((name) => required.includes(name));
    if (schema.additionalProperties !== false || !isWhole) return false;
  }
  const inner = [properties, $defs, definitions].flatMap((each) => Object.values(isRecord(each) ? each : {}));
  return [...inner, ...anyOf, ...(items === undefined ? [] : [items])].every(isStrict);
}
