import { expect, test } from "bun:test";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, DraftPart, ServiceTier } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createOpenAI } from "../../providers/openai.ts";
import { collect, ending, serveEvents } from "./sse-server.ts";

const usage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 6, cache_write_tokens: 1 },
  output_tokens: 5,
};
const billed = { ...noUsage, input: 3, output: 5, cacheRead: 6, cacheWrite: 1 };

const completed = (fields: object = {}) => ({ type: "response.completed", response: { output: [], usage, ...fields } });
const begun = (output_index: number, item: object) => ({ type: "response.output_item.added", output_index, item });
const whole = (output_index: number, item: object) => ({ type: "response.output_item.done", output_index, item });
const said = (delta: string) => ({ type: "response.output_text.delta", output_index: 0, content_index: 0, delta });
const args = (delta: string, output_index = 0) => ({
  type: "response.function_call_arguments.delta",
  output_index,
  delta,
});
const call = (raw: string) => ({ type: "function_call", id: "fc_x", call_id: "call_x", name: "Read", arguments: raw });
const message = (text: string) => ({ type: "message", content: [{ type: "output_text", text }] });

async function answer(events: readonly (object | string)[], tier: ServiceTier = "auto"): Promise<Chunk[]> {
  using server = serveEvents(events, { "x-request-id": "req_1" });
  await using provider = createOpenAI({
    apiKey: "k",
    baseUrl: server.url,
    resolve: (id) => resolveModel("openai", id),
  });
  const model = await provider.model();
  const settings = { effort: "low", thinkingBudget: "none", thinkingOutput: "none", tier, cacheTtlSec: 0 } as const;
  return await collect(model, { settings });
}

test("text, its bill without the cached tokens, and the id of the request", async () => {
  expect(await answer([said("He"), said("llo"), whole(0, message("Hello")), completed()])).toEqual([
    { type: "text", text: "He" },
    { type: "text", text: "llo" },
    {
      type: "done",
      parts: [{ type: "text", text: "Hello" }],
      stopReason: "endTurn",
      usage: billed,
      tier: "auto",
      requestId: "req_1",
    },
  ]);
});

test("the finished item's arguments win over the deltas, but an empty object does not", async () => {
  const parts = async (deltas: string, final: string) =>
    ending(await answer([begun(0, call("")), args(deltas), whole(0, call(final)), completed()])).parts;
  const made = (values: Record<string, number>, malformed?: string): DraftPart[] => [
    { type: "toolCall", name: "Read", args: values, ...(malformed && { malformed }) },
  ];
  expect(await parts('{"a":1}', '{"a":2}')).toEqual(made({ a: 2 }));
  expect(await parts('{"a":1}', "{}")).toEqual(made({ a: 1 }));
  expect(await parts('{"a":1}', "not json")).toEqual(made({ a: 1 }));
  expect(await parts('{"a":', '{"a":1}')).toEqual(made({ a: 1 }));
  expect(await parts('{"a":', '{"a":')).toEqual(made({}, '{"a":'));
  expect(await parts("[1]", "[1]")).toEqual(made({}, "[1]"));
});

test("a call without deltas is shown whole, and calls mean a stop for tools", async () => {
  expect(await answer([whole(0, call('{"a":1}')), completed()])).toEqual([
    { type: "toolCall", index: 0, name: "Read" },
    { type: "toolArgs", index: 0, text: '{"a":1}' },
    {
      type: "done",
      parts: [{ type: "toolCall", name: "Read", args: { a: 1 } }],
      stopReason: "toolUse",
      usage: billed,
      tier: "auto",
      requestId: "req_1",
    },
  ]);
});

test("a refusal is shown once and stops as one", async () => {
  const at = { output_index: 0, content_index: 0 };
  const chunks = await answer([
    { type: "response.refusal.delta", ...at, delta: "I " },
    { type: "response.refusal.done", ...at, refusal: "I cannot" },
    whole(0, { type: "message", content: [{ type: "refusal", refusal: "I cannot" }] }),
    completed(),
  ]);
  expect(chunks.slice(0, -1)).toEqual([
    { type: "text", text: "I " },
    { type: "text", text: "cannot" },
  ]);
  expect(ending(chunks)).toMatchObject({ stopReason: "refusal", parts: [{ type: "text", text: "I cannot" }] });
});

test("an incomplete response keeps its text: a filter refuses, anything else is the length", async () => {
  const incomplete = (reason: string) => ({
    type: "response.incomplete",
    response: { output: [], usage, incomplete_details: { reason } },
  });
  const stop = async (reason: string) => ending(await answer([said("Half"), incomplete(reason)]));
  expect(await stop("content_filter")).toMatchObject({ stopReason: "refusal", parts: [{ text: "Half" }] });
  expect(await stop("max_output_tokens")).toMatchObject({ stopReason: "maxTokens", parts: [{ text: "Half" }] });
  expect(await stop("unheard_of")).toMatchObject({ stopReason: "maxTokens", usage: billed });
});

