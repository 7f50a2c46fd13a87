import { expect, test } from "bun:test";
import { type AssistantMessage, type Message, noUsage } from "../../agent/message.ts";
import { type Chunk, lowestSettings, type ModelRequest } from "../../agent/model.ts";
import { RateLimitError } from "../../agent/provider-error.ts";
import { historyProblem } from "./check-history.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";
import { virtualClock } from "./virtual-clock.ts";

const hello: Message = { type: "user", id: "m1", at: 0, text: "hi" };
const usage = { ...noUsage, input: 1, output: 2 };

function requestOf(model: ScriptedModel, ...messages: Message[]): ModelRequest {
  return { system: "", messages, tools: [], settings: lowestSettings(model.info) };
}

function ask(model: ScriptedModel, signal = new AbortController().signal, ...messages: Message[]): Promise<Chunk[]> {
  return Array.fromAsync(model.stream(requestOf(model, ...(messages.length ? messages : [hello])), signal));
}

test("an answer streams its parts and ends in what it was", async () => {
  const model = scriptedModel([
    {
      parts: [
        { thinking: "Hm.", signature: "s" },
        { text: "Hello" },
        { call: "Read", args: { path: "a" } },
        { call: "Edit", args: {}, raw: "{" },
      ],
      usage,
      chunkChars: 4,
    },
  ]);
  expect(await ask(model)).toEqual([
    { type: "thinking", text: "Hm." },
    { type: "text", text: "Hell" },
    { type: "text", text: "o" },
    { type: "toolCall", index: 0, name: "Read" },
    { type: "toolArgs", index: 0, text: '{"pa' },
    { type: "toolArgs", index: 0, text: 'th":' },
    { type: "toolArgs", index: 0, text: '"a"}' },
    { type: "toolCall", index: 1, name: "Edit" },
    { type: "toolArgs", index: 1, text: "{" },
    {
      type: "done",
      parts: [
        { type: "thinking", text: "Hm.", signature: "s" },
        { type: "text", text: "Hello" },
        { type: "toolCall", name: "Read", args: { path: "a" } },
        { type: "toolCall", name: "Edit", args: {}, malformed: "{" },
      ],
      stopReason: "toolUse",
      usage,
    },
  ]);
  expect(model.requests).toEqual([requestOf(model, hello)]);
});

test("steps may be functions of the request, errors, or answers that end in one", async () => {
  const error = new RateLimitError({ provider: "scripted" });
  const model = scriptedModel([
    error,
    ({ messages }, index) => ({ parts: [{ text: `${index} of ${messages.length}` }], stop: "maxTokens", usage }),
    { parts: [{ text: "half" }], error, usage },
  ]);
  expect(await ask(model)).toEqual([{ type: "error", error, parts: [] }]);
  expect(await ask(model)).toEqual([
    { type: "text", text: "1 of 1" },
    { type: "done", parts: [{ type: "text", text: "1 of 1" }], stopReason: "maxTokens", usage },
  ]);
  expect(await ask(model)).toEqual([
    { type: "text", text: "half" },
    { type: "error", error, parts: [{ type: "text", text: "half" }], usage },
  ]);
  await expect(ask(model)).rejects.toThrow("The script has no step for request 3.");
});

test("one function may serve every request, and usage is counted unless it is given", async () => {
  const model = scriptedModel(() => ({ parts: [{ text: "x".repeat(400) }] }), { info: { id: "mine" } });
  const ends = [(await ask(model)).at(-1), (await ask(model)).at(-1)];
  for (const end of ends) {
    expect(end?.type === "done" && end.usage.output).toBeWithin(100, 110);
    expect(end?.type === "done" && end.usage.input).toBeWithin(10, 30);
  }
  expect(model.info.id).toBe("mine");
});

