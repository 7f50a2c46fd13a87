import { expect, test } from "bun:test";
import type { Message } from "../../agent/message.ts";
import { lowestSettings, type ModelRequest } from "../../agent/model.ts";
import { resolveModel, rowFacts } from "../../providers/catalog.ts";
import { createOpenAI } from "../../providers/openai.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { collect, ending } from "./sse-server.ts";

const read = { name: "Read", description: "Reads a file", schema: { type: "object", properties: {} } };
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const openai = (baseUrl: string) =>
  createOpenAI({
    apiKey: testKey,
    baseUrl,
    resolve: (id) => resolveModel("openai", id),
    reasoningContextAllTurns: (wireId) => rowFacts(wireId).reasoningContextAllTurns,
  });

/** The body that a request makes. */
async function bodyOf(id: string, request: Partial<ModelRequest> = {}): Promise<unknown> {
  await using fake = await startFakeProvider([{ parts: [{ text: "ok" }] }]);
  await using provider = openai(fake.url("openai"));
  expect(ending(await collect(await provider.model(id), request)).type).toBe("done");
  expect(fake.problems).toEqual([]);
  return fake.requests[0]?.body;
}

const settingsOf = (id: string) => lowestSettings(resolveModel("openai", id));
const hi = [{ role: "user", content: [{ type: "input_text", text: "hi" }] }];

test("a whole request: instructions, tools, effort, caps and tier", async () => {
  const body = await bodyOf("astra-6.0", {
    system: "Be brief.",
    tools: [read],
    settings: { ...settingsOf("astra-6.0"), effort: "xhigh", tier: "ultrafast" },
    maxOutputTokens: 512,
    temperature: 0.5,
  });
  expect(body).toEqual({
    model: "gpt-6-astra",
    instructions: "Be brief.",
    tools: [{ type: "function", name: "Read", description: "Reads a file", parameters: read.schema, strict: null }],
    parallel_tool_calls: true,
    input: hi,
    reasoning: { effort: "xhigh", summary: "auto", context: "all_turns" },
    include: ["reasoning.encrypted_content"],
    max_output_tokens: 512,
    service_tier: "ultrafast",
    store: false,
    stream: true,
  });
});

test("a cap below what the vendor takes is raised to it", async () => {
  expect(await bodyOf("gpt-4.1", { maxOutputTokens: 3 })).toMatchObject({ max_output_tokens: 16 });
});

test("a row without levels sends no thinking knob, and is the only kind that takes a temperature", async () => {
  expect(await bodyOf("gpt-4.1", { temperature: 0.5 })).toEqual({
    model: "gpt-4.1",
    input: hi,
    temperature: 0.5,
    store: false,
    stream: true,
  });
});

test("effort none asks for no reasoning; rows not told so keep the reasoning of one turn", async () => {
  expect(await bodyOf("gpt-5.5")).toEqual({ model: "gpt-5.5", input: hi, store: false, stream: true });
  const low = await bodyOf("gpt-5.5", { settings: { ...settingsOf("gpt-5.5"), effort: "low" } });
  expect(low).toMatchObject({ reasoning: { effort: "low", summary: "auto" } });
  expect(low).not.toHaveProperty("reasoning.context");
});

test("every level that a row offers reaches the wire, each as another body", async () => {
  for (const id of ["sol-6.1", "gpt-5.1", "gpt-pro-5.4", "o-1.0"]) {
    const info = resolveModel("openai", id);
    const bodies = [];
    for (const effort of info.efforts) {
      bodies.push(JSON.stringify(await bodyOf(id, { settings: { ...lowestSettings(info), effort } })));
    }
    expect(new Set(bodies).size).toBe(info.efforts.length);
  }
});

test("stop sequences, which the wire cannot carry, are refused before anything is sent", async () => {
  await using fake = await startFakeProvider([]);
  await using provider = openai(fake.url("openai"));
  const end = ending(await collect(await provider.model(), { stopSequences: ["END"] }));
  expect(end).toMatchObject({ type: "error", error: { code: "bad_request", retry: "never" }, parts: [] });
  expect(fake.requests).toEqual([]);
});

const sol = { provider: "openai", model: "gpt-6.1-sol" };
const sealed = (id: string) => ({ type: "reasoning", id, summary: [], encrypted_content: "c2VhbA==" });

const history: Message[] = [
  {
    type: "user",
    id: "m1",
    at: 0,
    text: "Look",
    attachments: [
      { mime: "image/png", data: pixel },
      { mime: "application/pdf", data: "JVBERi0=", name: "a.pdf" },
      { mime: "audio/wav", data: "UklGRg==", name: "b.wav" },
    ],
  },
  {
    type: "assistant",
    id: "m2",
    at: 0,
    origin: sol,
    stopReason: "toolUse",
    parts: [
      { type: "thinking", text: "own", data: sealed("rs_1") },
      { type: "text", text: "Reading.", signature: "commentary" },
      { type: "toolCall", callId: "c1", name: "Read", args: { path: "a" } },
      { type: "toolCall", callId: "c2", name: "Read", args: {}, malformed: '{"path":' },
      { type: "thinking", text: "nothing follows", data: sealed("rs_2") },
    ],
  },
  { type: "toolResult", id: "m3", at: 0, callId: "c1", name: "Read", kind: "final", isError: false, text: "A" },
  {
    type: "toolResult",
    id: "m4",
    at: 0,
    callId: "c2",
    name: "Read",
    kind: "final",
    isError: true,
    text: "no JSON",
    attachments: [{ mime: "image/png", data: pixel }],
  },
  { type: "peer", id: "m5", at: 0, from: "ann", text: "hello" },
  {
    type: "assistant",
    id: "m6",
    at: 0,
    origin: { provider: "anthropic", model: "claude-opus-5-5" },
    stopReason: "endTurn",
    parts: [
      { type: "thinking", text: "foreign", signature: "sig", data: sealed("rs_3") },
      { type: "text", text: "Done.", signature: "final_answer" },
    ],
  },
  { type: "user", id: "m7", at: 0, text: "Thanks" },
];

