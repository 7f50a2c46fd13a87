/**
 * GBNF, the grammar language of llama.cpp, from JSON Schema. Keywords that it cannot say (patterns, formats, ranges,
 * `allOf`, `not`) are left out: the grammar is then looser than the schema, and the validator checks what it let through.
 * Spacing is fixed (`", "` and `": "`), as the templates of most models write JSON. Format: llama.cpp `grammars/README.md`.
 */
import type { ToolSpec } from "../../agent/model.ts";

type Schema = Readonly<Record<string, unknown>>;

/** How a model writes a call: `open`, the tool's name, `between`, an object, `end` and `close`. */
export interface CallForm {
  /** What in an answer tells that a call begins; `open` starts with it, but for space. */
  readonly mark: string;
  /** The mark counts only at the start of a line. */
  readonly atLine: boolean;
  readonly open: string;
  readonly between: string;
  /** The last that is written by the grammar: what is left of the call is known then. */
  readonly end: string;
  /** Empty where the answer ends with the call. */
  readonly close: string;
}

/** Of the forms whose call is one object of JSON. */
export const jsonObject = { between: '", "arguments": ', end: "}" };

/** `chars` is its own rest, for what follows a rule of a single character xgrammar has to try token by token. */
const jsonRules = `
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" (string ": " value (", " string ": " value)*)? "}"
array ::= "[" (value (", " value)*)? "]"
string ::= "\\"" chars
chars ::= "\\"" | [^"\\\\\\x00-\\x1F] chars | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F]) chars
integer ::= "-"? ("0" | [1-9] [0-9]{0,15})
number ::= integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?
`;

/** What may follow the opening of a call: one of the tools' names, its arguments, and the end of the object. */
export function callGrammar(tools: readonly ToolSpec[], { between, end }: Pick<CallForm, "between" | "end">): string {
  const rules = new Map<string, string>();
  const calls = tools.map((tool, index) => {
    const args = writeSchema(tool.schema, { root: tool.schema, rules, prefix: `t${index}`, made: new Map() });
    return `${literal(`${tool.name}${between}`)} ${args} ${literal(end)}`;
  });
  rules.set("root", calls.join(" | ") || '"}"');
  return [...rules].map(([name, body]) => `${name} ::= ${body}`).join("\n") + jsonRules;
}

/** An answer that satisfies a schema, and nothing else; or `mark`, where a call may open instead. */
export function outputGrammar(schema: Schema, mark?: string): string {
  const rules = new Map<string, string>();
  const output = writeSchema(schema, { root: schema, rules, prefix: "o", made: new Map() });
  rules.set("root", mark === undefined ? output : `${output} | ${literal(mark)}`);
  return [...rules].map(([name, body]) => `${name} ::= ${body}`).join("\n") + jsonRules;
}

interface Writer {
  /** The schema that `#` refers to. */
  readonly root: Schema;
  readonly rules: Map<string, string>;
  readonly prefix: string;
  /** Rule names of the schemas met so far, so that a recursive schema ends. */
  readonly made: Map<unknown, string>;
}

/** Adds a rule for the schema and gives its name. */
function writeSchema(schema: unknown, writer: Writer): string {
  if (!isRecord(schema)) return "value";
  const known = writer.made.get(schema);
  if (known) return known;
  const name = `${writer.prefix}-${writer.made.size}`;
  writer.made.set(schema, name);
  writer.rules.set(name, body(schema, writer));
  return name;
}

function body(schema: Schema, writer: Writer): string {
  if (typeof schema.$ref === "string") return writeSchema(deref(schema.$ref, writer.root), writer);
  if ("const" in schema) return json(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(json).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return choices.map((choice) => writeSchema(choice, writer)).join(" | ");
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => writeSchema({ ...schema, type }, writer)).join(" | ");
  }
  switch (schema.type) {
    case "object":
      return objectBody(schema, writer);
    case "array":
      return arrayBody(schema, writer);
    case "string":
    case "integer":
    case "number":
      return schema.type;
    case "boolean":
      return '"true" | "false"';
    case "null":
      return '"null"';
    default:
      return "value";
  }
}

/** Properties come in the schema's order, the required ones first; each optional one may be left out. */
function objectBody(schema: Schema, writer: Writer): string {
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  if (!properties.length) return mapBody(schema, writer);
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const pair = ([key, value]: [string, unknown]) =>
    `${literal(`${JSON.stringify(key)}: `)} ${writeSchema(value, writer)}`;
  const first = properties.filter(([key]) => required.has(key)).map(pair);
  const optional = properties.filter(([key]) => !required.has(key)).map(pair);
  if (first.length) {
    return `"{" ${first.join(' ", " ')}${optional.map((item) => ` (", " ${item})?`).join("")} "}"`;
  }
  // Which optional property is written first decides which may follow.
  const starts = optional.map((item, at) =>
    [item, ...optional.slice(at + 1).map((next) => `(", " ${next})?`)].join(" "),
  );
  return `"{" (${starts.join(" | ")})? "}"`;
}

function mapBody(schema: Schema, writer: Writer): string {
  const values = schema.additionalProperties;
  if (values === false) return '"{}"';
  if (!isRecord(values)) return "object";
  const pair = `string ": " ${writeSchema(values, writer)}`;
  return `"{" (${pair} (", " ${pair})*)? "}"`;
}

/** A rule that counts further than this makes a grammar slow. */
const maxCounted = 32;

function arrayBody(schema: Schema, writer: Writer): string {
  if (Array.isArray(schema.prefixItems)) {
    const items = schema.prefixItems.map((item) => writeSchema(item, writer));
    return items.length ? `"[" ${items.join(' ", " ')} "]"` : "array";
  }
  const item = writeSchema(schema.items, writer);
  const min = typeof schema.minItems === "number" ? schema.minItems : 0;
  const max = typeof schema.maxItems === "number" && schema.maxItems <= maxCounted ? schema.maxItems : undefined;
  if (max === 0) return '"[]"';
  const more = `(", " ${item}){${Math.max(0, Math.min(min, maxCounted) - 1)},${max === undefined ? "" : max - 1}}`;
  return min > 0 ? `"[" ${item} ${more} "]"` : `"[" (${item} ${more})? "]"`;
}

/** `#` and `#/$defs/name`; anything else is any value. */
function deref(ref: string, root: Schema): unknown {
  const steps = ref.replace(/^#\/?/, "").split("/").filter(Boolean);
  let at: unknown = ref.startsWith("#") ? root : undefined;
  for (const step of steps) at = isRecord(at) ? at[step.replace(/~1/g, "/").replace(/~0/g, "~")] : undefined;
  return at;
}

function json(value: unknown): string {
  return literal(JSON.stringify(value));
}

function literal(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `"${escaped}"`;
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
