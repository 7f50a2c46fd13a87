import { expect, test } from "bun:test";
import { startFakeProvider, testKey } from "./fake-provider.ts";
import { type FakeFault, type FakeProvider, type FakeReply, type Wire, wires } from "./fake-types.ts";
import { must } from "./must.ts";
import { anthropicClient, geminiClient, openaiClient } from "./sdk-clients.ts";

const parts: FakeReply["parts"] = [
  { thinking: "Hm." },
  { text: "Grüße 🙂, I look into it." },
  { call: "Read", args: { path: "a" } },
];
const asks: Record<Wire, { path: string; body: object }> = {
  anthropic: {
    path: "/v1/messages",
    body: { model: "m", max_tokens: 9, stream: true, messages: [{ role: "user", content: "hi" }] },
  },
  openai: {
    path: "/responses",
    body: {
      ...{ model: "m", stream: true, input: "hi" },
      ...{ include: ["reasoning.encrypted_content"], reasoning: { summary: "auto" } },
    },
  },
  chat: {
    path: "/chat/completions",
    body: {
      ...{ model: "m", stream: true, stream_options: { include_usage: true } },
      messages: [{ role: "user", content: "hi" }],
    },
  },
  gemini: {
    path: "/v1beta/models/m:streamGenerateContent",
    body: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
  },
};

function send(fake: FakeProvider, wire: Wire, signal?: AbortSignal): Promise<Response> {
  const headers = {
    authorization: `Bearer ${testKey}`,
    "x-goog-api-key": testKey,
    "anthropic-version": "2026-10-21",
  };
  const init = { method: "POST", headers, body: JSON.stringify(asks[wire].body), ...(signal ? { signal } : {}) };
  return fetch(fake.url(wire) + asks[wire].path, init);
}

async function read(pending: Response | Promise<Response>): Promise<{ text: string; reset: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    const response = await pending;
    for await (const bytes of must(response.body)) text += decoder.decode(bytes, { stream: true });
    return { text, reset: false };
  } catch {
    return { text, reset: true };
  }
}

const events = (text: string) => text.split("\n\n").length - 1;

test.each(wires)("%s: a cut at every chunk, clean or not, sends what came before and no end", async (wire) => {
  const cuts: FakeFault[] = [];
  await using fake = await startFakeProvider((_request, index) => ({ parts, fault: must(cuts[index]) }));
  const count = fake.chunkCount({ parts }, wire);
  for (let atChunk = 0; atChunk < count; atChunk++) {
    cuts.push({ type: "cut", atChunk, clean: true }, { type: "cut", atChunk });
    const clean = await read(send(fake, wire));
    expect([events(clean.text), clean.reset]).toEqual([atChunk, false]);
    const broken = await read(send(fake, wire));
    expect(broken.reset).toBe(true);
    expect(events(broken.text)).toBeLessThanOrEqual(atChunk);
  }
  expect(fake.problems).toEqual([]);
});

test.each(wires)("%s: a whole answer has as many chunks as were counted, torn or not", async (wire) => {
  await using fake = await startFakeProvider([
    { parts },
    { parts, fault: { type: "drip", atChunk: 0, ms: 0 } },
    { parts, fault: { type: "garbage", atChunk: 2 } },
    { parts, fault: { type: "stall", atChunk: 2, ms: 5 } },
  ]);
  const count = fake.chunkCount({ parts }, wire);
  const counts: number[] = [];
  for (let index = 0; index < 4; index++) counts.push(events((await read(send(fake, wire))).text));
  expect(counts).toEqual([count, count, count + 1, count]);
  expect(fake.requests.map((request) => request.aborted)).toEqual([false, false, false, false]);
});

test.each(wires)("%s: a stall keeps the connection until the client leaves, and the fake notices", async (wire) => {
  await using fake = await startFakeProvider([{ parts, fault: { type: "stall", atChunk: 2 } }]);
  const client = new AbortController();
  const response = await send(fake, wire, client.signal);
  const reader = must(response.body).getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (events(text) < 2) text += decoder.decode((await reader.read()).value, { stream: true });
  client.abort();
  await reader.closed.catch(() => {});
  while (!must(fake.requests[0]).aborted) await new Promise((resolve) => setImmediate(resolve));
  expect(events(text)).toBe(2);
});

test("disposing the fake ends what is stalled", async () => {
  const fake = await startFakeProvider([{ parts, fault: { type: "stall", atChunk: 1 } }]);
  const response = await send(fake, "chat");
  await fake[Symbol.asyncDispose]();
  expect((await read(response)).reset).toBe(true);
});

/** What an SDK's plain stream does when the answer is cut: it ends as if whole, or throws. */
async function seenBy(fake: FakeProvider, wire: Wire): Promise<"ends" | "throws"> {
  const messages = [{ role: "user" as const, content: "hi" }];
  const open = async (): Promise<AsyncIterable<unknown>> => {
    switch (wire) {
      case "anthropic":
        return (await anthropicClient(fake)).messages.create({ model: "m", max_tokens: 9, stream: true, messages });
      case "openai":
        return (await openaiClient(fake)).responses.create({ model: "m", stream: true, input: "hi" });
      case "chat":
        return (await openaiClient(fake)).chat.completions.create({ model: "m", stream: true, messages });
      case "gemini":
        return (await geminiClient(fake)).models.generateContentStream({ model: "m", contents: "hi" });
    }
  };
  const stream = await open();
  return Array.fromAsync(stream).then(
    () => "ends" as const,
    () => "throws" as const,
  );
}

test.each(wires)("%s: the SDK takes a clean cut for an end, and throws on a reset", async (wire) => {
  await using fake = await startFakeProvider([
    { parts, fault: { type: "cut", atChunk: 3, clean: true } },
    { parts, fault: { type: "cut", atChunk: 3 } },
  ]);
  expect([await seenBy(fake, wire), await seenBy(fake, wire)]).toEqual(["ends", "throws"]);
});