test("an answer waits for a promise or for the clock", async () => {
  const clock = virtualClock();
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel(
    [
      { parts: [{ text: "a" }], wait: 1000 },
      { parts: [{ text: "b" }], waitAtEnd: gate.promise },
    ],
    { clock },
  );
  const arrived: string[] = [];
  const read = async () => {
    for await (const chunk of model.stream(requestOf(model, hello), new AbortController().signal))
      arrived.push(chunk.type);
  };
  const first = read();
  await clock.advance(999);
  expect(arrived).toEqual([]);
  await clock.advance(1);
  await first;
  expect(arrived).toEqual(["text", "done"]);
  const second = read();
  await clock.advance(0);
  expect(arrived).toEqual(["text", "done", "text"]);
  gate.resolve();
  await second;
  expect(arrived).toEqual(["text", "done", "text", "done"]);
});

test("a stop ends it at once and keeps the words so far, but no half call", async () => {
  const stop = new AbortController();
  const model = scriptedModel([
    { parts: [{ thinking: "Hm." }, { text: "Hello" }], chunkChars: 2 },
    { parts: [{ text: "a" }, { call: "Read", args: {} }] },
    { parts: [{ text: "a" }], wait: new Promise(() => {}) },
  ]);
  const readUntil = async (controller: AbortController, type: Chunk["type"], text?: string) => {
    const chunks: Chunk[] = [];
    for await (const chunk of model.stream(requestOf(model, hello), controller.signal)) {
      chunks.push(chunk);
      if (chunk.type === type && (!("text" in chunk) || chunk.text === text)) controller.abort();
    }
    return chunks.at(-1);
  };
  const words = [
    { type: "thinking", text: "Hm." },
    { type: "text", text: "He" },
  ];
  expect(await readUntil(stop, "text", "He")).toMatchObject({
    type: "error",
    error: { code: "aborted" },
    parts: words,
  });
  const call = await readUntil(new AbortController(), "toolCall");
  expect(call).toMatchObject({ error: { code: "aborted" }, parts: [{ type: "text", text: "a" }] });
  const waiting = new AbortController();
  const pending = ask(model, waiting.signal);
  waiting.abort();
  expect(await pending).toMatchObject([{ type: "error", error: { code: "aborted" }, parts: [] }]);
});

function said(id: number, ...calls: number[]): AssistantMessage {
  const parts = calls.map((call) => ({
    type: "toolCall" as const,
    callId: `c${call}` as const,
    name: "Read",
    args: {},
  }));
  const origin = { provider: "scripted", model: "scripted" };
  return { type: "assistant", id: `m${id}`, at: 0, origin, parts, stopReason: "toolUse" };
}

function result(id: number, call: number): Message {
  const body = { name: "Read", kind: "final", isError: false, text: "ok" } as const;
  return { type: "toolResult", id: `m${id}`, at: 0, callId: `c${call}`, ...body };
}

const ill: [messages: Message[], problem: string | undefined][] = [
  [[hello], undefined],
  [[hello, said(2, 1, 2), result(3, 2), result(4, 1), hello], undefined],
  [[hello, { ...said(2), stopReason: "pause" }], undefined],
  [[], "there is no message"],
  [[said(1)], "the first message is the model's own"],
  [[hello, said(2)], "the last message is the model's own"],
  [[hello, said(2, 1)], "the calls c1 have no result"],
  [[hello, said(2, 1), hello, result(4, 1)], "m1 comes before the results of c1"],
  [[hello, result(2, 1)], "m2 is a result of c1, which is not waiting here"],
  [[hello, said(2, 1), result(3, 1), result(4, 1)], "m4 is a result of c1, which is not waiting here"],
  [[hello, said(2, 1), result(3, 1), said(4, 1), result(5, 1)], "m4 has a second call c1"],
];

test.each(ill)("history %#", (messages, problem) => {
  expect(historyProblem(messages)).toBe(problem);
});

test("an ill-formed request throws out of the stream", async () => {
  const model = scriptedModel(() => ({ parts: [] }));
  await expect(ask(model, undefined, hello, said(2, 1))).rejects.toThrow(
    "Request 0 is ill-formed: the calls c1 have no result.",
  );
});
