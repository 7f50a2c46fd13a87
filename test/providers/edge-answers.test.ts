/** The numbered edge cases of the specification of providers that are decided while an answer is read or sent back. */
import { expect, test } from "bun:test";
import { lowestSettings } from "../../agent/model.ts";
import {
  bodyOf,
  conversation,
  doneOf,
  errorOf,
  hello,
  plain,
  requestOf,
  rig,
  type Subject,
  until,
} from "../contract/provider-rig.ts";
import { anthropic, gemini, openai } from "../contract/subjects.ts";
import { bare, moonshot } from "../contract/subjects-chat.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { serveEvents } from "./sse-server.ts";

const ok: FakeReply = { parts: [{ text: "Ok." }] };
const wires: readonly (readonly [string, Subject])[] = [
  ["anthropic", anthropic],
  ["openai", openai],
  ["gemini", gemini],
  ["chat", moonshot],
];
const usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };

/** What a thought in the history becomes on Anthropic's wire. */
async function replayed(thought: object, origin?: { provider: string; model: string }): Promise<unknown[]> {
  await using it = await rig(anthropic, [ok, ok]);
  const talk = conversation(anthropic.info);
  talk.user("Think");
  const part = { type: "thinking", text: "", ...thought } as const;
  talk.answer({ type: "done", parts: [part, { type: "text", text: "So." }], stopReason: "endTurn", usage }, origin);
  talk.user("Go on");
  doneOf(await it.ask(talk.log));
  const { messages } = bodyOf(it) as { messages: { content: { type: string }[] }[] };
  return messages[1]?.content.map(({ type }) => type) ?? [];
}

test("edge case 1: an answer of thinking alone gets a word behind it", async () => {
  await using it = await rig(anthropic, [{ parts: [{ thinking: "Hm." }], stop: "maxTokens" }, ok]);
  const settings = { ...lowestSettings(anthropic.info), ...anthropic.thinking };
  const talk = conversation(anthropic.info);
  talk.user("Think");
  talk.answer(doneOf(await it.ask(talk.log, { settings })));
  talk.user("Go on");
  doneOf(await it.ask(talk.log, { settings }));
  expect(it.fake.problems).toEqual([]);
  expect(it.fake.requests[1]?.view.messages[1]?.texts).toEqual(["."]);
});

test("edge cases 2 and 3: a thought without its signature, and one of another model, stay away", async () => {
  expect(await replayed({ text: "A body alone." })).toEqual(["text"]);
  expect(await replayed({ text: "Theirs.", signature: "sig" }, { provider: "openai", model: "gpt-5.6" })).toEqual([
    "text",
  ]);
  expect(await replayed({ data: { type: "reasoning" } })).toEqual(["text"]);
});

test("edge cases 5 and 6: a placeholder is no call; a name with a hyphen is one", async () => {
  await using it = await rig(anthropic, [
    { parts: [{ call: "$FUNCTION_NAME", args: {} }] },
    { parts: [{ call: "mcp-tool", args: {} }] },
  ]);
  const dropped = doneOf(await it.ask(hello(anthropic.info)));
  expect([dropped.parts, dropped.stopReason]).toEqual([[], "endTurn"]);
  const kept = doneOf(await it.ask(hello(anthropic.info)));
  expect([plain(kept.parts), kept.stopReason]).toEqual([[{ type: "toolCall", name: "mcp-tool", args: {} }], "toolUse"]);
});

test("edge cases 12 and 13: the tier that served is billed; one that nobody knows leaves the requested one", async () => {
  const asked = async (subject: Subject, tier: string) => {
    await using it = await rig(subject, [{ ...ok, tier }]);
    const settings = { ...lowestSettings(subject.info), tier: "priority" as const };
    return doneOf(await it.ask(hello(subject.info), { settings })).tier;
  };
  expect(await asked(anthropic, "standard")).toBe("auto");
  expect(await asked(anthropic, "fast")).toBe("priority");
  expect(await asked(openai, "default")).toBe("auto");
  expect(await asked(openai, "unheard_of")).toBeUndefined();
});

test("edge case 15: arguments that end as {} after deltas are the deltas", async () => {
  const item = (raw: string) => ({ type: "function_call", id: "fc_1", call_id: "c", name: "Read", arguments: raw });
  const at = { output_index: 0 };
  const chunks = await events(openai, [
    { type: "response.output_item.added", ...at, item: item("") },
    { type: "response.function_call_arguments.delta", ...at, delta: '{"path":"a"}' },
    { type: "response.output_item.done", ...at, item: item("{}") },
    { type: "response.completed", response: { output: [] } },
  ]);
  expect(doneOf(chunks).parts).toEqual([{ type: "toolCall", name: "Read", args: { path: "a" } }]);
});

