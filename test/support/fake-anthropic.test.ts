import { expect, test } from "bun:test";
import type { Json } from "./fake-json.ts";
import { startFakeProvider } from "./fake-provider.ts";
import type { FakeReply } from "./fake-types.ts";
import { must } from "./must.ts";
import { anthropicClient, refusal } from "./sdk-clients.ts";

const reply: FakeReply = {
  parts: [
    { thinking: "The file first, then the folder." },
    { text: "Grüße 🙂, I look." },
    { call: "Read", args: { path: "a.ts" } },
    { call: "List", args: {} },
  ],
  usage: { input: 10, output: 20, cacheRead: 3, cacheWrite: 4, cacheWrite1h: 5, thinking: 6 },
};
const model = "claude-opus-5-5";

test("the SDK assembles thinking, text and parallel calls, and may send them back", async () => {
  await using fake = await startFakeProvider([reply, { parts: [{ text: "Done." }] }]);
  const client = await anthropicClient(fake);
  const tools = ["Read", "List"].map((name) => ({ name, input_schema: { type: "object" as const } }));
  const first = await client.messages
    .stream({ model, max_tokens: 99, tools, system: "Be brief.", messages: [{ role: "user", content: "hi" }] })
    .finalMessage();
  expect(first.stop_reason).toBe("tool_use");
  expect(first.usage).toMatchObject({
    input_tokens: 10,
    output_tokens: 20,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 9,
    cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 5 },
    output_tokens_details: { thinking_tokens: 6 },
  });
  expect(first.content).toMatchObject([
    { type: "thinking", thinking: "The file first, then the folder." },
    { type: "text", text: "Grüße 🙂, I look." },
    { type: "tool_use", name: "Read", input: { path: "a.ts" } },
    { type: "tool_use", name: "List", input: {} },
  ]);
  const results = first.content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ type: "tool_result" as const, tool_use_id: block.id, content: `${block.name} ok` }]
      : [],
  );
  const second = await client.messages
    .stream({
      ...{ model, max_tokens: 99, tools, system: "Be brief." },
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: first.content },
        { role: "user", content: [...results, { type: "text", text: "and?" }] },
      ],
    })
    .finalMessage();
  expect(second.content).toMatchObject([{ type: "text", text: "Done." }]);
  expect(fake.problems).toEqual([]);
  expect(must(fake.requests[1]).view).toEqual({
    model,
    system: "Be brief.",
    tools: ["Read", "List"],
    messages: [
      { role: "user", texts: ["hi"], thinking: [], calls: [], results: [], images: [] },
      {
        role: "assistant",
        texts: ["Grüße 🙂, I look."],
        thinking: ["The file first, then the folder."],
        calls: [
          { id: "1", name: "Read", args: { path: "a.ts" } },
          { id: "2", name: "List", args: {} },
        ],
        results: [],
        images: [],
      },
      {
        role: "user",
        texts: ["and?"],
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

test("the SDK sees a 429 with its wait, a wrong key, and a failure in the stream", async () => {
  await using fake = await startFakeProvider([
    { status: 429, headers: { "retry-after": "7" } },
    { ...reply, fault: { type: "errorEvent", atChunk: 5, code: "overloaded_error", message: "busy" } },
  ]);
  const body = { model, max_tokens: 9, messages: [{ role: "user" as const, content: "hi" }] };
  const failed = async (key?: string) =>
    (await anthropicClient(fake, key)).messages
      .stream(body)
      .finalMessage()
      .catch((error: unknown) => error);
  const limited = await failed();
  expect(limited).toMatchObject({ status: 429, type: "rate_limit_error" });
  expect((limited as { headers: Headers }).headers.get("retry-after")).toBe("7");
  expect(await failed("other")).toMatchObject({ status: 401, type: "authentication_error" });
  expect(await failed()).toMatchObject({ type: "overloaded_error" });
});

test("tokens are counted where the request is well-formed", async () => {
  await using fake = await startFakeProvider([]);
  const client = await anthropicClient(fake);
  const messages = [{ role: "user" as const, content: "x".repeat(400) }];
  expect((await client.messages.countTokens({ model, messages })).input_tokens).toBeWithin(100, 120);
  expect(fake.requests).toEqual([]);
  expect(fake.counts).toHaveLength(1);
});

const user = (content: unknown) => ({ role: "user", content });
const use = (id: string) => ({ type: "tool_use", id, name: "Read", input: {} });
const result = (id: string) => ({ type: "tool_result", tool_use_id: id, content: "ok" });
const said = (...content: Json[]) => ({ role: "assistant", content });
const marked = { type: "text", text: "a", cache_control: { type: "ephemeral" } };
const chat = (...messages: Json[]): Json => ({ messages });

const refused: [name: string, change: Json, words: string][] = [
  ["a call without a result", chat(user("a"), said(use("t1")), user("b")), "without `tool_result` blocks"],
  ["a result without its call", chat(user([result("t1")])), "unexpected `tool_use_id`"],
  [
    "a result that comes late",
    chat(user("a"), said(use("t1")), user("b"), said(marked), user([result("t1")])),
    "without",
  ],
  ["a result behind text", chat(user("a"), said(use("t1")), user([marked, result("t1")])), "must come before"],
  ["two results of a call", chat(user("a"), said(use("t1")), user([result("t1"), result("t1")])), "single result"],
  ["a repeated id", chat(user("a"), said(use("t1"), use("t1")), user([result("t1")])), "ids must be unique"],
  ["the model speaking first", chat(said(marked), user("a")), "first message must use the user role"],
  ["two users in a row", chat(user("a"), user("b")), "roles must alternate"],
  ["the model speaking last", chat(user("a"), said(marked)), "must end with a user message"],
  ["a system role", chat({ role: "system", content: "a" }), "Input should be 'user' or 'assistant'"],
  ["an empty text", chat(user([{ type: "text", text: "" }])), "text content blocks must be non-empty"],
  ["a blank text", chat(user([{ type: "text", text: " \n" }])), "must contain non-whitespace text"],
  ["an empty message", chat(user([])), "must have non-empty content"],
  [
    "an unsigned thought",
    chat(user("a"), said({ type: "thinking", thinking: "x" }, marked), user("b")),
    "Field required",
  ],
  [
    "a foreign signature",
    chat(user("a"), said({ type: "thinking", thinking: "x", signature: "abc" }, marked), user("b")),
    "Invalid `signature`",
  ],
  [
    "a foreign sealed thought",
    chat(user("a"), said({ type: "redacted_thinking", data: "abc" }, marked), user("b")),
    "Invalid `data`",
  ],
  ["a call in a user message", chat(user([use("t1")])), "has no place in a user message"],
  ["an image of another type", chat(user([image("image/bmp", "AAAA")])), "unsupported"],
  ["an image that is no base64", chat(user([image("image/png", "%%")])), "invalid base64"],
  ["no max_tokens", { max_tokens: undefined }, "max_tokens: Field required"],
  ["no messages", { messages: [] }, "at least one message"],
  ["an unknown field", { max_output_tokens: 3 }, "max_output_tokens: Extra inputs are not permitted"],
  ["a temperature", { temperature: 1 }, "temperature: Extra inputs are not permitted"],
  ["a budget over the cap", { thinking: { type: "enabled", budget_tokens: 2000 } }, "must be greater than"],
  ["a budget too small", { thinking: { type: "enabled", budget_tokens: 5 } }, "greater than or equal to 1024"],
  [
    "a tool without an object schema",
    { tools: [{ name: "a", input_schema: { type: "string" } }] },
    "should be 'object'",
  ],
  ["a tool with a bad name", { tools: [{ name: "a b", input_schema: { type: "object" } }] }, "should match pattern"],
  ["five cache markers", { system: [marked, marked, marked, marked, marked] }, "A maximum of 4 blocks"],
  [
    "another cache lifetime",
    { system: [{ ...marked, cache_control: { type: "ephemeral", ttl: "2h" } }] },
    "'5m' or '1h'",
  ],
];

function image(media_type: string, data: string): Json {
  return { type: "image", source: { type: "base64", media_type, data } };
}

const valid: Json = {
  model,
  max_tokens: 1000,
  stream: true,
  ...chat(user("a"), said(use("t1")), user([result("t1")])),
};

test("a well-formed request is answered", async () => {
  await using fake = await startFakeProvider([reply]);
  expect(await refusal(fake, "anthropic", valid)).toBeUndefined();
  expect(fake.problems).toEqual([]);
});

test.each(refused)("%s is refused", async (_name, change, words) => {
  await using fake = await startFakeProvider([reply]);
  const answer = must(await refusal(fake, "anthropic", { ...valid, ...change }), "a refusal");
  expect(answer).toStartWith("400 ");
  expect(answer).toContain(words);
  expect(fake.problems).toEqual([`anthropic: ${answer.slice(4)}`]);
});

test("a thought that was altered, or moved to another model, is refused", async () => {
  await using fake = await startFakeProvider(() => reply);
  const client = await anthropicClient(fake);
  const { content } = await client.messages
    .stream({ model, max_tokens: 9, messages: [{ role: "user", content: "hi" }] })
    .finalMessage();
  const [thought] = content;
  const replay = (block: unknown, to = model) => ({
    ...{ model: to, max_tokens: 9, stream: true },
    messages: [user("hi"), { role: "assistant", content: [block, marked] }, user("b")],
  });
  expect(await refusal(fake, "anthropic", replay(thought))).toBeUndefined();
  expect(await refusal(fake, "anthropic", replay(thought, "claude-haiku-5-5"))).toContain("Invalid `signature`");
  expect(await refusal(fake, "anthropic", replay({ ...thought, thinking: "else" }))).toContain("Invalid `signature`");
  const thoughtLast = {
    ...replay(thought),
    messages: [user("a"), { role: "assistant", content: [thought] }, user("b")],
  };
  expect(await refusal(fake, "anthropic", thoughtLast)).toContain("cannot be `thinking`");
});

test("a prompt is cached up to its markers, and found again within twenty blocks of one", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "Ok." }] }));
  const client = await anthropicClient(fake);
  const words = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ type: "text" as const, text: `word ${at}` }));
  const marks = { cache_control: { type: "ephemeral" as const } };
  const meters = async (content: (ReturnType<typeof words>[number] & Partial<typeof marks>)[]) => {
    const { usage } = await client.messages
      .stream({ model, max_tokens: 9, messages: [{ role: "user", content }] })
      .finalMessage();
    return [usage.input_tokens > 0, usage.cache_read_input_tokens, usage.cache_creation_input_tokens];
  };
  const upTo = (marked: number, count: number) =>
    words(count).map((block, at) => (at === marked - 1 ? { ...block, ...marks } : block));
  expect(await meters(upTo(0, 3))).toEqual([true, 0, 0]);
  const [rest, read, written] = await meters(upTo(3, 5));
  expect([rest, read]).toEqual([true, 0]);
  // What stood behind the marker was not kept.
  const [, again] = await meters(upTo(5, 5));
  expect(again).toBe(Number(written));
  const [none, near] = await meters(upTo(24, 24));
  expect([none, Number(near) > Number(again)]).toEqual([false, true]);
  const [, far] = await meters(upTo(44, 44));
  expect(far).toBe(0);
});
