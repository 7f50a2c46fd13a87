import { expect, test } from "bun:test";
import { lowestSettings, type ModelInfo, type ModelRequest, type ModelSettings } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createGemini } from "../../providers/gemini.ts";
import { createProvider } from "../../providers/registry.ts";
import { bodyOf, conversation, doneOf, hello, pixel, rig } from "../contract/provider-rig.ts";
import { gemini as subject } from "../contract/subjects.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { collect } from "./sse-server.ts";

const third = resolveModel("google", "gemini-flash-3.5");
const second = resolveModel("google", "gemini-pro-2.5");
const ok: FakeReply = { parts: [{ text: "Ok." }] };

async function config(info: ModelInfo, settings: Partial<ModelSettings>, more: Partial<ModelRequest> = {}) {
  await using it = await rig(subject, [ok], { info });
  doneOf(await it.ask(hello(info), { ...more, settings: { ...lowestSettings(info), ...settings } }));
  expect(it.fake.problems).toEqual([]);
  expect(it.fake.requests[0]?.path).toBe(`/v1beta/models/${info.wireId}:streamGenerateContent`);
  return bodyOf(it).generationConfig;
}

test("without thinking the knobs of a call are sent as they are", async () => {
  expect(await config(third, {})).toEqual({});
  expect(await config(third, {}, { temperature: 0, stopSequences: ["END"], maxOutputTokens: 77 })).toEqual({
    temperature: 0,
    stopSequences: ["END"],
    maxOutputTokens: 77,
  });
});

test("the third generation takes a level, and none at no effort", async () => {
  const of = async (effort: ModelSettings["effort"]) => {
    const sent = await config(third, { thinkingBudget: "auto", thinkingOutput: "text", effort }, { temperature: 0 });
    return (sent as { thinkingConfig: unknown; temperature?: number }).thinkingConfig;
  };
  expect(await of("none")).toEqual({ includeThoughts: true });
  expect(await of("min")).toEqual({ includeThoughts: true, thinkingLevel: "MINIMAL" });
  expect(await of("high")).toEqual({ includeThoughts: true, thinkingLevel: "HIGH" });
});

test("the second generation takes a budget, and no temperature beside it", async () => {
  const of = (thinkingBudget: ModelSettings["thinkingBudget"], effort: ModelSettings["effort"]) =>
    config(second, { thinkingBudget, effort }, { temperature: 0 });
  expect(await of("auto", "high")).toEqual({ thinkingConfig: { includeThoughts: false, thinkingBudget: -1 } });
  expect(await of("fixed", "medium")).toEqual({ thinkingConfig: { includeThoughts: false, thinkingBudget: 8192 } });
  expect(await of("fixed", "max")).toEqual({ thinkingConfig: { includeThoughts: false, thinkingBudget: 24_576 } });
});

test("every finish reason of the wire has its stop", async () => {
  const finishes = {
    STOP: "endTurn",
    MAX_TOKENS: "maxTokens",
    SAFETY: "refusal",
    PROHIBITED_CONTENT: "refusal",
    SPII: "refusal",
    MALFORMED_FUNCTION_CALL: "malformedCall",
    UNEXPECTED_TOOL_CALL: "malformedCall",
    OTHER: "unknown",
    UNHEARD_OF: "unknown",
  };
  await using it = await rig(
    subject,
    Object.keys(finishes).map((finish) => ({ ...ok, finish })),
  );
  for (const stop of Object.values(finishes)) expect<string>(doneOf(await it.ask(hello(third))).stopReason).toBe(stop);
});

test("a blocked prompt is a refusal", async () => {
  const said = { promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 12 } };
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () =>
      new Response(`data: ${JSON.stringify(said)}\n\n`, { headers: { "content-type": "text/event-stream" } }),
  });
  const provider = createGemini({ apiKey: "k", baseUrl: `${server.url}v1beta/`, resolve: () => third });
  const model = await provider.model();
  const request = { system: "", tools: [], messages: hello(third), settings: lowestSettings(third) };
  expect(await Array.fromAsync(model.stream(request, new AbortController().signal))).toEqual([
    {
      type: "done",
      parts: [],
      stopReason: "refusal",
      usage: { input: 12, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 },
    },
  ]);
});

test("calls of another model pass the third generation's check, and only there carry a waiver", async () => {
  for (const info of [third, second]) {
    await using it = await rig(subject, [ok], { info });
    const talk = conversation(info);
    talk.user("Go");
    const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
    const part = { type: "toolCall", name: "Read", args: { path: "a" }, signature: "theirs" } as const;
    const calls = talk.answer(
      { type: "done", parts: [part, part], stopReason: "toolUse", usage },
      { provider: "x", model: "y" },
    );
    for (const call of calls) talk.result(call.callId, "content", { attachments: [pixel] });
    doneOf(await it.ask(talk.log));
    expect(it.fake.problems).toEqual([]);
    const { contents } = bodyOf(it) as { contents: { parts: Record<string, unknown>[] }[] };
    const waived = info === third ? { thoughtSignature: "skip_thought_signature_validator" } : {};
    const functionCall = { name: "Read", args: { path: "a" } };
    expect(contents[1]?.parts).toEqual([{ functionCall, ...waived }, { functionCall }]);
    const functionResponse = { name: "Read", response: { output: "content" } };
    const inlineData = { mimeType: pixel.mime, data: pixel.data };
    expect(contents[2]?.parts).toEqual([{ functionResponse }, { functionResponse }, { inlineData }, { inlineData }]);
  }
});

test("images are estimated by tiles", async () => {
  await using it = await rig(subject, []);
  expect(it.model.estimateAttachment(pixel)).toBe(258);
  const header = Buffer.alloc(24);
  header.writeUInt32BE(0x89504e47, 0);
  header.writeUInt32BE(1600, 16);
  header.writeUInt32BE(700, 20);
  expect(it.model.estimateAttachment({ mime: "image/png", data: header.toString("base64") })).toBe(3 * 258);
});

test("a key of Vertex AI is used there, where the SDK's own variable says so", async () => {
  await using fake = await startFakeProvider([ok]);
  const env = {
    GOOGLE_API_KEY: testKey,
    GOOGLE_BASE_URL: fake.url("gemini"),
    GOOGLE_GENAI_USE_VERTEXAI: "true",
  };
  await using provider = await createProvider("google", { env });
  const model = await provider.model("gemini-flash-3.5");
  expect(doneOf(await collect(model)).parts).toEqual([{ type: "text", text: "Ok.", signature: expect.any(String) }]);
  expect(fake.requests[0]?.path).toBe("/v1beta1/publishers/google/models/gemini-3.5-flash:streamGenerateContent");
  expect(fake.problems).toEqual([]);
});
