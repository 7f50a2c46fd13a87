import { afterAll, beforeAll, expect, test } from "bun:test";
import { getLlama, type Llama, type LlamaContextSequence, LlamaLogLevel } from "node-llama-cpp";
import { z } from "zod";
import { defineTool, toolSpec } from "../../../agent/tool.ts";
import { writeAnswer } from "../../../providers/local/answer.ts";
import { callGrammar, jsonObject } from "../../../providers/local/grammar.ts";
import { jsonCall, writeCall } from "../../../providers/local/guide.ts";
import { createInk } from "../../../providers/local/ink.ts";
import { createPen } from "../../../providers/local/pen.ts";
import { createParts } from "../../../providers/parts.ts";
import { builtinTools } from "../../../tools/registry.ts";
import { testModel } from "../../support/local-model.ts";

let llama: Llama;
let sequence: LlamaContextSequence;

beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.disabled, maxThreads: 1 });
  const model = await llama.loadModel({ modelPath: await testModel() });
  sequence = (await model.createContext({ contextSize: 1024, threads: 1 })).getSequence();
});

afterAll(() => llama.dispose());

const recursive: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(recursive).max(2);
  },
});

/** A schema, arguments that fit it, and arguments that do not. */
const cases: Record<string, [schema: z.ZodType, good: unknown, bad: unknown]> = {
  nothing: [z.object({}), {}, { a: 1 }],
  "integers and numbers": [
    z.object({ line: z.int(), ratio: z.number(), count: z.int() }),
    { line: 12, ratio: -0.5, count: 300 },
    { line: "12", ratio: "half", count: 1.5 },
  ],
  "only optional": [
    z.object({ offset: z.int().optional(), path: z.string().optional() }),
    { path: "a.txt" },
    { way: 1 },
  ],
  "required and optional": [
    z.object({ path: z.string(), limit: z.int().optional(), all: z.boolean().optional() }),
    { path: "src/a.ts", all: true },
    { all: "yes" },
  ],
  "nested objects": [
    z.object({ range: z.object({ from: z.object({ line: z.int() }), to: z.object({ line: z.int() }) }) }),
    { range: { from: { line: 3 }, to: { line: 9 } } },
    { range: { from: 3, to: 9 } },
  ],
  "arrays of objects": [
    z.object({
      edits: z
        .array(z.object({ old: z.string(), new: z.string() }))
        .min(1)
        .max(3),
    }),
    {
      edits: [
        { old: "one", new: "two" },
        { old: 'a "b"\n', new: "" },
      ],
    },
    { edits: [] },
  ],
  "enums, literals and null": [
    z.object({ mode: z.enum(["files", "content"]), kind: z.literal("x"), note: z.string().nullable() }),
    { mode: "content", kind: "x", note: null },
    { mode: "lines", kind: "y", note: 5 },
  ],
  "tagged unions": [
    z.object({
      target: z.discriminatedUnion("type", [
        z.object({ type: z.literal("file"), path: z.string() }),
        z.object({ type: z.literal("line"), line: z.int() }),
      ]),
    }),
    { target: { type: "line", line: 7 } },
    { target: { type: "word", word: "x" } },
  ],
  "maps and tuples": [
    z.object({ env: z.record(z.string(), z.int()), at: z.tuple([z.int(), z.boolean()]) }),
    { env: { HOME: 1, PATH: 2 }, at: [4, true] },
    { env: ["HOME"], at: [true, 4] },
  ],
  recursive: [
    z.object({ tree: recursive }),
    { tree: { name: "a", children: [{ name: "b", children: [] }] } },
    { tree: { name: "a", children: "none" } },
  ],
  "names and texts to escape": [
    z.object({ 'a "b"\\c': z.enum(['say "hi"', "tab\t", "ü🙂"]) }),
    { 'a "b"\\c': "ü🙂" },
    { 'a "b"\\c': "ü" },
  ],
};