/** What an adapter makes of events that the fake would never send. */
async function events(subject: Subject, sent: readonly (object | string)[]) {
  using server = serveEvents(sent);
  const { info } = subject;
  const baseUrl =
    subject.wire === "anthropic" || subject.wire === "gemini" ? server.url.replace("/v1", "") : server.url;
  const options = { apiKey: "k", baseUrl, idleMs: 5000, connectMs: 5000, resolve: () => info };
  await using provider = subject.create(options);
  const model = await provider.model();
  return await Array.fromAsync(model.stream(requestOf(info, hello(info)), new AbortController().signal));
}

test("edge cases 16 and 17: a filter refuses, a length keeps what came, and a refusal is said once", async () => {
  await using it = await rig(openai, [
    { parts: [{ text: "Half" }], finish: "content_filter" },
    { parts: [{ text: "Half" }], finish: "max_output_tokens" },
    { parts: [{ text: "I will not do that." }], stop: "refusal" },
  ]);
  const ends = [];
  for (let index = 0; index < 3; index++) ends.push(doneOf(await it.ask(hello(openai.info))));
  expect(ends.map(({ stopReason, parts }) => [stopReason, plain(parts)])).toEqual([
    ["refusal", [{ type: "text", text: "Half" }]],
    ["maxTokens", [{ type: "text", text: "Half" }]],
    ["refusal", [{ type: "text", text: "I will not do that." }]],
  ]);
});

for (const [name, subject] of wires) {
  test(`edge case 18: a failure told in band and a stop each end their call alone, connection and all (${name})`, async () => {
    const fault = { type: "errorEvent", atChunk: 1, code: subject.overloaded, message: "Busy" } as const;
    await using it = await rig(subject, [{ ...ok, fault }, { ...ok, fault: { type: "stall", atChunk: 1 } }, ok]);
    expect(errorOf(await it.ask(hello(subject.info))).error.code).toBe("server");
    const stop = new AbortController();
    const stopped = it.ask(hello(subject.info), {}, stop.signal);
    await until(() => it.fake.requests.length === 2);
    stop.abort();
    expect(errorOf(await stopped).error.code).toBe("aborted");
    await until(() => it.fake.requests[1]?.aborted === true);
    doneOf(await it.ask(hello(subject.info)));
  });

  test(`edge case 19: an end without the wire's own is a cut (${name})`, async () => {
    await using it = await rig(subject, [{ ...ok, chunkChars: 1, fault: { type: "cut", atChunk: 2, clean: true } }]);
    expect(errorOf(await it.ask(hello(subject.info))).error.code).toBe("interrupted");
  });

  test(`edge case 20: data that is no object is skipped (${name})`, async () => {
    await using it = await rig(subject, [ok]);
    doneOf(await it.ask(hello(subject.info)));
    const odd = ["data: null\n\n", "data: 7\n\n", "data: []\n\n", 'data: "text"\n\n'];
    expect(doneOf(await events(subject, [...odd, ...whole[subject.wire], ...odd.slice(0, 1)])).parts).toEqual([
      { type: "text", text: "Hi." },
    ]);
  });
}

/** A short answer of each wire, to its end. */
const whole = {
  anthropic: [
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "Hi." } },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} },
    { type: "message_stop" },
  ],
  openai: [
    { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hi." },
    { type: "response.completed", response: { output: [] } },
  ],
  chat: [{ choices: [{ delta: { content: "Hi." }, finish_reason: "stop" }] }, "data: [DONE]\n\n"],
  gemini: [{ candidates: [{ content: { parts: [{ text: "Hi." }] }, finishReason: "STOP" }] }],
};

test("edge case 21: an error object on a 200 is typed, its status rebuilt from its code", async () => {
  const error = { message: "Slow down", type: "requests", code: "rate_limit_exceeded" };
  const told = errorOf(await events(bare, [{ error }])).error;
  expect([told.code, "status" in told && told.status]).toEqual(["rate_limit", 429]);
  const google = { error: { code: 503, message: "Busy", status: "UNAVAILABLE" } };
  expect(errorOf(await events(gemini, [google])).error.code).toBe("server");
});

test("edge case 23: signatures of parallel calls stay with their calls, in order, and results have none", async () => {
  const part = (path: string, thoughtSignature?: string) => ({
    functionCall: { name: "Read", args: { path } },
    ...(thoughtSignature && { thoughtSignature }),
  });
  const parts = [part("a", "one"), part("b"), part("c", "three")];
  const done = doneOf(await events(gemini, [{ candidates: [{ content: { parts }, finishReason: "STOP" }] }]));
  expect(done.parts.map((each) => each.signature)).toEqual(["one", undefined, "three"]);
  await using it = await rig(gemini, [ok]);
  const talk = conversation(gemini.info);
  talk.user("Read");
  for (const { callId } of talk.answer(done)) talk.result(callId, "content");
  // The fake knows none of these signatures and refuses them: what counts is where they went.
  await it.ask(talk.log);
  const { contents } = bodyOf(it) as { contents: { parts: { thoughtSignature?: string }[] }[] };
  expect(contents[1]?.parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual(["one", undefined, "three"]);
  expect(contents[2]?.parts.map(({ thoughtSignature }) => thoughtSignature)).toEqual([undefined, undefined, undefined]);
});
