import { expect, test } from "bun:test";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions/completions";
import type { Json } from "./fake-json.ts";
import { startFakeProvider, testKey } from "./fake-provider.ts";
import type { FakeReply } from "./fake-types.ts";
import { must } from "./must.ts";
import { openaiClient, refusal } from "./sdk-clients.ts";

const reply: FakeReply = {
  parts: [
    { thinking: "The file first" },
    { text: "Grüße 🙂, I look." },
    { call: "Read", args: { path: "a.ts" } },
    { call: "List", args: {} },
  ],
  usage: { input: 10, output: 20, cacheRead: 3, cacheWrite: 4, thinking: 6 },
};
const model = "kimi-3.0";
const tools = ["Read", "List"].map((name) => ({
  type: "function" as const,
  function: { name, parameters: { type: "object", properties: {} } },
}));

test("the SDK assembles text and parallel calls, and may send them back", async () => {
  await using fake = await startFakeProvider([reply, { parts: [{ text: "Done." }] }]);
  const client = await openaiClient(fake);
  const messages: ChatCompletionMessageParam[] = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "hi" },
  ];
  const asked = { model, tools, stream_options: { include_usage: true } };
  const first = await client.chat.completions.stream({ ...asked, messages }).finalChatCompletion();
  expect(first.usage).toMatchObject({
    prompt_tokens: 17,
    completion_tokens: 20,
    total_tokens: 37,
    prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 6 },
  });
  const choice = must(first.choices[0]);
  expect(choice).toMatchObject({
    finish_reason: "tool_calls",
    message: {
      content: "Grüße 🙂, I look.",
      tool_calls: [
        { type: "function", function: { name: "Read", arguments: '{"path":"a.ts"}' } },
        { type: "function", function: { name: "List", arguments: "{}" } },
      ],
    },
  });
  const calls = must(choice.message.tool_calls);
  const own = { role: "assistant" as const, content: choice.message.content, tool_calls: calls };
  const results = calls.map((call) => ({ role: "tool" as const, tool_call_id: call.id, content: "[Error] gone" }));
  await client.chat.completions.stream({ ...asked, messages: [...messages, own, ...results] }).done();
  expect(fake.problems).toEqual([]);
  const { view } = must(fake.requests[1]);
  expect([view.system, view.tools, view.messages.length]).toEqual(["Be brief.", ["Read", "List"], 3]);
  expect(must(view.messages[2]).results).toEqual([
    { id: "1", text: "gone", isError: true },
    { id: "2", text: "gone", isError: true },
  ]);
});

test("thoughts come in a field of their own, and usage only when asked for", async () => {
  await using fake = await startFakeProvider([{ parts: [{ thinking: "Hm, hm, hm, hm." }, { text: "Yes." }] }]);
  const client = await openaiClient(fake);
  const stream = await client.chat.completions.create({
    model,
    stream: true,
    messages: [{ role: "user", content: "a" }],
  });
  const chunks = await Array.fromAsync(stream);
  const deltas = chunks.map((chunk): Json => ({ ...chunk.choices[0]?.delta, ...(chunk.usage ? { usage: 1 } : {}) }));
  expect(deltas).toEqual([
    { role: "assistant", content: "", refusal: null },
    { reasoning_content: "Hm, hm, hm, " },
    { reasoning_content: "hm." },
    { content: "Yes." },
    {},
  ]);
});

