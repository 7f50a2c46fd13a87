import { expect, test } from "bun:test";
import type { Content, Part } from "@google/genai";
import type { Json } from "./fake-json.ts";
import { startFakeProvider } from "./fake-provider.ts";
import type { FakeReply } from "./fake-types.ts";
import { must } from "./must.ts";
import { geminiClient, refusal } from "./sdk-clients.ts";

const reply: FakeReply = {
  parts: [
    { thinking: "The file first" },
    { text: "Grüße 🙂, I look." },
    { call: "Read", args: { path: "a.ts" } },
    { call: "List", args: {} },
  ],
  usage: { input: 10, output: 20, cacheRead: 3, thinking: 6 },
};
const model = "gemini-3.1-pro-preview";
const declarations = ["Read", "List"].map((name) => ({
  name,
  parametersJsonSchema: { type: "object", properties: {} },
}));
const config = { systemInstruction: "Be brief.", tools: [{ functionDeclarations: declarations }] };
const start: Content = { role: "user", parts: [{ text: "hi" }] };

test("the SDK streams thoughts, text and parallel calls, and may send them back", async () => {
  await using fake = await startFakeProvider([reply, { parts: [{ text: "Done." }] }]);
  const client = await geminiClient(fake);
  const ask = async (contents: Content[]) =>
    Array.fromAsync(await client.models.generateContentStream({ model, contents, config }));
  const chunks = await ask([start]);
  const parts: Part[] = chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
  const joined = (thought: boolean) =>
    parts.flatMap((part) => (part.text && (part.thought ?? false) === thought ? [part.text] : [])).join("");
  expect([joined(true), joined(false)]).toEqual(["The file first", "Grüße 🙂, I look."]);
  const calls = parts.filter((part) => part.functionCall);
  expect(calls.map((part) => [part.functionCall?.name, part.functionCall?.args, typeof part.thoughtSignature])).toEqual(
    [
      ["Read", { path: "a.ts" }, "string"],
      ["List", {}, "undefined"],
    ],
  );
  const last = must(chunks.at(-1));
  expect(String(last.candidates?.[0]?.finishReason)).toBe("STOP");
  expect(last.usageMetadata).toMatchObject({
    promptTokenCount: 13,
    cachedContentTokenCount: 3,
    candidatesTokenCount: 14,
    thoughtsTokenCount: 6,
    totalTokenCount: 33,
  });
  const results = ["Read", "List"].map((name) => ({ functionResponse: { name, response: { output: `${name} ok` } } }));
  await ask([start, { role: "model", parts: calls }, { role: "user", parts: results }]);
  expect(fake.problems).toEqual([]);
  expect(must(fake.requests[1]).view).toEqual({
    model,
    system: "Be brief.",
    tools: ["Read", "List"],
    messages: [
      { role: "user", texts: ["hi"], thinking: [], calls: [], results: [], images: [] },
      {
        role: "assistant",
        texts: [],
        thinking: [],
        calls: [
          { id: "1", name: "Read", args: { path: "a.ts" } },
          { id: "2", name: "List", args: {} },
        ],
        results: [],
        images: [],
      },
      {
        role: "user",
        texts: [],
        thinking: [],
        calls: [],
        results: [
          { id: "1", text: "Read ok", isError: false },
          { id: "2", text: "List ok", isError: false },
        ],
        images: [],
      },
    ],
  });
});

