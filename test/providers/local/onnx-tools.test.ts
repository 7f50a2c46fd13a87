import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Agent } from "../../../agent/agent.ts";
import type { Model, Provider, ToolSpec } from "../../../agent/model.ts";
import { Session } from "../../../agent/session.ts";
import { defineTool, toolSpec } from "../../../agent/tool.ts";
import { builtinTools } from "../../../tools/registry.ts";
import { askModel, talk } from "../../support/local-model.ts";
import { testOnnx } from "../../support/onnx-model.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { lookedUp } from "./looked-up.ts";

let provider: Provider;
let model: Model;
const tools: readonly ToolSpec[] = builtinTools().map(toolSpec);

beforeAll(async () => {
  provider = await testOnnx({ contextSize: 2048 });
  model = await provider.model();
});

afterAll(() => provider.close());

const question = "What does notes.md say about the deadline?";

test("through the whole loop: the model calls a tool, answers from its result, stops, and is resumed where it was", async () => {
  using dir = tempDir();
  writeFileSync(
    join(dir.path, "notes.md"),
    "# Project notes\nThe team meets every Tuesday.\nThe deadline for the first release is 14 March.\n",
  );
  const log = join(dir.path, "session");
  const options = { model, tools: builtinTools().filter(({ name }) => name === "Read"), cwd: dir.path, temperature: 0 };
  let first = 0;
  {
    await using session = await Session.create(log);
    await using agent = new Agent({ ...options, session });
    const { content, reason, rounds, usage } = await agent.run(question);
    expect({ reason, rounds }).toEqual({ reason: "done", rounds: 1 });
    expect(content).toContain("14 March");
    // The second call of the model evaluated the result alone.
    expect(usage.cacheRead).toBeGreaterThan(usage.input / 2);
    first = usage.input;
  }
  await using session = await Session.open(log);
  await using agent = new Agent({ ...options, session, maxOutputTokens: 24 });
  const { reason, usage } = await agent.run("Thank you.");
  expect(reason).toBe("done");
  expect(usage.input).toBeLessThan(first / 2);
  expect(usage.cacheRead).toBeGreaterThan(first / 2);
});

test("a question about the world is answered without a call, and where no tool is offered none is called", async () => {
  const about = { messages: talk(model, "Explain what a mutex is."), tools, maxOutputTokens: 24 };
  const { last, text } = await askModel(model, about);
  expect(last.parts.map(({ type }) => type)).toEqual(["text"]);
  expect(text).toMatch(/mutex/i);
  const bare = await askModel(model, { messages: talk(model, question), maxOutputTokens: 24 });
  expect(bare.last.parts.map(({ type }) => type)).toEqual(["text"]);
});

test("a path in a call is one that the question names", async () => {
  const { last } = await askModel(model, { messages: talk(model, "Read src/deep/main.ts please."), tools });
  expect(last.parts).toEqual([{ type: "toolCall", name: "Read", args: { file_path: "src/deep/main.ts" } }]);
});

test("a call cut by the cap is told as malformed and as cut, so that it is never run", async () => {
  const { last } = await askModel(model, { messages: talk(model, question), tools, maxOutputTokens: 10 });
  expect(last).toMatchObject({ type: "done", stopReason: "maxTokens" });
  for (const part of last.parts) if (part.type === "toolCall") expect(part.malformed).toBeString();
});

/** A template that knows tools, in the form of the Hermes and Qwen families. */
const hermes =
  "{% if tools %}<|im_start|>system\nTools: {{ tools | tojson }}<|im_end|>\n{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}" +
  "{% for c in m.tool_calls or [] %}<tool_call>\n{{ c.function | tojson }}\n</tool_call>{% endfor %}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";

const lookUp = toolSpec(
  defineTool({
    name: "look_up",
    description: "Looks up a word.",
    schema: z.object({ word: z.string() }),
    run: () => "",
  }),
);

test("with a template that knows tools the model opens tagged calls itself, and their arguments stream", async () => {
  await using onnx = await testOnnx({ chatTemplate: hermes, contextSize: 2048 });
  const own = await onnx.model();
  const messages = lookedUp(own, ["tree", "house", "river", "stone"]);
  const { chunks, last } = await askModel(own, { system: "", messages, tools: [lookUp], maxOutputTokens: 120 });
  const [call] = last.parts.filter((part) => part.type === "toolCall");
  expect(call).toMatchObject({ name: "look_up", args: { word: "cloud" } });
  const args = chunks.flatMap((chunk) => (chunk.type === "toolArgs" && chunk.index === 0 ? [chunk.text] : []));
  expect(args.length).toBeGreaterThan(1);
  expect(JSON.parse(args.join(""))).toEqual({ word: "cloud" });
});

test("what a model thinks is no call, whatever it looks like", async () => {
  const thinks = `${hermes}{% if enable_thinking %}<think>{% endif %}`;
  await using onnx = await testOnnx({ chatTemplate: thinks, contextSize: 2048 });
  const own = await onnx.model();
  const messages = lookedUp(own, ["tree", "house", "river", "stone"]);
  const settings = {
    effort: "medium",
    thinkingBudget: "none",
    thinkingOutput: "text",
    tier: "auto",
    cacheTtlSec: 0,
  } as const;
  const { last } = await askModel(own, { system: "", messages, tools: [lookUp], settings, maxOutputTokens: 40 });
  expect(last.parts.map(({ type }) => type)).toEqual(["thinking"]);
});

const city = z.object({ city: z.string().max(30), population: z.int(), capital: z.boolean() });

test("an answer is held to its schema", async () => {
  const { last, text } = await askModel(model, {
    messages: talk(model, "Paris is the capital of France, with 2 million people. Tell me of it."),
    outputSchema: z.toJSONSchema(city),
    maxOutputTokens: 80,
  });
  expect(last).toMatchObject({ type: "done", stopReason: "endTurn", parts: [{ type: "text", text }] });
  expect(city.parse(JSON.parse(text))).toMatchObject({ city: "Paris", capital: true });
});

test("a choice of words is one of them, whatever the question and the temperature", async () => {
  const colour = z.enum(["<think>", "ultramarine"]);
  for (const temperature of [0, 2]) {
    const { text } = await askModel(model, {
      messages: talk(model, "What is 2 + 2?"),
      outputSchema: z.toJSONSchema(colour),
      temperature,
    });
    expect(colour.options).toContain(JSON.parse(text));
  }
});