/** A call after one with the same tool and these arguments: its opening is forced, the rest is sampled under the grammar. */
async function callAfter(name: string, schema: z.ZodType, args: unknown) {
  const spec = toolSpec(defineTool({ name, description: "", schema, run: () => "" }));
  const prompt = sequence.model.tokenize(`Use the tool.\n${writeCall(name, args)}\nOnce more, the same.\n`);
  const state = { parts: createParts(), outputTokens: 0 };
  const grammar = await llama.createGrammar({ grammar: callGrammar([spec], jsonObject) });
  const ink = createInk({ sequence, prompt, sampling: { temperature: 0 }, grammar, output: undefined, opening: [] });
  const answer = writeAnswer(
    {
      pen: createPen(ink, new AbortController().signal),
      form: jsonCall,
      tools: true,
      output: false,
      maxTokens: 120,
      windowLimited: false,
      stops: [],
      lead: "",
      thinking: false,
      wordsOnly: false,
      callFirst: true,
    },
    state,
  );
  let streamed = "";
  let step = await answer.next();
  for (; !step.done; step = await answer.next()) if (step.value.type === "toolArgs") streamed += step.value.text;
  const [call] = state.parts.all();
  if (call?.type !== "toolCall") throw new Error("no call");
  return { stopReason: step.value, streamed, call };
}

for (const [what, [schema, good, bad]] of Object.entries(cases)) {
  test(`arguments that fit their schema can be written: ${what}`, async () => {
    const { stopReason, streamed, call } = await callAfter("Use", schema, good);
    expect(schema.safeParse(good).error).toBeUndefined();
    expect({ stopReason, call }).toEqual({
      stopReason: "toolUse",
      call: { type: "toolCall", name: "Use", args: call.args },
    });
    expect(call.args as unknown).toEqual(good);
    expect(JSON.parse(streamed)).toEqual(good);
  });

  test(`arguments that do not fit cannot be, whatever the model leans to: ${what}`, async () => {
    const { call } = await callAfter("Use", schema, bad);
    expect(call.name).toBe("Use");
    if (call.malformed === undefined) expect(schema.safeParse(call.args).error).toBeUndefined();
  });
}

test("each built-in tool can be called with what its own schema asks for", async () => {
  const args: Record<string, unknown> = {
    Read: { file_path: "src/a.ts", offset: 10, limit: 20 },
    Write: { file_path: "a.txt", content: "one\ntwo\n" },
    Edit: { file_path: "a.txt", old_string: "one", new_string: "two" },
    Bash: { command: "ls -la" },
    Grep: { pattern: "to.o", path: "src" },
    Glob: { pattern: "**/*.ts" },
    List: { path: "src" },
    AgentSpawn: { prompt: "Look.", label: "a", modelOptions: { effort: "low" }, tools: ["Read"], maxRounds: 3 },
    AgentSend: { to: "a", content: "Go on.", delay: 2.5 },
    AgentSelf: { status: "reading", context: "drop", drop: ["Read"] },
    Job: { operation: "output", id: "c3" },
  };
  for (const tool of builtinTools()) {
    const wanted = args[tool.name];
    // Of the others, that llama.cpp takes their grammar.
    if (wanted === undefined) await llama.createGrammar({ grammar: callGrammar([toolSpec(tool)], jsonObject) });
    else {
      const { call } = await callAfter(tool.name, tool.schema, wanted);
      expect({ name: call.name, args: call.args as unknown }).toEqual({ name: tool.name, args: wanted });
    }
  }
});

test("keywords that a grammar cannot say make it looser", () => {
  const properties = {
    id: { type: "string", pattern: "^[a-z]+$" },
    both: { allOf: [{ type: "integer" }, { minimum: 3 }] },
    some: { type: ["integer", "null"] },
    away: { $ref: "https://example.com/schema.json" },
  };
  const tool = { name: "T", description: "", schema: { type: "object", properties, required: ["both", "id"] } };
  const grammar = callGrammar([tool], jsonObject);
  expect(grammar.split("\n").slice(0, 8)).toEqual([
    "t0-1 ::= string",
    "t0-2 ::= value",
    "t0-4 ::= integer",
    't0-5 ::= "null"',
    "t0-3 ::= t0-4 | t0-5",
    "t0-6 ::= value",
    't0-0 ::= "{" "\\"id\\": " t0-1 ", " "\\"both\\": " t0-2 (", " "\\"some\\": " t0-3)? (", " "\\"away\\": " t0-6)? "}"',
    'root ::= "T\\", \\"arguments\\": " t0-0 "}"',
  ]);
});