test("the SDK sees a 429, a wrong key, a malformed call and a failure in the stream", async () => {
  await using fake = await startFakeProvider([
    { status: 429 },
    { parts: [{ call: "Read", args: {}, raw: "{" }] },
    { ...reply, fault: { type: "errorEvent", atChunk: 2, code: "UNAVAILABLE", message: "busy" } },
  ]);
  const ask = async (key?: string) => {
    try {
      const client = await geminiClient(fake, key);
      return await Array.fromAsync(await client.models.generateContentStream({ model, contents: "hi" }));
    } catch (error) {
      return error;
    }
  };
  expect(await ask()).toMatchObject({ status: 429 });
  expect(String(await ask("other"))).toContain("API_KEY_INVALID");
  expect(await ask()).toMatchObject([{ candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL" }] }]);
  expect(await ask()).toMatchObject({ status: 503 });
});

test("tokens are counted where the request is well-formed", async () => {
  await using fake = await startFakeProvider([]);
  const client = await geminiClient(fake);
  const { totalTokens } = await client.models.countTokens({ model, contents: "x".repeat(400) });
  expect(totalTokens).toBeWithin(100, 120);
  expect(fake.counts).toHaveLength(1);
});

const waiver = "skip_thought_signature_validator";
const user = (...parts: Json[]) => ({ role: "user", parts });
const text = { text: "a" };
const call = (name: string, thoughtSignature: string | undefined = waiver) => ({
  functionCall: { name, args: {} },
  thoughtSignature,
});
const said = (...parts: Json[]) => ({ role: "model", parts });
const result = (name: string, more: Json = {}) => ({ functionResponse: { name, response: { output: "ok" }, ...more } });
const chat = (...contents: Json[]): Json => ({ contents });
const tool = (declaration: Json): Json => ({ tools: [{ functionDeclarations: [declaration] }] });

const refused: [name: string, change: Json, words: string][] = [
  ["a call without a result", chat(user(text), said(call("Read")), user(text)), "number of function response parts"],
  ["a call at the end", chat(user(text), said(call("Read"))), "followed by a function response turn"],
  ["a result without its call", chat(user(result("Read"))), "number of function response parts"],
  ["fewer results than calls", chat(user(text), said(call("A"), call("B")), user(result("A"))), "equal to the number"],
  ["a result of another name", chat(user(text), said(call("A")), user(result("B"))), "match the calls"],
  ["a result of another id", chat(user(text), said(call("A")), user(result("A", { id: "x" }))), "does not match any"],
  [
    "a result that is no object",
    chat(user(text), said(call("A")), user(result("A", { response: "ok" }))),
    "expected an object",
  ],
  ["two users in a row", chat(user(text), user(text)), "alternate between user and model"],
  ["the model speaking first", chat(said(text), user(text)), "first turn is a user turn"],
  ["the model speaking last", chat(user(text), said(text)), "last turn is a user turn"],
  ["a system role", chat({ role: "system", parts: [text] }), "valid role"],
  ["a message without parts", chat(user()), "must not be empty"],
  ["a part without data", chat(user({ thought: true })), "required oneof field 'data'"],
  [
    "a call without its signature",
    chat(user(text), said(call("A", "")), user(result("A"))),
    "missing a thought_signature",
  ],
  ["a foreign signature", chat(user(text), said(call("A", "abc")), user(result("A"))), "Corrupted thought signature"],
  [
    "an image that is no base64",
    chat(user({ inlineData: { mimeType: "image/png", data: "%" } })),
    "Base64 decoding failed",
  ],
  ["no contents", { contents: [] }, "contents is not specified"],
  ["an unknown field", { messages: [] }, 'Unknown name "messages"'],
  ["an unknown knob", { generationConfig: { max_tokens: 1 } }, 'Unknown name "max_tokens"'],
  [
    "a budget with a level",
    { generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: "LOW" } } },
    "only one of thinking budget and thinking level",
  ],
  ["a tool with a bad name", tool({ name: "a b", parameters: { type: "object" } }), "Invalid function name"],
  ["a tool without an object schema", tool({ name: "a", parameters: { type: "string" } }), "must be of type OBJECT"],
  [
    "a keyword that its schema dialect lacks",
    tool({
      name: "a",
      parameters: { type: "object", properties: { b: { type: "object", additionalProperties: false } } },
    }),
    'Unknown name "additionalProperties"',
  ],
];

const valid: Json = { model, ...chat(user(text), said(call("Read")), user(result("Read"))) };

test("a well-formed request is answered", async () => {
  await using fake = await startFakeProvider([reply]);
  expect(await refusal(fake, "gemini", { ...valid, generationConfig: { stopSequences: ["a"] } })).toBeUndefined();
  expect(fake.problems).toEqual([]);
});

test.each(refused)("%s is refused", async (_name, change, words) => {
  await using fake = await startFakeProvider([reply]);
  const answer = must(await refusal(fake, "gemini", { ...valid, ...change }), "a refusal");
  expect(answer).toStartWith("400 ");
  expect(answer).toContain(words);
  expect(fake.problems).toEqual([`gemini: ${answer.slice(4)}`]);
});

test("only the first call of a step of the current turn needs a signature, and only on Gemini 3", async () => {
  await using fake = await startFakeProvider(() => reply);
  const unsigned = { functionCall: { name: "A", args: {} } };
  const parallel = chat(user(text), said(call("A"), unsigned), user(result("A"), result("A")));
  const former = chat(user(text), said(unsigned), user(result("A")), said(text), user(text));
  const older = { ...chat(user(text), said(unsigned), user(result("A"))), model: "gemini-2.5-flash" };
  for (const change of [parallel, former, older]) {
    expect(await refusal(fake, "gemini", { ...valid, ...change })).toBeUndefined();
  }
});
