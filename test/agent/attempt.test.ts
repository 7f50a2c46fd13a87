/** One stream, read to whatever end it comes to. */
import { expect, test } from "bun:test";
import { type Attempt, readStream } from "../../agent/attempt.ts";
import type { EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { type Chunk, type DraftPart, lowestSettings, type Model } from "../../agent/model.ts";
import { PartEvents } from "../../agent/parts.ts";
import { scriptedModel, virtualClock } from "../support/index.ts";

const stub = scriptedModel([]);
const done = (text: string): Chunk => ({
  type: "done",
  parts: [{ type: "text", text }],
  stopReason: "endTurn",
  usage: noUsage,
});

/** A model that streams whatever a generator yields. */
function modelOf(stream: Model["stream"]): Model {
  return { ...stub, stream };
}

function read(stream: Model["stream"], signal = new AbortController().signal) {
  const events: EventBody[] = [];
  const emit = (event: EventBody) => void events.push(event);
  const clock = virtualClock();
  const request = { system: "", messages: [], tools: [], settings: lowestSettings(stub.info) };
  const attempt = readStream({ model: modelOf(stream), request, clock, signal, emit }, new PartEvents("m1", emit));
  return { events, clock, attempt };
}

const texts = (events: readonly EventBody[]) => events.flatMap((event) => (event.type === "delta" ? event.text : []));
const brief = (attempt: Attempt) =>
  attempt.type === "done" ? attempt.stopReason : [attempt.error.name, attempt.error.message, attempt.parts];

test("the end of the stream is returned, limits are told, and words are shown as they come", async () => {
  const { events, attempt } = read(async function* (): AsyncGenerator<Chunk> {
    yield { type: "limits", windows: [{ name: "requests", used: 0.5 }] };
    yield { type: "text", text: "he" };
    yield { type: "text", text: "llo" };
    yield done("hello");
  });
  expect(await attempt).toEqual({
    type: "done",
    parts: [{ type: "text", text: "hello" }],
    stopReason: "endTurn",
    usage: noUsage,
  });
  expect([events[0], texts(events)]).toEqual([
    { type: "limits", provider: "scripted", windows: [{ name: "requests", used: 0.5 }] },
    ["he", "llo"],
  ]);
});

test("a stream that throws, or ends without saying why, is an interruption that keeps the words", async () => {
  const thrown = read(async function* (): AsyncGenerator<Chunk> {
    yield { type: "text", text: "he" };
    throw new Error("boom");
  });
  const silent = read(async function* (): AsyncGenerator<Chunk> {
    yield { type: "text", text: "he" };
  });
  const said: DraftPart[] = [{ type: "text", text: "he" }];
  expect([brief(await thrown.attempt), brief(await silent.attempt)]).toEqual([
    ["StreamInterruptedError", "scripted stopped in the middle of its answer: boom", said],
    [
      "StreamInterruptedError",
      "scripted stopped in the middle of its answer: the stream ended without saying why",
      said,
    ],
  ]);
});

test("an answer that asks for a resend is a failure that keeps its bill", async () => {
  const usage = { ...noUsage, output: 7 };
  for (const stopReason of ["toolUse", "malformedCall", "unknown"] as const) {
    const { attempt } = read(async function* (): AsyncGenerator<Chunk> {
      yield { type: "done", parts: [{ type: "text", text: "x" }], stopReason, usage };
    });
    const ended = await attempt;
    expect([ended.type === "error" && ended.error.name, ended.usage]).toEqual(["MalformedAnswerError", usage]);
  }
});

test("nothing is shown after the abort, and what the model keeps is kept", async () => {
  const stop = new AbortController();
  const { events, attempt } = read(async function* (): AsyncGenerator<Chunk> {
    yield { type: "text", text: "seen" };
    stop.abort();
    yield { type: "text", text: " unseen" };
    yield done("seen unseen");
  }, stop.signal);
  expect(brief(await attempt)).toBe("endTurn");
  expect(texts(events)).toEqual(["seen"]);
});

test("a model that does not listen to the abort is left behind after half a second; it is not heard again", async () => {
  const stop = new AbortController();
  const stuck = Promise.withResolvers<void>();
  let left = false;
  const { events, clock, attempt } = read(async function* (): AsyncGenerator<Chunk> {
    try {
      yield { type: "text", text: "seen" };
      await stuck.promise;
      yield { type: "limits", windows: [] };
      yield done("late");
    } finally {
      left = true;
    }
  }, stop.signal);
  let ended = false;
  attempt.then(() => {
    ended = true;
  });
  await clock.advance(10_000);
  stop.abort();
  await clock.advance(499);
  expect(ended).toBe(false);
  await clock.advance(1);
  expect(brief(await attempt)).toEqual(["AbortedError", "The call was stopped.", [{ type: "text", text: "seen" }]]);
  stuck.resolve();
  await clock.advance(0);
  expect([left, events.filter((event) => event.type === "limits"), clock.pending]).toEqual([true, [], 0]);
});

test("an abort that came before the call ends it as one that comes later", async () => {
  const { clock, attempt } = read(async function* (): AsyncGenerator<Chunk> {
    await new Promise(() => {});
    yield done("never");
  }, AbortSignal.abort());
  await clock.advance(500);
  expect(brief(await attempt)).toEqual(["AbortedError", "The call was stopped.", []]);
});
