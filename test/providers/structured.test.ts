import { expect, test } from "bun:test";
import { z } from "zod";
import { lowestSettings, type ModelInfo } from "../../agent/model.ts";
import { listModels, resolveModel } from "../../providers/catalog.ts";
import { isStrict, openaiFormat, plainSchema } from "../../providers/structured.ts";
import { bodyOf, doneOf, errorOf, hello, rig, type Subject } from "../contract/provider-rig.ts";
import { anthropic, gemini, openai } from "../contract/subjects.ts";
import { dashscope, minimax, moonshot } from "../contract/subjects-chat.ts";

const schema = z.toJSONSchema(z.object({ name: z.string().min(1), age: z.int().optional() }));
const subjects: Record<string, Subject> = { anthropic, openai, google: gemini, moonshot, dashscope, minimax };

async function bodyFor(info: ModelInfo, outputSchema: Readonly<Record<string, unknown>> = schema) {
  const subject = subjects[info.provider] ?? openai;
  await using it = await rig(subject, [{ parts: [], document: true }], { info });
  const thinking = info.budgetModes.includes("auto") ? ("auto" as const) : lowestSettings(info).thinkingBudget;
  const settings = { ...lowestSettings(info), thinkingBudget: thinking };
  const tools = info.structured === "alone" ? { tools: [] } : {};
  doneOf(await it.ask(hello(info), { outputSchema, settings, ...tools }));
  expect(it.fake.problems).toEqual([]);
  return bodyOf(it);
}

test("every row that says it can be held to a schema sends it as its vendor takes it, thinking or not", async () => {
  const able = Object.keys(subjects).flatMap((name) => listModels(name).filter(({ info }) => info.structured));
  expect(able.length).toBeGreaterThan(40);
  for (const { info } of able) expect(JSON.stringify(await bodyFor(info))).toContain('"name"');
});

test("rows whose vendors do not say so, or say no, are asked instead", () => {
  const mode = (provider: string, id: string) => resolveModel(provider, id).structured;
  expect(mode("anthropic", "opus-5.5")).toBe(true);
  expect(mode("anthropic", "fable-5.0")).toBeUndefined();
  expect(mode("openai", "gpt-4.0")).toBeUndefined();
  expect(mode("openai", "gpt-turbo-4.0")).toBeUndefined();
  expect(mode("openai", "gpt-pro-5.4")).toBeUndefined();
  expect(mode("openai", "gpt-omni-mini-4.0")).toBe(true);
  expect(mode("google", "gemini-pro-2.5")).toBe("alone");
  expect(mode("google", "gemini-flash-3.5")).toBe(true);
  expect(mode("moonshot", "kimi-code-2.7")).toBeUndefined();
  expect(mode("dashscope", "qwen-plus-3.0")).toBe(true);
  expect(mode("dashscope", "qwen-max-3.8")).toBeUndefined();
  expect(mode("minimax", "minimax-3.0")).toBeUndefined();
});

test("Anthropic gets closed objects, and in words what it cannot enforce", async () => {
  const { output_config } = await bodyFor({ ...anthropic.info, efforts: ["high"] });
  expect(output_config).toEqual({
    effort: "high",
    format: {
      type: "json_schema",
      schema: {
        type: "object",
        properties: {
          name: { type: "string", description: "{minLength: 1}" },
          age: { type: "integer", description: expect.stringContaining("maximum") },
        },
        required: ["name"],
        additionalProperties: false,
      },
    },
  });
  await using it = await rig(anthropic, []);
  const { error } = errorOf(
    await it.ask(hello(anthropic.info), { outputSchema: { properties: { a: {} }, type: "object" } }),
  );
  expect([error.code, error.message]).toEqual([
    "bad_request",
    "Anthropic rejected the request: It cannot be held to this schema",
  ]);
  expect(it.fake.requests).toEqual([]);
});

test("OpenAI's strict mode is asked for exactly where it takes the schema as it is", async () => {
  const closed = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  const nested = (inner: object) => ({ ...closed, properties: { a: inner } });
  expect(isStrict(closed)).toBe(true);
  expect(isStrict(nested({ type: "array", items: closed, minItems: 1 }))).toBe(true);
  expect(isStrict(nested({ anyOf: [closed, { type: "null" }] }))).toBe(true);
  expect(isStrict(nested({ $ref: "#/$defs/b" }))).toBe(true);
  expect(isStrict({ ...closed, required: [] })).toBe(false);
  expect(isStrict({ ...closed, additionalProperties: true })).toBe(false);
  expect(isStrict(nested({ type: "object", properties: {} }))).toBe(false);
  expect(isStrict(nested({ type: "string", minLength: 1 }))).toBe(false);
  expect(isStrict(nested({ anyOf: [{ type: "object" }] }))).toBe(false);
  expect(openaiFormat({ $schema: "draft", ...closed })).toEqual({ name: "answer", schema: closed, strict: true });
  expect(openaiFormat({ type: "array", items: closed })).toMatchObject({ strict: false });
  expect(plainSchema({ $schema: "draft", type: "string" })).toEqual({ type: "string" });
  expect((await bodyFor(openai.info, closed)).text).toEqual({
    format: { type: "json_schema", name: "answer", schema: closed, strict: true },
  });
});

test("Qwen answers a schema without thinking, which its vendor demands", async () => {
  const info = resolveModel("dashscope", "qwen-plus-3.0");
  expect(await bodyFor(info)).toMatchObject({ enable_thinking: false, response_format: { type: "json_schema" } });
});
