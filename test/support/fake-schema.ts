/** Schemas that answers are held to: what vendors refuse in one, and a document that fits it. */
import { isObject, type Json, list, obj, str } from "./fake-json.ts";
import type { Rules } from "./fake-rules.ts";

/** The smallest document of a schema: required properties only, the first of what is allowed. */
export function sampleOf(schema: unknown, root: Json = obj(schema)): unknown {
  const {
    type,
    const: only,
    enum: allowed,
    $ref,
    properties,
    required,
    items,
    minItems,
    minimum,
    ...rest
  } = obj(schema);
  if (only !== undefined) return only;
  if (Array.isArray(allowed)) return allowed[0];
  if (typeof $ref === "string") return sampleOf(resolveRef($ref, root), root);
  const [variant] = [...list(rest.anyOf), ...list(rest.oneOf)];
  if (variant) return sampleOf(variant, root);
  switch (Array.isArray(type) ? type[0] : type) {
    case "object": {
      const names = Array.isArray(required) ? required.map(String) : [];
      return Object.fromEntries(names.map((name) => [name, sampleOf(obj(properties)[name], root)]));
    }
    case "array":
      return Array.from({ length: Number(minItems ?? 0) }, () => sampleOf(items, root));
    case "string":
      return rest.format === "date" ? "2026-01-02" : "words";
    case "integer":
    case "number":
      return Number(minimum ?? 7);
    case "boolean":
      return true;
    default:
      return null;
  }
}

function resolveRef(ref: string, root: Json): unknown {
  return ref
    .replace(/^#\/?/, "")
    .split("/")
    .filter((step) => step !== "")
    .reduce<unknown>((at, step) => obj(at)[step], root);
}

/** Every schema inside a schema, itself included, with its place. */
function* parts(schema: unknown, at: string): Generator<readonly [at: string, schema: Json]> {
  if (!isObject(schema)) return;
  yield [at, schema];
  for (const key of ["properties", "$defs", "definitions"]) {
    for (const [name, inner] of Object.entries(obj(schema[key]))) yield* parts(inner, `${at}.${key}.${name}`);
  }
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    for (const [index, inner] of list(schema[key]).entries()) yield* parts(inner, `${at}.${key}.${index}`);
  }
  yield* parts(schema.items, `${at}.items`);
}

const anthropicRefuses = [
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"],
  ...["maxItems", "oneOf", "not", "if", "patternProperties", "$schema"],
];

/** Anthropic compiles a part of JSON Schema and refuses the rest. */
export function* anthropicSchemaRules(format: Json): Rules {
  const where = "output_config.format.schema";
  if (format.type !== "json_schema") yield "output_config.format.type: Input should be 'json_schema'";
  if (!isObject(format.schema)) yield `${where}: Field required`;
  for (const [at, schema] of parts(format.schema, where)) {
    const odd = anthropicRefuses.find((key) => key in schema);
    if (odd) yield `${at}: For this schema the property '${odd}' is not supported`;
    if (schema.type === "object" && schema.additionalProperties !== false) {
      yield `${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`;
    }
  }
}

const strictRefuses = ["oneOf", "allOf", "not", "if", "patternProperties", "uniqueItems", "minLength", "maxLength"];

/** OpenAI's format on both of its wires. `where` is the place that it names. */
export function* openaiSchemaRules(format: Json, where: string): Rules {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(str(format.name))) yield `Invalid '${where}.name': string does not match pattern.`;
  if (!isObject(format.schema)) yield `Missing required parameter: '${where}.schema'.`;
  if (format.strict !== true) return;
  const invalid = (what: string) => `Invalid schema for response_format '${format.name}': ${what}`;
  if (obj(format.schema).type !== "object") yield invalid("schema must be a JSON Schema of 'type: \"object\"'.");
  for (const [at, schema] of parts(format.schema, "schema")) {
    const odd = strictRefuses.find((key) => key in schema);
    if (odd) yield invalid(`In ${at}, '${odd}' is not permitted.`);
    if (schema.type !== "object") continue;
    if (schema.additionalProperties !== false) {
      yield invalid(`In ${at}, 'additionalProperties' is required to be supplied and to be false.`);
    }
    const required = Array.isArray(schema.required) ? schema.required : [];
    const missing = Object.keys(obj(schema.properties)).find((name) => !required.includes(name));
    if (missing) yield invalid(`In ${at}, 'required' must include every key in properties. Missing '${missing}'.`);
  }
}
