import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import type { Model, Provider } from "../../../agent/model.ts";
import { defineTool, toolSpec } from "../../../agent/tool.ts";
import { outputGrammar } from "../../../providers/local/grammar.ts";
import { askModel, talk, testLocal } from "../../support/local-model.ts";

let provider: Provider;
let model: Model;

beforeAll(async () => {
  provider = await testLocal();
  model = await provider.model();
});

afterAll(() => provider.close());

const city = z.object({ city: z.string().max(30), population: z.int(), capital: z.boolean() });
const outputSchema = z.toJSONSchema(city);

test("the model says that it can be held to a schema, and is", async () => {
  expect(model.info.structured).toBe(true);
  const { last, text } = await askModel(model, {
    messages: talk(model, "Paris is the capital of France, with 2 million people. Tell me of it."),
    outputSchema,
    maxOutputTokens: 80,
  });
  expect(last).toMatchObject({ type: "done", stopReason: "endTurn", parts: [{ type: "text", text }] });
  expect(city.parse(JSON.parse(text))).toMatchObject({ city: "Paris", capital: true });
});

test("an answer that is cut says so", async () => {
  const { last } = await askModel(model, { messages: talk(model, "Paris"), outputSchema, maxOutputTokens: 4 });
  expect(last).toMatchObject({ type: "done", stopReason: "maxTokens" });
});

test("a choice of words is one of them, whatever the question", async () => {
  const colour = z.enum(["<think>", "ultramarine"]);
  const { text } = await askModel(model, {
    messages: talk(model, "What is 2 + 2?"),
    outputSchema: z.toJSONSchema(colour),
  });
  expect(colour.options).toContain(JSON.parse(text));
});

test("with tools at hand it still calls one first, and then answers by the schema", async () => {
  const read = toolSpec(
    defineTool({
      name: "Read",
      description: "Reads a file.",
      schema: z.object({ file_path: z.string() }),
      run: async () => ({ text: "" }),
    }),
  );
  const messages = talk(model, 'Use Read with file_path "town.txt".');
  const called = await askModel(model, { messages, tools: [read], outputSchema, maxOutputTokens: 60 });
  expect(called.last).toMatchObject({
    type: "done",
    stopReason: "toolUse",
    parts: [{ type: "toolCall", name: "Read", args: { file_path: "town.txt" } }],
  });
});

test("the grammar of an answer has room for a call where one may open", () => {
  expect(outputGrammar({ type: "boolean" }, "<tool_call>")).toContain('root ::= o-0 | "<tool_call>"\n');
  expect(outputGrammar({ type: "boolean" })).toContain("root ::= o-0\n");
});
