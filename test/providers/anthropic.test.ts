import { expect, test } from "bun:test";
import { lowestSettings, type ModelInfo, type ModelRequest, type ModelSettings } from "../../agent/model.ts";
import { createAnthropic } from "../../providers/anthropic.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { bodyOf, conversation, doneOf, hello, pixel, readTool, rig } from "../contract/provider-rig.ts";
import { anthropic as subject } from "../contract/subjects.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { collect, serveEvents } from "./sse-server.ts";

const { info } = subject;
const ok: FakeReply = { parts: [{ text: "Ok." }] };
const betas = (fast: boolean) => ["context-management-2025-06-27", ...(fast ? ["fast-mode-2026-02-01"] : [])].join(",");

/** What one request says besides model, messages, tools and system. */
async function knobs(settings: Partial<ModelSettings>, more: Partial<ModelRequest> = {}, model: ModelInfo = info) {
  await using it = await rig(subject, [ok], { info: model });
  doneOf(await it.ask(hello(model), { ...more, settings: { ...lowestSettings(model), ...settings } }));
  const [request] = it.fake.requests;
  const { model: _, messages: __, tools: ___, system: ____, ...rest } = bodyOf(it);
  expect(request?.headers["anthropic-beta"]).toBe(betas(settings.tier === "priority"));
  return rest;
}

test("a request without thinking has its length and nothing else", async () => {
  expect(await knobs({})).toEqual({ max_tokens: info.maxResponseTokens, stream: true });
});

test("temperature, which the API refuses, is never sent; stop sequences are", async () => {
  expect(await knobs({}, { temperature: 0.3, stopSequences: ["END"], maxOutputTokens: 99 })).toEqual({
    max_tokens: 99,
    stop_sequences: ["END"],
    stream: true,
  });
});

test("adaptive thinking, its display and its effort reach the wire", async () => {
  const context_management = { edits: [{ type: "clear_thinking_20251015", keep: "all" }] };
  const of = (thinkingOutput: ModelSettings["thinkingOutput"]) =>
    knobs({ thinkingBudget: "auto", thinkingOutput, effort: "high" }, { maxOutputTokens: 5000 });
  const rest = { max_tokens: 5000, stream: true, context_management, output_config: { effort: "high" } };
  expect(await of("text")).toEqual({ ...rest, thinking: { type: "adaptive", display: "summarized" } });
  expect(await of("redacted")).toEqual({ ...rest, thinking: { type: "adaptive", display: "omitted" } });
  expect(await of("none")).toEqual({ ...rest, thinking: { type: "adaptive" } });
});

test("a fixed budget is half of the answer that the caller allows and pays for", async () => {
  const haiku = resolveModel("anthropic", "haiku-4.5");
  const of = async (maxOutputTokens?: number) => {
    const more = maxOutputTokens === undefined ? {} : { maxOutputTokens };
    const { max_tokens, thinking } = await knobs({ thinkingBudget: "fixed" }, more, haiku);
    return [max_tokens, thinking];
  };
  expect(await of()).toEqual([64_000, { type: "enabled", budget_tokens: 32_000 }]);
  expect(await of(100)).toEqual([100, undefined]);
  expect(await of(50_000)).toEqual([50_000, { type: "enabled", budget_tokens: 25_000 }]);
});

test("tiers reach the wire, and fast is reported only where fast was served", async () => {
  expect(await knobs({ tier: "default" })).toMatchObject({ service_tier: "standard_only" });
  expect(await knobs({ tier: "priority" })).toMatchObject({ speed: "fast" });
  await using it = await rig(subject, [{ ...ok, tier: "fast" }, ok]);
  const settings = { ...lowestSettings(info), tier: "priority" } as const;
  expect(doneOf(await it.ask(hello(info), { settings })).tier).toBe("priority");
  expect(doneOf(await it.ask(hello(info), { settings })).tier).toBe("auto");
});

test("the prefix and the last two user turns are marked for the cache, and the next call reads them", async () => {
  const marks = (body: unknown) => JSON.stringify(body).match(/"cache_control":\{[^}]*\}/g);
  for (const [cacheTtlSec, mark] of [
    [300, '{"type":"ephemeral"}'],
    [3600, '{"type":"ephemeral","ttl":"1h"}'],
  ] as const) {
    await using it = await rig(subject, [ok, ok]);
    const settings = { ...lowestSettings(info), cacheTtlSec };
    const talk = conversation(info);
    talk.user("Hello");
    const first = doneOf(await it.ask(talk.log, { settings })).usage;
    talk.answer({ type: "done", parts: [{ type: "text", text: "Ok." }], stopReason: "endTurn", usage: first });
    talk.user("Again");
    const second = doneOf(await it.ask(talk.log, { settings })).usage;
    const written = cacheTtlSec === 300 ? first.cacheWrite : first.cacheWrite1h;
    expect(written).toBeGreaterThan(0);
    expect(second.cacheRead).toBe(written);
    expect<unknown>(marks(it.fake.requests[0]?.body)).toEqual(Array<string>(2).fill(`"cache_control":${mark}`));
    expect<unknown>(marks(it.fake.requests[1]?.body)).toEqual(Array<string>(3).fill(`"cache_control":${mark}`));
    expect(it.fake.problems).toEqual([]);
  }
  expect(JSON.stringify(await knobs({ cacheTtlSec: 0 }))).not.toContain("cache_control");
});

