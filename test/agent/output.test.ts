/** Work that ends with a value: how the model is told, what its answer is held against, and what happens where it does not fit. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { UsageError } from "../../agent/error.ts";
import { readJson } from "../../agent/output.ts";
import { defineTool } from "../../agent/tool.ts";
import { eventsOf, must, type ScriptedStep } from "../support/index.ts";
import { agentRig, answered, lines } from "./agent-rig.ts";

const output = z.object({ city: z.string().min(2), people: z.int().transform((count) => count * 2) });
const jsonSchema = {
  type: "object",
  properties: {
    city: { type: "string", minLength: 2 },
    people: { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
  },
  required: ["city", "people"],
  additionalProperties: false,
};
const prompt = "Which is the largest?";
const good = answered('{"city":"Tokyo","people":37}');
const bad = answered('{"city":"T"}');

test("a model that takes a schema is held to it, and its answer becomes the value", async () => {
  await using rig = agentRig([good], {}, { structured: true });
  const result = await rig.agent.run({ prompt, output });
  const value: { city: string; people: number } | undefined = result.output;
  expect(value).toEqual({ city: "Tokyo", people: 74 });
  expect([result.reason, result.error, result.content]).toEqual(["done", undefined, '{"city":"Tokyo","people":37}']);
  const [request] = rig.model.requests;
  expect([request?.outputSchema, request?.system]).toEqual([jsonSchema, ""]);
});

test("any other model is told in words, and a code fence around its answer is forgiven", async () => {
  await using rig = agentRig([answered('Here it is:\n```json\n{"city":"Tokyo","people":37}\n```')], {
    system: "Be brief.",
  });
  expect((await rig.agent.run({ text: prompt, output })).output).toEqual({ city: "Tokyo", people: 74 });
  const request = must(rig.model.requests[0]);
  expect(request.outputSchema).toBeUndefined();
  expect(request.system.startsWith("Be brief.\n\nYour last answer")).toBe(true);
  expect(request.system.endsWith(JSON.stringify(jsonSchema))).toBe(true);
});

test("an answer that does not fit is sent back with what is wrong, and every call is paid for", async () => {
  const prices = [
    { tier: "auto", above: 0, input: 0, output: 1e6, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 },
  ] as const;
  const usage = { input: 0, output: 1 };
  await using rig = agentRig(
    [
      { parts: [{ text: "Tokyo." }], usage },
      { parts: [{ text: '{"city":"T"}' }], usage },
      { parts: [{ text: '{"city":"Tokyo","people":37}' }], usage },
    ],
    {},
    { prices },
  );
  const result = await rig.agent.run({ prompt, output });
  expect([result.output, result.costUsd, result.error]).toEqual([{ city: "Tokyo", people: 74 }, 3, undefined]);
  const told = rig.agent
    .snapshot()
    .messages.flatMap((entry) => (entry.type === "notice" ? entry.text.split("\n").slice(0, 4) : []));
  expect(told.slice(0, 3)).toEqual([
    "Your answer is not what was asked for:",
    "it is not a JSON document",
    "Answer again.",
  ]);
  expect(told.slice(4)).toEqual([
    "Your answer is not what was asked for:",
    "city: Too small: expected string to have >=2 characters",
    "people: Invalid input: expected number, received undefined",
    "Answer again.",
  ]);
  expect(eventsOf(rig.events, "idle").map(({ reason }) => reason)).toEqual(["done"]);
});

test("after so many tries the work ends with an error, the text kept and no output", async () => {
  await using rig = agentRig([bad, bad]);
  const result = await rig.agent.run({ prompt, output: z.object({ city: z.string().min(2) }), outputRetries: 1 });
  expect("output" in result).toBe(false);
  expect([result.reason, result.content, result.error]).toEqual([
    "error",
    '{"city":"T"}',
    {
      code: "output",
      message:
        "The answer is not what was asked for, 2 times: city: Too small: expected string to have >=2 characters.",
      hint: "Its text is kept. Ask in other words, loosen the schema, or use a stronger model.",
    },
  ]);
});

test("tools work in the same run: the schema binds the last answer", async () => {
  const look = defineTool({ name: "Look", description: "Looks.", schema: z.object({}), run: async () => "Tokyo, 37" });
  const steps: ScriptedStep[] = [{ parts: [{ text: "I look." }, { call: "Look", args: {} }] }, good];
  await using rig = agentRig(steps, { tools: [look] }, { structured: true });
  expect((await rig.agent.run({ prompt, output })).output).toEqual({ city: "Tokyo", people: 74 });
  expect(rig.model.requests.map(({ tools, outputSchema }) => [tools.length, outputSchema])).toEqual([
    [1, jsonSchema],
    [1, jsonSchema],
  ]);
});

test("a vendor that takes no schema beside tools gets it in words, and alone once those did not help", async () => {
  const look = defineTool({ name: "Look", description: "Looks.", schema: z.object({}), run: async () => "Tokyo, 37" });
  await using rig = agentRig([bad, good], { tools: [look] }, { structured: "alone" });
  expect((await rig.agent.run({ prompt, output })).output).toEqual({ city: "Tokyo", people: 74 });
  expect(
    rig.model.requests.map(({ tools, outputSchema, system }) => [tools.length, outputSchema, system !== ""]),
  ).toEqual([
    [1, undefined, true],
    [0, jsonSchema, false],
  ]);
});

test("an answer that was cut is not asked for again, and the result says so", async () => {
  await using rig = agentRig([{ parts: [{ text: '{"city":"Tok' }], stop: "maxTokens" }]);
  const { reason, error, output: value } = await rig.agent.run({ prompt, output });
  expect([reason, error?.code, error?.message, value]).toEqual([
    "truncated",
    "output",
    "The answer is not what was asked for: it was cut at its length limit.",
    undefined,
  ]);
});

test("the next piece of work is free of the last one's schema; what a person says in between is not", async () => {
  await using rig = agentRig([good, good, answered("Osaka.")]);
  const run = rig.agent.run({ prompt, output });
  rig.agent.send({ type: "prompt", text: "And once more.", policy: "when-idle" });
  expect((await run).output).toEqual({ city: "Tokyo", people: 74 });
  expect((await rig.agent.run("And the second?")).content).toBe("Osaka.");
  expect(rig.model.requests.map(({ system }) => system !== "")).toEqual([true, true, false]);
  expect(lines(rig.agent.snapshot().messages).at(-1)).toBe("assistant Osaka.");
});

test("a schema that cannot be told to a model is refused before anything is sent", async () => {
  await using rig = agentRig([]);
  expect(() => rig.agent.run({ prompt, output: z.object({ at: z.date() }) })).toThrow(UsageError);
  expect(rig.agent.isBusy).toBe(false);
});

test("JSON is found as a whole, in its fence, or between words", () => {
  const found = ['{"a":1}', " [1, 2]\n", "```\n[3]\n```", 'So: {"b":{"c":2}} it is.', "none", "{not json}"];
  expect(found.map((text) => readJson(text)?.value)).toEqual([
    { a: 1 },
    [1, 2],
    [3],
    { b: { c: 2 } },
    undefined,
    undefined,
  ]);
});