test("the SDK sees a 429 with its wait, a wrong key, a bare path, a list of models and a failure in the stream", async () => {
  await using fake = await startFakeProvider(
    [
      { status: 429, headers: { "retry-after": "7" } },
      { ...reply, fault: { type: "errorEvent", atChunk: 3, code: "server_error", message: "busy" } },
      reply,
    ],
    { models: ["one", "two"] },
  );
  const body = { model, stream: true as const, messages: [{ role: "user" as const, content: "hi" }] };
  const ask = async (key?: string) => {
    try {
      return await Array.fromAsync(await (await openaiClient(fake, key)).chat.completions.create(body));
    } catch (error) {
      return error;
    }
  };
  const limited = await ask();
  expect(limited).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  expect((limited as { headers: Headers }).headers.get("retry-after")).toBe("7");
  expect(await ask("other")).toMatchObject({ status: 401, code: "invalid_api_key" });
  expect(await ask()).toMatchObject({ error: { message: "busy" } });
  const bare = await fetch(new URL("/chat/completions", fake.url("chat")), {
    ...{ method: "POST", body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${testKey}` },
  });
  expect(await bare.text()).toEndWith("data: [DONE]\n\n");
  const models = await (await openaiClient(fake)).models.list();
  expect(models.data.map((entry) => entry.id)).toEqual(["one", "two"]);
});

const user = (content: unknown) => ({ role: "user", content });
const call = (id: string, args = "{}") => ({ id, type: "function", function: { name: "Read", arguments: args } });
const said = (...tool_calls: Json[]) => ({ role: "assistant", content: null, tool_calls });
const result = (tool_call_id: string) => ({ role: "tool", tool_call_id, content: "ok" });
const chat = (...messages: Json[]): Json => ({ messages });

const refused: [name: string, change: Json, words: string][] = [
  ["a call without a result", chat(user("a"), said(call("c1"))), "must be followed by tool messages"],
  ["a result without its call", chat(user("a"), result("c1")), "must be a response to a preceding message"],
  ["a result that comes late", chat(user("a"), said(call("c1")), user("b"), result("c1")), "must be followed"],
  ["two results of a call", chat(user("a"), said(call("c1")), result("c1"), result("c1")), "must be a response"],
  ["a repeated id", chat(user("a"), said(call("c1"), call("c1")), result("c1")), "duplicate tool call id c1"],
  ["a late system message", chat(user("a"), { role: "system", content: "b" }), "must be at the beginning"],
  ["an empty answer", chat(user("a"), { role: "assistant", content: "" }, user("b")), "must not be empty"],
  ["an empty list of calls", chat(user("a"), said(), user("b")), "too short"],
  ["arguments that are no object", chat(user("a"), said(call("c1", "{")), result("c1")), "must be in JSON format"],
  ["an unknown role", chat({ role: "model", content: "a" }), "Invalid value: 'model'"],
  ["an image without a URL", chat(user([{ type: "image_url", image_url: { url: "AAAA" } }])), "invalid image URL"],
  ["a part of another type", chat(user([{ type: "input_text", text: "a" }])), "Invalid value: 'input_text'"],
  ["an unknown field", { system: "a" }, "Unrecognized request argument supplied: system"],
  ["two caps", { max_tokens: 1, max_completion_tokens: 1 }, "at the same time"],
  ["a budget with an effort", { thinking_budget: 1, reasoning_effort: "low" }, "cannot be set together"],
  ["no messages", { messages: [] }, "empty array"],
  ["an empty list of tools", { tools: [] }, "too short"],
  ["a flat tool", { tools: [{ type: "function", name: "a" }] }, "does not match pattern"],
  ["a tool without an object schema", { tools: [{ type: "function", function: { name: "a" } }] }, "Invalid schema"],
];

const valid: Json = { model, stream: true, ...chat(user("a"), said(call("c1")), result("c1")) };

test("a well-formed request is answered", async () => {
  await using fake = await startFakeProvider([reply]);
  expect(await refusal(fake, "chat", { ...valid, enable_thinking: true, stop: ["a"] })).toBeUndefined();
  expect(fake.problems).toEqual([]);
});

test.each(refused)("%s is refused", async (_name, change, words) => {
  await using fake = await startFakeProvider([reply]);
  const answer = must(await refusal(fake, "chat", { ...valid, ...change }), "a refusal");
  expect(answer).toStartWith("400 ");
  expect(answer).toContain(words);
  expect(fake.problems).toEqual([`chat: ${answer.slice(4)}`]);
});