test("every stop of the wire has its reason", async () => {
  const reasons = ["endTurn", "stopSequence", "pause", "maxTokens", "contextWindow", "refusal"] as const;
  const steps: FakeReply[] = [
    ...reasons.map((stop) => ({ ...ok, stop })),
    { ...ok, finish: "unheard_of" },
    { ...ok, finish: "tool_use" },
    { parts: [{ call: "Read", args: {} }], finish: "end_turn" },
  ];
  await using it = await rig(subject, steps);
  const got = [];
  for (const _ of steps) got.push(doneOf(await it.ask(hello(info), { stopSequences: ["x"] })).stopReason);
  expect(got).toEqual([...reasons, "unknown", "malformedCall", "toolUse"]);
});

test("a placeholder call is dropped, and an answer of nothing else is an end", async () => {
  await using it = await rig(subject, [
    { parts: [{ text: "Hm." }, { call: "$FUNCTION_NAME", args: {} }] },
    {
      parts: [
        { call: "$FUNCTION_NAME", args: {} },
        { call: "mcp-tool", args: {} },
      ],
    },
  ]);
  const first = doneOf(await it.ask(hello(info)));
  expect([first.parts, first.stopReason]).toEqual([[{ type: "text", text: "Hm." }], "endTurn"]);
  const second = doneOf(await it.ask(hello(info)));
  expect([second.parts, second.stopReason]).toEqual([[{ type: "toolCall", name: "mcp-tool", args: {} }], "toolUse"]);
});

test("an answer that ends in thinking gets a word, a foreign or empty one goes unsaid", async () => {
  await using it = await rig(subject, [{ parts: [{ thinking: "Hm." }], stop: "maxTokens" }, ok, ok]);
  const settings = { ...lowestSettings(info), thinkingBudget: "auto", thinkingOutput: "redacted" } as const;
  const talk = conversation(info);
  talk.user("Think");
  const thought = doneOf(await it.ask(talk.log, { settings }));
  expect(thought.parts).toEqual([{ type: "thinking", text: "", signature: expect.any(String) }]);
  talk.answer(thought);
  talk.user("Go on");
  doneOf(await it.ask(talk.log, { settings }));
  const { messages } = bodyOf(it, 1) as { messages: unknown[] };
  const [part] = thought.parts;
  expect(messages[1]).toEqual({
    role: "assistant",
    content: [
      { type: "thinking", thinking: "", signature: part?.type === "thinking" && part.signature },
      { type: "text", text: "." },
    ],
  });
  const other = conversation(info);
  other.user("Think");
  other.answer(thought, { provider: "elsewhere", model: "other" });
  other.user("Go on");
  doneOf(await it.ask(other.log, { settings }));
  expect(it.fake.requests[2]?.view.messages.map(({ role }) => role)).toEqual(["user"]);
  expect(it.fake.problems).toEqual([]);
});

test("names that another vendor allowed are made fit, and documents go as documents", async () => {
  await using it = await rig(subject, [ok]);
  const talk = conversation(info);
  talk.user("Read this", [{ mime: "application/pdf", data: "JVBERi0xLjQK" }]);
  const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
  const parts = [{ type: "toolCall", name: "default_api.Read file", args: {} }] as const;
  const [call] = talk.answer({ type: "done", parts, stopReason: "toolUse", usage }, { provider: "x", model: "y" });
  talk.result(call?.callId ?? "c0", "", { isError: true });
  doneOf(await it.ask(talk.log, { tools: [readTool] }));
  const { messages } = it.fake.requests[0]?.view ?? { messages: [] };
  expect(messages[0]?.images).toEqual(["application/pdf"]);
  expect(messages[1]?.calls.map(({ name }) => name)).toEqual(["default_api_Read_file"]);
  expect(messages[2]?.results).toMatchObject([{ isError: true, text: "The tool failed and said nothing." }]);
  expect(it.fake.problems).toEqual([]);
});

test("sizes are estimated by the vendor's own measure", async () => {
  await using it = await rig(subject, []);
  expect(it.model.estimateText("x".repeat(238))).toBe(100);
  expect(it.model.estimateAttachment(pixel)).toBe(1);
  const blind = { ...info, images: false };
  await using other = await rig(subject, [ok], { info: blind });
  const talk = conversation(blind);
  talk.user("Look", [{ ...pixel, name: "dot.png" }]);
  doneOf(await other.ask(talk.log));
  expect(other.fake.requests[0]?.view.messages[0]?.texts.join()).toContain("dot.png");
});

test("writes to the cache that are not told apart went to the lifetime that was asked for", async () => {
  const usage = { input_tokens: 5, output_tokens: 1, cache_creation_input_tokens: 40, cache_read_input_tokens: 3 };
  using server = serveEvents([
    { type: "message_start", message: { usage } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ]);
  const options = { apiKey: "k", baseUrl: server.url.replace("/v1", ""), resolve: () => info };
  await using provider = createAnthropic(options);
  const model = await provider.model();
  const of = async (cacheTtlSec: number) =>
    doneOf(await collect(model, { settings: { ...lowestSettings(info), cacheTtlSec } })).usage;
  const rest = { input: 5, output: 7, cacheRead: 3 };
  expect(await of(300)).toEqual({ ...rest, cacheWrite: 40, cacheWrite1h: 0 });
  expect(await of(3600)).toEqual({ ...rest, cacheWrite: 0, cacheWrite1h: 40 });
});
