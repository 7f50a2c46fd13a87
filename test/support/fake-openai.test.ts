import { expect, test } from "bun:test";
import type { ResponseInputItem } from "openai/resources/responses/responses";
import type { Json } from "./fake-json.ts";
import { startFakeProvider } from "./fake-provider.ts";
import type { FakeReply } from "./fake-types.ts";
import { must } from "./must.ts";
import { openaiClient, refusal } from "./sdk-clients.ts";

const reply: FakeReply = {
  parts: [
    { thinking: "The file first, then the folder." },
    { text: "Grüße 🙂, I look." },
    { call: "Read", args: { path: "a.ts" } },
    { call: "List", args: {} },
  ],
  usage: { input: 10, output: 20, cacheRead: 3, cacheWrite: 4, thinking: 6 },
  tier: "flex",
};
const model = "gpt-5.6";
const asked = {
  model,
  store: false,
  include: ["reasoning.encrypted_content" as const],
  reasoning: { effort: "low" as const, summary: "auto" as const },
  tools: ["Read", "List"].map((name) => ({
    ...{ type: "function" as const, name, strict: null },
    parameters: { type: "object", properties: {} },
  })),
};

test("the SDK assembles thinking, text and parallel calls, and may send them back", async () => {
  await using fake = await startFakeProvider([reply, { parts: [{ text: "Done." }] }]);
  const client = await openaiClient(fake);
  const input: ResponseInputItem[] = [{ role: "user", content: "hi" }];
  const first = await client.responses.stream({ ...asked, instructions: "Be brief.", input }).finalResponse();
  expect([first.status, first.service_tier]).toEqual(["completed", "flex"]);
  expect(first.usage).toEqual({
    input_tokens: 17,
    input_tokens_details: { cached_tokens: 3, cache_write_tokens: 4 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 6 },
    total_tokens: 37,
  });
  expect(first.output).toMatchObject([
    { type: "reasoning", summary: [{ type: "summary_text", text: "The file first, then the folder." }] },
    { type: "message", content: [{ type: "output_text", text: "Grüße 🙂, I look." }] },
    { type: "function_call", name: "Read", arguments: '{"path":"a.ts"}' },
    { type: "function_call", name: "List", arguments: "{}" },
  ]);
  const own = first.output as ResponseInputItem[];
  const results = first.output.flatMap((item) =>
    item.type === "function_call"
      ? [{ type: "function_call_output" as const, call_id: item.call_id, output: `${item.name} ok` }]
      : [],
  );
  const second = await client.responses
    .stream({ ...asked, instructions: "Be brief.", input: [...input, ...own, ...results] })
    .finalResponse();
  expect(second.output).toMatchObject([{ type: "message", content: [{ text: "Done." }] }]);
  expect(fake.problems).toEqual([]);
  const [, assistant, user] = must(fake.requests[1]).view.messages;
  expect(assistant).toEqual({
    role: "assistant",
    texts: ["Grüße 🙂, I look."],
    thinking: ["The file first, then the folder."],
    calls: [
      { id: "1", name: "Read", args: { path: "a.ts" } },
      { id: "2", name: "List", args: {} },
    ],
    results: [],
    images: [],
  });
  expect(must(user).results).toEqual([
    { id: "1", text: "Read ok", isError: false },
    { id: "2", text: "List ok", isError: false },
  ]);
});

test("the SDK sees a 429 with its wait, a wrong key, an early stop, a refusal and a failure in the stream", async () => {
  await using fake = await startFakeProvider([
    { status: 429, headers: { "retry-after": "7" } },
    { parts: [{ text: "half" }], stop: "maxTokens" },
    { parts: [{ text: "I will not." }], stop: "refusal" },
    { ...reply, fault: { type: "errorEvent", atChunk: 5, code: "server_error", message: "busy" } },
  ]);
  const ask = async (key?: string) =>
    (await openaiClient(fake, key)).responses
      .stream({ model, input: "hi" })
      .finalResponse()
      .catch((error: unknown) => error);
  const limited = await ask();
  expect(limited).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  expect((limited as { headers: Headers }).headers.get("retry-after")).toBe("7");
  expect(await ask("other")).toMatchObject({ status: 401, code: "invalid_api_key" });
  expect(await ask()).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  expect(await ask()).toMatchObject({ output: [{ content: [{ type: "refusal", refusal: "I will not." }] }] });
  expect(await ask()).toBeInstanceOf(Error);
});

