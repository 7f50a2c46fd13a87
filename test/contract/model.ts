/**
 * The contract of a model that answers in its own words: for models in the process and for hosted ones alike. Nothing is
 * scripted, so what is held is what must be true of any answer. What a model lacks is declared, and what stands in for
 * it is expected.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Attachment, type Message, promptTokens } from "../../agent/message.ts";
import type { Chunk, Model, ModelRequest } from "../../agent/model.ts";
import { PromptTooLongError } from "../../agent/provider-error.ts";
import { attachmentNote } from "../../providers/neutral.ts";
import {
  type Abilities,
  conversation,
  doneOf,
  endOf,
  errorOf,
  pixel,
  plain,
  readTool,
  requestOf,
  told,
} from "./provider-rig.ts";

export interface ModelSubject {
  readonly can: Omit<Abilities, "replay" | "cacheTtlSec"> & {
    /** It calls a tool when it is told to; else it may, and what it calls is one all the same. */
    readonly calls: boolean;
    /** What it evaluated in the turn before is told as read from a cache. */
    readonly reuse: boolean;
  };
  /** Opened once, before the first case. */
  open(): Promise<OpenModel>;
}

export interface OpenModel extends AsyncDisposable {
  readonly model: Model;
}

/** Takes more words than any case allows. */
const story = "Tell me a long story about the sea.";
/** Enough to say something, little enough to be quick. */
const shortAnswer = 24;

export function modelContract(name: string, subject: ModelSubject): void {
  let open: OpenModel;
  beforeAll(async () => {
    open = await subject.open();
  });
  afterAll(() => open[Symbol.asyncDispose]());
  const rig: Rig = {
    model: () => open.model,
    ask(messages, more = {}, signal = new AbortController().signal) {
      const { model } = open;
      const request = requestOf(model.info, messages, {
        tools: [],
        maxOutputTokens: shortAnswer,
        temperature: 0,
        ...more,
      });
      return Array.fromAsync(model.stream(request, signal));
    },
    said: (...texts) => {
      const talk = conversation(open.model.info);
      for (const text of texts) talk.user(text);
      return talk.log;
    },
  };
  answerCases(name, rig);
  stopCases(name, rig);
  turnCases(name, rig, subject);
  absentCases(name, rig, subject);
  callCases(name, rig, subject);
}

interface Rig {
  model(): Model;
  ask(messages: readonly Message[], more?: Partial<ModelRequest>, signal?: AbortSignal): Promise<Chunk[]>;
  said(...texts: string[]): readonly Message[];
}

function answerCases(name: string, { ask, said, model }: Rig): void {
  test(`${name}: the deltas are the answer, and its meters are within its bounds`, async () => {
    const chunks = await ask(said("Say hello to the world."));
    const { parts, stopReason, usage } = doneOf(chunks);
    expect<unknown>(plain(parts)).toEqual(told(chunks));
    expect(["endTurn", "maxTokens"]).toContain(stopReason);
    for (const meter of Object.values(usage)) expect(Number.isInteger(meter) && meter >= 0).toBe(true);
    expect(promptTokens(usage)).toBeGreaterThan(0);
    expect(usage.output).toBeGreaterThan(0);
    expect(usage.output).toBeLessThanOrEqual(shortAnswer);
  });

  test(`${name}: an answer that is longer than it may be is cut there and says so`, async () => {
    const { stopReason, usage } = doneOf(await ask(said(story), { maxOutputTokens: 16 }));
    expect(stopReason).toBe("maxTokens");
    expect(usage.output).toBeLessThanOrEqual(16);
  });

  test(`${name}: a prompt beyond the window is refused as that, with nothing said`, async () => {
    const words = "word ".repeat(model().info.maxRequestTokens + 2000);
    const { error, parts } = errorOf(await ask(said(words)));
    expect(error).toBeInstanceOf(PromptTooLongError);
    expect(parts).toEqual([]);
  });

  test(`${name}: estimates grow with what they estimate`, () => {
    const sizes = [1, 10, 100].map((count) => model().estimateText("A sentence of words. ".repeat(count)));
    expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
    expect(model().estimateAttachment({ ...pixel, name: "dot.png" })).toBeGreaterThan(0);
  });
}

