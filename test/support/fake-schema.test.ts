import { expect, test } from "bun:test";
import type { Json } from "./fake-json.ts";
import { startFakeProvider } from "./fake-provider.ts";
import { sampleOf } from "./fake-schema.ts";
import type { Wire } from "./fake-types.ts";
import { refusal } from "./sdk-clients.ts";

const closed = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
const open = { type: "object", properties: { a: { type: "string" } } };
const read = { name: "Read", description: "Reads", parameters: { type: "object" } };

const bodies: Record<Wire, (schema: unknown, strict?: boolean) => Json> = {
  anthropic: (schema) => ({
    ...{ model: "claude-opus-5-5", max_tokens: 10, stream: true, messages: [{ role: "user", content: "a" }] },
    output_config: { format: { type: "json_schema", schema } },
  }),
  openai: (schema, strict = false) => ({
    ...{ model: "gpt-5.6", stream: true, input: "a" },
    text: { format: { type: "json_schema", name: "answer", schema, strict } },
  }),
  chat: (schema, strict = false) => ({
    ...{ model: "kimi-k3", stream: true, messages: [{ role: "user", content: "a" }] },
    response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict } },
  }),
  gemini: (schema) => ({
    ...{ model: "gemini-2.5-pro", contents: [{ role: "user", parts: [{ text: "a" }] }] },
    generationConfig: { responseMimeType: "application/json", responseJsonSchema: schema },
  }),
};

const table: [wire: Wire, body: Json, words: string | undefined][] = [
  ["anthropic", bodies.anthropic(closed), undefined],
  ["anthropic", bodies.anthropic(open), "'additionalProperties' must be explicitly set to false"],
  ["anthropic", bodies.anthropic({ ...closed, properties: { a: { minimum: 3 } } }), "'minimum' is not supported"],
  ["anthropic", { ...bodies.anthropic(closed), output_config: { effort: "min" } }, "output_config.effort"],
  ["anthropic", { ...bodies.anthropic(closed), speed: "fast" }, "speed: Extra inputs are not permitted"],
  ["openai", bodies.openai(closed, true), undefined],
  ["openai", bodies.openai(open), undefined],
  ["openai", bodies.openai(open, true), "'additionalProperties' is required"],
  ["openai", bodies.openai({ ...closed, required: [] }, true), "Missing 'a'"],
  ["openai", bodies.openai({ type: "array" }, true), 'type: "object"'],
  ["chat", bodies.chat(closed, true), undefined],
  ["chat", bodies.chat(open, true), "'additionalProperties' is required"],
  ["chat", { ...bodies.chat(closed), enable_thinking: true }, "not supported in thinking mode"],
  ["gemini", bodies.gemini(open), undefined],
  ["gemini", { ...bodies.gemini(open), generationConfig: { responseJsonSchema: open } }, "requires response mimetype"],
  ["gemini", { ...bodies.gemini(open), tools: [{ functionDeclarations: [read] }] }, "is unsupported"],
];

test.each(table)("%s: a schema is checked as the vendor does (%#)", async (wire, body, words) => {
  await using fake = await startFakeProvider([{ parts: [], document: true }]);
  const refused = await refusal(fake, wire, body);
  if (words === undefined) expect([refused, fake.problems]).toEqual([undefined, []]);
  else expect(refused).toContain(words);
});

test("a document fits its schema", () => {
  const schema = {
    type: "object",
    properties: {
      kind: { enum: ["x", "y"] },
      only: { const: 4 },
      list: { type: "array", minItems: 2, items: { $ref: "#/$defs/item" } },
      maybe: { anyOf: [{ type: "null" }, { type: "string" }] },
      count: { type: "integer", minimum: 12 },
      left: { type: "string" },
    },
    required: ["kind", "only", "list", "maybe", "count"],
    $defs: { item: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] } },
  };
  expect(sampleOf(schema)).toEqual({ kind: "x", only: 4, list: [{ ok: true }, { ok: true }], maybe: null, count: 12 });
});
