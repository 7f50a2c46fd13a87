import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import type { Message } from "../../../agent/message.ts";
import type { Chunk, Model, Provider, ToolSpec } from "../../../agent/model.ts";
import { defineTool, toolSpec } from "../../../agent/tool.ts";
import { builtinTools } from "../../../tools/registry.ts";
import { askModel, talk, testLocal } from "../../support/local-model.ts";
import { lookedUp } from "./looked-up.ts";

let provider: Provider;
let model: Model;
const tools: readonly ToolSpec[] = builtinTools().map(toolSpec);

beforeAll(async () => {
  provider = await testLocal({ contextSize: 2048 });
  model = await provider.model();
});

afterAll(() => provider.close());

const question = "What does notes.md say about the deadline?";
const notes =
  "1\t# Project notes\n2\tThe team meets every Tuesday.\n3\tThe deadline for the first release is 14 March.";

/** The call of the question, its result, and the parts of the first answer as they came. */
function answered(text: string, isError = false): Message[] {
  const [user] = talk(model, question);
  const origin = { provider: "local", model: model.info.wireId };
  const parts = [{ type: "toolCall", callId: "c1", name: "Read", args: { file_path: "notes.md" } }] as const;
  if (!user) throw new Error("no question");
  return [
    user,
    { type: "assistant", id: "m1", at: 0, origin, parts: [...parts], stopReason: "toolUse" },
    { type: "toolResult", id: "m2", at: 0, callId: "c1", name: "Read", kind: "final", isError, text },
  ];
}

test("a question about a file becomes a call that reads it, and its result becomes the answer", async () => {
  const first = await askModel(model, { messages: talk(model, question), tools });
  expect(first.last).toMatchObject({
    type: "done",
    stopReason: "toolUse",
    parts: [{ type: "toolCall", name: "Read", args: { file_path: "notes.md" } }],
  });
  expect(first.chunks.slice(0, -1)).toEqual([
    { type: "toolCall", index: 0, name: "Read" },
    { type: "toolArgs", index: 0, text: '{"file_path": "notes.md"}' },
  ]);
  const second = await askModel(model, { messages: answered(notes), tools });
  expect(second.last).toMatchObject({ type: "done", stopReason: "endTurn" });
  expect(second.text).toContain("14 March");
  // The question and the call were evaluated before; the result is what is new.
  const usage = second.last.usage;
  expect(usage?.input).toBeLessThan(model.estimateText(notes) + 60);
  expect(usage?.cacheRead).toBeGreaterThan(300);
});

test("a question about the world is answered without a call", async () => {
  const { last, text } = await askModel(model, {
    messages: talk(model, "Explain what a mutex is."),
    tools,
    maxOutputTokens: 40,
  });
  expect(last.parts.map(({ type }) => type)).toEqual(["text"]);
  expect(text).toMatch(/mutex/i);
});

test("a call that was made already is not made again: the model answers in words", async () => {
  for (const [text, isError] of [
    ["There is no such file.", true],
    ["", false],
  ] as const) {
    const { last } = await askModel(model, { messages: answered(text, isError), tools, maxOutputTokens: 60 });
    expect(
      last.parts.filter(
        (part) => part.type === "toolCall" && part.name === "Read" && part.args.file_path === "notes.md",
      ),
    ).toEqual([]);
  }
});

test("a path in a call is one that the question names", async () => {
  const ask = "Read src/deep/main.ts please.";
  const { last } = await askModel(model, { messages: talk(model, ask), tools });
  expect(last.parts).toEqual([{ type: "toolCall", name: "Read", args: { file_path: "src/deep/main.ts" } }]);
});

test("where no tool is offered none is called", async () => {
  const { last } = await askModel(model, { messages: talk(model, question), maxOutputTokens: 40 });
  expect(last.parts.map(({ type }) => type)).toEqual(["text"]);
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

test("with a template that knows tools the model opens tagged calls itself, and their arguments stream", async () => {
  await using local = await testLocal({ chatTemplate: hermes, contextSize: 2048 });
  const own = await local.model();
  const look = defineTool({
    name: "look_up",
    description: "Looks up a word.",
    schema: z.object({ word: z.string() }),
    run: () => "",
  });
  const messages = lookedUp(own, ["tree", "house", "river", "stone"]);
  const { chunks, last } = await askModel(own, { system: "", messages, tools: [toolSpec(look)], maxOutputTokens: 120 });
  const [call] = last.parts.filter((part) => part.type === "toolCall");
  expect(call).toMatchObject({ name: "look_up", args: { word: "cloud" } });
  const args = chunks.filter(
    (chunk): chunk is Extract<Chunk, { type: "toolArgs" }> => chunk.type === "toolArgs" && chunk.index === 0,
  );
  expect(args.length).toBeGreaterThan(1);
  expect(JSON.parse(args.map(({ text }) => text).join(""))).toEqual({ word: "cloud" });
});