function stopCases(name: string, { ask, said, model }: Rig): void {
  test(`${name}: a stop before the call says nothing, one in the middle keeps what was said, and the next call works`, async () => {
    const before = await ask(said("Hello"), {}, AbortSignal.abort());
    expect(before.map(({ type }) => type)).toEqual(["error"]);
    expect(errorOf(before).error.code).toBe("aborted");
    const stop = new AbortController();
    const chunks: Chunk[] = [];
    const request = requestOf(model().info, said(story), { tools: [] });
    for await (const chunk of model().stream(request, stop.signal)) {
      chunks.push(chunk);
      if (chunk.type === "text") stop.abort();
    }
    const { error, parts } = errorOf(chunks);
    expect(error.code).toBe("aborted");
    expect<unknown>(plain(parts)).toEqual(told(chunks));
    expect(doneOf(await ask(said("Hello"))).parts.length).toBeGreaterThan(0);
  });
}

function turnCases(name: string, { ask, said, model }: Rig, { can }: ModelSubject): void {
  test(`${name}: the next turn goes on from the last, and reads what is known where it can`, async () => {
    const talk = conversation(model().info);
    talk.user(`${"Here is something to remember. ".repeat(12)}What is a boat?`);
    const first = doneOf(await ask(talk.log));
    talk.answer(first);
    talk.user("And a ship?");
    const { usage } = doneOf(await ask(talk.log));
    expect(promptTokens(usage)).toBeGreaterThan(promptTokens(first.usage));
    expect(usage.cacheRead >= promptTokens(first.usage) - 8).toBe(can.reuse);
  });

  test(`${name}: a stop sequence ends the answer, or is refused before anything is said`, async () => {
    const end = endOf(await ask(said(story), { stopSequences: [" "] }));
    if (can.stops) {
      const { parts, stopReason } = doneOf([end]);
      expect(["endTurn", "stopSequence"]).toContain(stopReason);
      for (const part of plain(parts)) if (part.type === "text") expect(part.text).not.toContain(" ");
    } else expect(errorOf([end]).error.code).toBe("bad_request");
  });
}

function absentCases(name: string, { ask, said, model }: Rig, { can }: ModelSubject): void {
  for (const [kind, able] of [
    ["image/png", can.images],
    ["application/pdf", can.pdf],
  ] as const) {
    test(`${name}: ${kind} ${able ? "reaches the model" : "becomes a note"}`, async () => {
      const small = { ...pixel, mime: kind, name: "some.file" };
      const large = { ...small, data: "A".repeat(4000) };
      const looking = async (...files: Attachment[]) => {
        const talk = conversation(model().info);
        talk.user("Look", files);
        return promptTokens(doneOf(await ask(talk.log)).usage);
      };
      const [without, withSmall] = [await looking(), await looking(small)];
      expect(withSmall).toBeGreaterThan(without);
      if (able) return;
      // A note says as much of a large file as of a small one.
      const note = model().estimateText(attachmentNote(small));
      expect(Math.abs(withSmall - without - note)).toBeLessThan(12);
      expect(Math.abs((await looking(large)) - withSmall)).toBeLessThan(12);
    });
  }

  test(`${name}: a schema holds the answer, or the model does not say that it can be held`, async () => {
    const schema = {
      type: "object",
      properties: { colour: { enum: ["red", "blue"] }, sure: { type: "boolean" } },
      required: ["colour", "sure"],
      additionalProperties: false,
    };
    expect(model().info.structured !== undefined).toBe(can.structured);
    if (!can.structured) return;
    const { parts } = doneOf(await ask(said("Name a colour."), { outputSchema: schema, maxOutputTokens: 64 }));
    const text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    const value = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(value).toSorted()).toEqual(["colour", "sure"]);
    expect(["red", "blue"]).toContain(String(value.colour));
    expect(value.sure).toBeBoolean();
  });
}

function callCases(name: string, { ask, model }: Rig, { can }: ModelSubject): void {
  test(`${name}: a tool is called by its name, and its result is taken`, async () => {
    const talk = conversation(model().info);
    talk.user("Use the Read tool to read the file notes.txt.");
    const more = { tools: [readTool], maxOutputTokens: 64 };
    const done = doneOf(await ask(talk.log, more));
    const calls = talk.answer(done);
    if (can.calls) expect(calls.length).toBeGreaterThan(0);
    expect(done.stopReason === "toolUse").toBe(calls.length > 0);
    for (const call of calls) {
      expect(call.name).toBe("Read");
      if (call.malformed === undefined) expect(call.args.path).toBeString();
      talk.result(call.callId, "Buy milk.");
    }
    talk.user("Thank you. What did it say?");
    expect(promptTokens(doneOf(await ask(talk.log, more)).usage)).toBeGreaterThan(promptTokens(done.usage));
  });
}