test("summaries are joined, and the encrypted item is kept verbatim", async () => {
  const item = {
    type: "reasoning",
    id: "rs_1",
    summary: [
      { type: "summary_text", text: "One" },
      { type: "summary_text", text: "Two" },
    ],
    encrypted_content: "c2VhbA==",
    later_field: [1],
  };
  const summary = (summary_index: number) => ({ output_index: 0, summary_index });
  const shown = await answer([
    { type: "response.reasoning_summary_part.added", ...summary(0) },
    { type: "response.reasoning_summary_text.delta", ...summary(0), delta: "One" },
    { type: "response.reasoning_summary_part.added", ...summary(1) },
    { type: "response.reasoning_summary_text.delta", ...summary(1), delta: "Two" },
    whole(0, item),
    completed(),
  ]);
  const parts = [{ type: "thinking" as const, text: "One\n\nTwo", data: item }];
  expect(ending(shown).parts).toEqual(parts);
  expect(ending(await answer([whole(0, item), completed()])).parts).toEqual(parts);
  const unsealed = { ...item, encrypted_content: null };
  expect(ending(await answer([whole(0, unsealed), completed()])).parts).toEqual([
    { type: "thinking", text: "One\n\nTwo" },
  ]);
});

test("the phase of a text stays with it", async () => {
  const phased = { ...message("Hi"), phase: "final_answer" };
  expect(ending(await answer([said("Hi"), whole(0, phased), completed()])).parts).toEqual([
    { type: "text", text: "Hi", signature: "final_answer" },
  ]);
});

test("a lost piece at the end of a text is filled in; one lost in its middle is an interruption", async () => {
  const garbage = 'data: {"type": "resp\n\n';
  const filled = await answer([said("He"), garbage, whole(0, message("Hello")), completed()]);
  expect(ending(filled)).toMatchObject({ type: "done", parts: [{ text: "Hello" }] });
  const torn = await answer([said("He"), garbage, said("o"), whole(0, message("Hello")), completed()]);
  expect(ending(torn)).toMatchObject({ type: "error", error: { code: "interrupted" }, parts: [{ text: "Heo" }] });
});

test("an item whose end was lost is read from the response", async () => {
  const output = [message("Hi"), call('{"a":1}')];
  expect(ending(await answer(["data: [1]\n\n", completed({ output })]))).toMatchObject({
    stopReason: "toolUse",
    parts: [
      { type: "text", text: "Hi" },
      { type: "toolCall", name: "Read", args: { a: 1 } },
    ],
  });
});

test("the tier that served decides the bill; one without a price leaves it to the requested one", async () => {
  const tier = async (asked: ServiceTier, served: string | undefined) => {
    const end = ending(await answer([completed(served === undefined ? {} : { service_tier: served })], asked));
    return end.type === "done" ? end.tier : end;
  };
  expect(await tier("priority", "default")).toBe("auto");
  expect(await tier("priority", "scale")).toBe("auto");
  expect(await tier("flex", undefined)).toBe("auto");
  expect(await tier("auto", "flex")).toBe("flex");
  expect(await tier("auto", "fast")).toBe("priority");
  expect(await tier("priority", "ultrafast")).toBeUndefined();
  expect(await tier("priority", "unheard_of")).toBeUndefined();
});

test("a body that ends without the terminal event is a cut, whatever it said", async () => {
  const cut = ending(await answer([said("Hi"), begun(1, call("")), args("{", 1)]));
  expect(cut).toMatchObject({ type: "error", error: { code: "interrupted" }, parts: [{ type: "text", text: "Hi" }] });
  expect(cut.parts).toHaveLength(1);
  expect(ending(await answer([said("Hi"), "data: [DONE]\n\n"]))).toMatchObject({ error: { code: "interrupted" } });
});

test("failures in band are typed, and what they cost is kept", async () => {
  const failed = await answer([
    said("Hi"),
    {
      type: "response.failed",
      response: { output: [], usage, error: { code: "server_error", message: "The server had an error" } },
    },
  ]);
  expect(ending(failed)).toMatchObject({ type: "error", error: { code: "server", status: 500 }, usage: billed });
  const limited = await answer([{ type: "error", code: "rate_limit_exceeded", message: "Slow down", param: null }]);
  expect(ending(limited)).toMatchObject({ error: { code: "rate_limit", status: 429, detail: "Slow down" } });
  const nested = await answer([{ type: "error", error: { code: "context_length_exceeded", message: "Too long" } }]);
  expect(ending(nested)).toMatchObject({ error: { code: "prompt_too_long" } });
});

test("without a bill the size of what was sent and said is taken", async () => {
  const end = ending(await answer([said("x".repeat(371)), completed({ usage: null })]));
  expect(end.usage?.output).toBeGreaterThanOrEqual(100);
  expect(end.usage?.input).toBeGreaterThan(10);
});
