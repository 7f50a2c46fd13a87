import { afterAll, beforeAll, expect, test } from "bun:test";
import { AbortedError } from "../../../agent/error.ts";
import type { Chunk, Model, Provider } from "../../../agent/model.ts";
import { lowestSettings } from "../../../agent/model.ts";
import { PromptTooLongError } from "../../../agent/provider-error.ts";
import { askModel, talk, testLocal, testModel } from "../../support/local-model.ts";
import { closeMidAnswer } from "./closing.ts";

let provider: Provider;
let model: Model;

beforeAll(async () => {
  provider = await testLocal();
  model = await provider.model();
});

afterAll(() => provider.close());

test("the model says what it is and costs nothing", () => {
  const { prices, ...info } = model.info;
  expect(prices.map(({ input, output }) => [input, output])).toEqual([[0, 0]]);
  expect(info).toMatchObject({
    provider: "local",
    id: "smollm2-135m",
    wireId: "smollm2-135m",
    maxRequestTokens: 960,
    maxResponseTokens: 256,
    efforts: ["none"],
    images: false,
  });
});

test("an answer streams in pieces, whose sum is the answer, and ends by itself", async () => {
  const { chunks, last, text } = await askModel(model, { messages: talk(model, "What is the capital of France?") });
  expect(text).toContain("Paris");
  const deltas = chunks.filter((chunk) => chunk.type === "text");
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.map((chunk) => chunk.text).join("")).toBe(text);
  expect(last).toMatchObject({ type: "done", stopReason: "endTurn", parts: [{ type: "text", text }] });
});

test("a second turn evaluates only what is new", async () => {
  const system = "You are brief. ".repeat(20);
  const first = await askModel(model, { system, messages: talk(model, "Name a colour.") });
  const second = await askModel(model, { system, messages: talk(model, "Name a colour.", first.text, "And a fruit?") });
  if (first.last.type !== "done" || second.last.type !== "done") throw new Error("an answer failed");
  const { input, cacheRead, output } = first.last.usage;
  expect(second.last.usage.cacheRead).toBe(input + cacheRead + output);
  // `<|im_end|>\n<|im_start|>`, the question, the same again, and the opening of the next answer.
  const fresh = 3 + model.estimateText("user\nAnd a fruit?") + 3 + model.estimateText("assistant\n");
  expect(second.last.usage.input).toBe(fresh);
  expect(second.last.usage.cacheWrite).toBe(0);
});

test("an abort keeps what was said, ends before another token, and the model goes on afterwards", async () => {
  const stop = new AbortController();
  const chunks: Chunk[] = [];
  const request = {
    system: "",
    messages: talk(model, "Tell me a long story about a ship."),
    tools: [],
    settings: lowestSettings(model.info),
    temperature: 0,
  };
  for await (const chunk of model.stream(request, stop.signal)) {
    chunks.push(chunk);
    if (chunks.length === 5) stop.abort();
  }
  const said = chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("");
  const last = chunks.at(-1);
  expect(chunks.length).toBe(6);
  expect(last).toMatchObject({ type: "error", parts: [{ type: "text", text: said }] });
  expect(last?.type === "error" && last.error).toBeInstanceOf(AbortedError);

  const again = await askModel(model, { messages: talk(model, "What is the capital of France?") });
  expect(again.text).toContain("Paris");
});

test("an abort in the middle of a long prompt ends the call and keeps what was evaluated", async () => {
  const messages = talk(model, "word ".repeat(700));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 60);
  const cut = await askModel(model, { messages }, stop.signal);
  expect(cut.last).toMatchObject({ type: "error", parts: [] });
  const evaluated = cut.last.usage?.input ?? 0;
  expect(evaluated).toBeGreaterThan(0);
  expect(evaluated).toBeLessThan(700);
  const whole = await askModel(model, { messages, maxOutputTokens: 1 });
  expect(whole.last.usage?.cacheRead).toBeGreaterThanOrEqual(evaluated);
});

test("a prompt beyond the window is refused with both numbers before anything is evaluated", async () => {
  const { last } = await askModel(model, { messages: talk(model, "word ".repeat(1100)) });
  if (last.type !== "error" || !(last.error instanceof PromptTooLongError)) throw new Error("it was not refused");
  expect(last.error.limitTokens).toBe(960);
  expect(last.error.actualTokens).toBeGreaterThan(1100);
  expect(last.usage).toMatchObject({ input: 0, output: 0 });
});

test("the answer stops at its cap, at a stop sequence that is not shown, and at the end of the window", async () => {
  const messages = talk(model, "Count: one two three four five six seven eight nine ten.");
  const capped = await askModel(model, { messages, maxOutputTokens: 5 });
  expect(capped.last).toMatchObject({ type: "done", stopReason: "maxTokens", usage: { output: 5 } });

  const free = await askModel(model, { messages: talk(model, "What is the capital of France?") });
  const stopped = await askModel(model, {
    messages: talk(model, "What is the capital of France?"),
    stopSequences: [" Paris"],
  });
  expect(stopped.last).toMatchObject({ type: "done", stopReason: "stopSequence" });
  expect(stopped.text).toBe(free.text.slice(0, free.text.indexOf(" Paris")));

  const full = await askModel(model, { messages: talk(model, "word ".repeat(900)) });
  expect(full.last.usage?.output).toBeLessThan(256);
});

test("the same seed gives the same answer, another seed another one", async () => {
  const request = { messages: talk(model, "Write a sentence about the sea."), temperature: 1.5, maxOutputTokens: 24 };
  const tell = async (seed: number) => {
    await using local = await testLocal({ seed });
    return (await askModel(await local.model(), request)).text;
  };
  const [one, same, other] = [await tell(7), await tell(7), await tell(8)];
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test("two models share one load of the weights and keep apart what they know; calls on one model queue", async () => {
  const other = await provider.model(await testModel());
  const ask = (of: Model, question: string) => askModel(of, { messages: talk(of, question), maxOutputTokens: 12 });
  const [a, b, c] = await Promise.all([
    ask(model, "What is the capital of France?"),
    ask(other, "What is the capital of Italy?"),
    ask(model, "What is the capital of Spain?"),
  ]);
  expect([a, b, c].map(({ text }) => /Paris|Rome|Madrid/.exec(text)?.[0])).toEqual(["Paris", "Rome", "Madrid"]);
  await other.close();
  await other.close();
  expect((await ask(model, "What is the capital of France?")).text).toContain("Paris");
});

test("a call that waits for its turn can be aborted while it waits", async () => {
  const stop = new AbortController();
  const long = askModel(model, { messages: talk(model, "Tell me a story."), maxOutputTokens: 40 });
  const waiting = askModel(model, { messages: talk(model, "Hello") }, stop.signal);
  stop.abort();
  expect((await waiting).last).toMatchObject({ type: "error", parts: [], usage: { input: 0, output: 0 } });
  expect((await long).last.type).toBe("done");
});

test("closing in the middle of an answer ends it, and a process that used a model ends by itself", async () => {
  const { out, err, code } = await closeMidAnswer({
    module: import.meta.resolve("../../support/local-model.ts"),
    call: "testLocal()",
  });
  expect({ out, err, code }).toEqual({ out: "error", err: "", code: 0 });
});
