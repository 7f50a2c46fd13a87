import { expect, test } from "bun:test";
import { noUsage } from "../../agent/message.ts";
import type { Chunk } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createCompat } from "../../providers/compat.ts";
import { collect, ending, serveEvents } from "./sse-server.ts";

const says = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const ends = (finish_reason: string) => says({}, finish_reason);
const calls = (...tool_calls: object[]) => says({ tool_calls });
const usage = {
  choices: [],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 5,
    prompt_tokens_details: { cached_tokens: 6, cache_write_tokens: 1 },
  },
};
const billed = { ...noUsage, input: 3, output: 5, cacheRead: 6, cacheWrite: 1 };
const done = "data: [DONE]\n\n";

async function answer(events: readonly (object | string)[]): Promise<Chunk[]> {
  using server = serveEvents(events);
  await using provider = createCompat({
    name: "local",
    label: "The server",
    baseUrl: server.url,
    resolve: () => resolveModel("openai", "gpt-4.1"),
  });
  return await collect(await provider.model());
}
const end = async (...events: (object | string)[]) => ending(await answer(events));

test("thinking, text and calls in the order they came, and the bill behind them", async () => {
  expect(
    await answer([
      says({ role: "assistant", content: "" }),
      says({ reasoning_content: "Hm" }),
      says({ content: "Hel" }),
      says({ content: "lo" }),
      calls({ index: 0, id: "x", function: { name: "Read", arguments: "" } }),
      calls({ index: 0, function: { arguments: '{"a":1}' } }),
      says({ content: "!" }),
      ends("tool_calls"),
      usage,
      done,
    ]),
  ).toEqual([
    { type: "thinking", text: "Hm" },
    { type: "text", text: "Hel" },
    { type: "text", text: "lo" },
    { type: "toolCall", index: 0, name: "Read" },
    { type: "toolArgs", index: 0, text: '{"a":1}' },
    { type: "text", text: "!" },
    {
      type: "done",
      parts: [
        { type: "thinking", text: "Hm" },
        { type: "text", text: "Hello" },
        { type: "toolCall", name: "Read", args: { a: 1 } },
        { type: "text", text: "!" },
      ],
      stopReason: "toolUse",
      usage: billed,
    },
  ]);
});

const made = (...values: number[]) => values.map((a) => ({ type: "toolCall" as const, name: "Read", args: { a } }));
const read = (args: string) => ({ name: "Read", arguments: args });

test("pieces of parallel calls find their call: by index, by id where all are numbered 0, by name where none is", async () => {
  const parts = async (...events: object[]) => (await end(...events, ends("tool_calls"), done)).parts;
  expect(
    await parts(
      calls({ index: 2, id: "x", function: read("") }, { index: 5, id: "y", function: read("") }),
      calls({ index: 5, function: { arguments: '{"a":2}' } }, { index: 2, function: { arguments: '{"a":1}' } }),
    ),
  ).toEqual(made(1, 2));
  expect(
    await parts(
      calls({ index: 0, id: "x", function: read('{"a":1}') }),
      calls({ index: 0, id: "y", function: read('{"a":') }),
      calls({ index: 0, id: "", function: { arguments: "2}" } }),
    ),
  ).toEqual(made(1, 2));
  expect(await parts(calls({ function: read('{"a":1}') }), calls({ function: read('{"a":2}') }))).toEqual(made(1, 2));
  expect(await parts(calls({ index: 0, function: read('{"a":1}') }))).toEqual(made(1));
});

test("arguments that are no object are kept as they came", async () => {
  expect(await end(calls({ index: 0, id: "x", function: read('{"a":') }), ends("tool_calls"), done)).toMatchObject({
    type: "done",
    stopReason: "toolUse",
    parts: [{ type: "toolCall", name: "Read", args: {}, malformed: '{"a":' }],
  });
});

test("finish reasons", async () => {
  const stop = async (finish: string, ...deltas: object[]) => {
    const last = await end(...deltas, ends(finish), done);
    return last.type === "done" ? last.stopReason : last;
  };
  const text = says({ content: "Hi" });
  const call = calls({ index: 0, id: "x", function: read("{}") });
  const refusal = says({ refusal: "I cannot" });
  expect(await stop("stop", text)).toBe("endTurn");
  expect(await stop("stop", text, call)).toBe("toolUse");
  expect(await stop("function_call", call)).toBe("toolUse");
  expect(await stop("tool_calls", text)).toBe("malformedCall");
  expect(await stop("length", text)).toBe("maxTokens");
  expect(await stop("content_filter", text)).toBe("refusal");
  expect(await stop("stop", refusal)).toBe("refusal");
  expect(await stop("unheard_of", text)).toBe("unknown");
  expect(await end(refusal, done)).toMatchObject({ stopReason: "refusal", parts: [{ text: "I cannot" }] });
  expect(await end(text, done)).toMatchObject({ stopReason: "unknown" });
});

test("a server that never sends the mark is done when it gave a reason and ended in order", async () => {
  expect(await end(says({ content: "Hi" }), ends("stop"))).toMatchObject({ type: "done", stopReason: "endTurn" });
  expect(await end(says({ content: "Hi" }))).toMatchObject({
    type: "error",
    error: { code: "interrupted", retry: "interrupted" },
    parts: [{ type: "text", text: "Hi" }],
  });
});

test("lines that are no JSON object are skipped; a last line without its blank one counts", async () => {
  expect(
    await end(
      says({ content: "Hi" }),
      'data: {"torn": "of\n\n',
      "data: 7\n\n",
      ": ping\n\n",
      ends("stop"),
      "data: [DONE]",
    ),
  ).toMatchObject({ type: "done", parts: [{ type: "text", text: "Hi" }] });
});

test("an error in band is typed and keeps what was said", async () => {
  const failed = (error: unknown) => end(says({ content: "Hi" }), { error });
  expect(await failed({ code: 502, message: "Upstream" })).toMatchObject({
    error: { code: "server", status: 502, message: "The server failed with status 502: Upstream" },
    parts: [{ type: "text", text: "Hi" }],
  });
  expect(await failed({ type: "rate_limit_error", message: "Slow" })).toMatchObject({ error: { code: "rate_limit" } });
  expect(await failed("out of memory")).toMatchObject({ error: { code: "interrupted", detail: "out of memory" } });
});

test("a server that bills nothing is billed by the size of what was sent and said", async () => {
  const { usage: guess } = await end(says({ content: "x".repeat(371) }), ends("stop"), done);
  expect(guess?.output).toBeGreaterThanOrEqual(100);
  expect(guess?.input).toBeGreaterThan(10);
  expect(await end(says({ content: "Hi" }), ends("stop"), { usage: { prompt_tokens: 0 } }, done)).toMatchObject({
    usage: noUsage,
  });
});