const image = { type: "input_image", detail: "auto", image_url: `data:image/png;base64,${pixel}` };

test("a history goes back as items: own reasoning verbatim and in place, errors marked, images before text", async () => {
  const body = await bodyAnyway("sol-6.1", history);
  expect(body).toMatchObject({
    input: [
      {
        role: "user",
        content: [
          image,
          { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" },
          {
            type: "input_text",
            text: "[An attachment was left out because this model cannot read it: b.wav, audio/wav, 6 bytes.]",
          },
          { type: "input_text", text: "Look" },
        ],
      },
      sealed("rs_1"),
      { role: "assistant", content: "Reading.", phase: "commentary" },
      { type: "function_call", id: "fc_1", call_id: "fc_1", name: "Read", arguments: '{"path":"a"}' },
      { type: "function_call", id: "fc_2", call_id: "fc_2", name: "Read", arguments: "{}" },
      { type: "function_call_output", call_id: "fc_1", output: "A" },
      {
        type: "function_call_output",
        call_id: "fc_2",
        output: [image, { type: "input_text", text: "[Error] no JSON" }],
      },
      { role: "user", content: [{ type: "input_text", text: "[from ann]: hello" }] },
      { role: "assistant", content: "Done." },
      { role: "user", content: [{ type: "input_text", text: "Thanks" }] },
    ],
  });
});

/** The body of a request whose answer does not matter: seals of the fake's own are not in this history. */
async function bodyAnyway(id: string, messages: Message[]): Promise<unknown> {
  await using fake = await startFakeProvider([{ parts: [{ text: "ok" }] }]);
  await using provider = openai(fake.url("openai"));
  await collect(await provider.model(id), { messages });
  return fake.requests[0]?.body;
}

test("a refused answer is withheld with what led to it", async () => {
  const messages: Message[] = [
    { type: "user", id: "m1", at: 0, text: "bad" },
    {
      type: "assistant",
      id: "m2",
      at: 0,
      origin: sol,
      stopReason: "refusal",
      parts: [{ type: "text", text: "I cannot" }],
    },
    { type: "user", id: "m3", at: 0, text: "good" },
  ];
  const stub = "[This message was refused under the provider's policy and is withheld.]";
  expect(await bodyOf("sol-6.1", { messages })).toMatchObject({
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: stub },
          { type: "input_text", text: "good" },
        ],
      },
    ],
  });
});

test("the parts of an answer, sent back, extend the request byte by byte and hit the vendor's cache", async () => {
  const first: FakeReply = { parts: [{ thinking: "hm" }, { text: "Reading" }, { call: "Read", args: { path: "a" } }] };
  await using fake = await startFakeProvider([first, { parts: [{ text: "Done" }] }]);
  await using provider = openai(fake.url("openai"));
  const model = await provider.model();
  const user: Message = { type: "user", id: "m1", at: 0, text: "Read a" };
  const one = ending(await collect(model, { messages: [user], tools: [read] }));
  const parts = one.parts.map((part) => (part.type === "toolCall" ? { ...part, callId: "c1" as const } : part));
  const two = ending(
    await collect(model, {
      tools: [read],
      messages: [
        user,
        { type: "assistant", id: "m2", at: 0, origin: sol, stopReason: "toolUse", parts },
        { type: "toolResult", id: "m3", at: 0, callId: "c1", name: "Read", kind: "final", isError: false, text: "A" },
      ],
    }),
  );
  expect(fake.problems).toEqual([]);
  const [before, after] = fake.requests.map(({ body }) => JSON.stringify(body).replace(/\]}$/, ""));
  expect(after?.startsWith(before ?? "?")).toBe(true);
  expect(two).toMatchObject({ type: "done", usage: { cacheRead: one.usage?.input } });
});

test("closing a model leaves its siblings served; a closed provider connects anew", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "ok" }] }));
  const provider = openai(fake.url("openai"));
  const [one, other] = [await provider.model(), await provider.model("luna")];
  await collect(one);
  await one.close();
  await one.close();
  expect(ending(await collect(other)).type).toBe("done");
  await provider.close();
  await provider.close();
  expect(ending(await collect(other)).type).toBe("done");
});

test("estimates: characters by the row's ratio, images by patches", async () => {
  const model = await openai("http://127.0.0.1:1").model();
  expect(model.estimateText("x".repeat(371))).toBe(100);
  expect(model.estimateAttachment({ mime: "image/png", data: pixel })).toBe(2);
});