const user = (content: unknown) => ({ role: "user", content });
const call = (call_id: string, more: Json = {}) => ({
  type: "function_call",
  call_id,
  name: "Read",
  arguments: "{}",
  ...more,
});
const output = (call_id: string) => ({ type: "function_call_output", call_id, output: "ok" });
const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "abc" };
const input = (...items: Json[]): Json => ({ input: items });

const refused: [name: string, change: Json, words: string][] = [
  ["a call without an output", input(user("a"), call("c1")), "No tool output found for function call c1"],
  ["an output without its call", input(user("a"), output("c1")), "No tool call found for function call output"],
  ["an output that comes late", input(user("a"), call("c1"), user("b"), output("c1")), "No tool output found"],
  ["two outputs of a call", input(user("a"), call("c1"), output("c1"), output("c1")), "No tool call found"],
  ["a repeated call", input(user("a"), call("c1"), call("c1"), output("c1")), "Duplicate function call"],
  ["a repeated item id", input(user("a"), call("c1", { id: "fc_1" }), call("c2", { id: "fc_1" })), "Duplicate item"],
  ["an id of another kind", input(user("a"), call("c1", { id: "call_1" }), output("c1")), "begins with 'fc'"],
  ["a foreign sealed thought", input(user("a"), reasoning, call("c1"), output("c1")), "could not be verified"],
  [
    "an unsealed thought",
    input(user("a"), { ...reasoning, encrypted_content: null }, call("c1"), output("c1")),
    "not found",
  ],
  ["user words of the wrong type", input(user([{ type: "output_text", text: "a" }])), "Invalid value: 'output_text'"],
  [
    "assistant words of the wrong type",
    input({ role: "assistant", content: [{ type: "input_text" }] }),
    "'input_text'",
  ],
  ["an image without a URL", input(user([{ type: "input_image", image_url: "AAAA" }])), "Expected a valid URL"],
  ["an item of another kind", input({ type: "tool_use" }), "Invalid value: 'tool_use'"],
  ["no input", { input: undefined }, "Missing required parameter: 'input'"],
  ["an unknown field", { stop: ["a"] }, "Unknown parameter: 'stop'"],
  ["a cap that is too small", { max_output_tokens: 3 }, "Expected a value >= 16"],
  ["a temperature while thinking", { temperature: 1, reasoning: { effort: "low" } }, "'temperature' is not supported"],
  ["a response that was not stored", { previous_response_id: "resp_1" }, "not found"],
  ["a tool without an object schema", { tools: [{ type: "function", name: "a", parameters: {} }] }, "Invalid schema"],
  ["a nested tool", { tools: [{ type: "function", function: { name: "a" } }] }, "does not match pattern"],
];

const valid: Json = { model, stream: true, store: false, ...input(user("a"), call("c1"), output("c1")) };

test("a well-formed request is answered", async () => {
  await using fake = await startFakeProvider([reply]);
  expect(await refusal(fake, "openai", valid)).toBeUndefined();
  expect(fake.problems).toEqual([]);
});

test.each(refused)("%s is refused", async (_name, change, words) => {
  await using fake = await startFakeProvider([reply]);
  const answer = must(await refusal(fake, "openai", { ...valid, ...change }), "a refusal");
  expect(answer).toStartWith("400 ");
  expect(answer).toContain(words);
  expect(fake.problems).toEqual([`openai: ${answer.slice(4)}`]);
});

test("a sealed thought goes back only to its model, unaltered, and with what it led to", async () => {
  await using fake = await startFakeProvider(() => reply);
  const client = await openaiClient(fake);
  const { output: items } = await client.responses.stream({ ...asked, input: "hi" }).finalResponse();
  const [thought, words] = items;
  const replay = (...own: unknown[]) => ({ ...valid, input: [user("hi"), ...own, user("b")] });
  expect(await refusal(fake, "openai", replay(thought, words))).toBeUndefined();
  expect(await refusal(fake, "openai", { ...replay(thought, words), model: "gpt-4" })).toContain(
    "could not be verified",
  );
  expect(await refusal(fake, "openai", replay({ ...thought, summary: [] }, words))).toContain("could not be verified");
  expect(await refusal(fake, "openai", replay(thought))).toContain("without its required following item");
});
