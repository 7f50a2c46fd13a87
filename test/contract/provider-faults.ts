/** The contract's cases of a stream that breaks, stalls, lies or is stopped. */
import { expect, test } from "bun:test";
import type { Chunk, DraftPart } from "../../agent/model.ts";
import type { FakeProvider, FakeReply, Wire } from "../support/fake-types.ts";
import { doneOf, endOf, errorOf, hello, plain, requestOf, rig, type Subject, told, until } from "./provider-rig.ts";

export function faultCases(name: string, subject: Subject): void {
  cutCases(name, subject);
  garbageCases(name, subject);
  stopCases(name, subject);
}

const answer: FakeReply = {
  parts: [{ text: "Let me look into it." }, { call: "Read", args: { path: "some/long/path.txt" } }],
};
const whole: DraftPart[] = [
  { type: "text", text: "Let me look into it." },
  { type: "toolCall", name: "Read", args: { path: "some/long/path.txt" } },
];

/** Parts of a broken answer are a beginning of the whole one, and its calls are whole or left out. */
function expectBeginning(parts: readonly DraftPart[]): void {
  for (const [index, part] of plain(parts).entries()) {
    const full = whole[index];
    if (part.type === "text" && full?.type === "text") expect(full.text.startsWith(part.text)).toBe(true);
    else expect(part).toEqual(full ?? { type: "text", text: "nothing more" });
  }
}

function cutCases(name: string, subject: Subject): void {
  for (const clean of [true, false]) {
    test(`${name}: a cut at any chunk ${clean ? "in order" : "by a reset"} is an interruption`, async () => {
      let at = 0;
      await using it = await rig(subject, () => ({ ...answer, fault: { type: "cut", atChunk: at, clean } }));
      const count = it.fake.chunkCount(answer, subject.wire);
      expect(count).toBeGreaterThan(3);
      for (at = 0; at < count; at++) {
        const end = endOf(await it.ask(hello(subject.info)));
        if (end.type === "done") {
          // All that matters had come.
          expect(count - at).toBeLessThanOrEqual(subject.spareChunks ?? 0);
          expect(plain(end.parts)).toEqual(whole);
          continue;
        }
        expect(["interrupted", "transport"]).toContain(end.error.code);
        expect(["interrupted", "transient"]).toContain(end.error.retry);
        expectBeginning(end.parts);
      }
      expect(it.fake.requests).toHaveLength(count);
      expect(it.fake.problems).toEqual([]);
    });
  }
}

const story: FakeReply = { parts: [{ text: "A long story." }], chunkChars: 4 };

/** A chunk amid the text of the story, as wires begin with up to four chunks without any. */
function halfway(fake: FakeProvider, wire: Wire): number {
  return Math.ceil(fake.chunkCount(story, wire) / 2);
}

function garbageCases(name: string, subject: Subject): void {
  test(`${name}: a garbage line at any chunk never makes a wrong answer`, async () => {
    let at = 0;
    await using it = await rig(subject, () => ({ ...answer, fault: { type: "garbage", atChunk: at } }));
    const count = it.fake.chunkCount(answer, subject.wire);
    for (at = 0; at < count; at++) {
      const end = endOf(await it.ask(hello(subject.info)));
      if (end.type === "done") expect(plain(end.parts)).toEqual(whole);
      else {
        expect([end.error.code, end.error.retry]).toEqual(["interrupted", "interrupted"]);
        expectBeginning(end.parts);
      }
    }
    expect(it.fake.requests).toHaveLength(count);
  });

  test(`${name}: silence is a stall, and what came before is kept`, async () => {
    const step = (): FakeReply => ({ ...story, fault: { type: "stall", atChunk: halfway(it.fake, subject.wire) } });
    await using it = await rig(subject, step, { idleMs: 200 });
    const chunks = await it.ask(hello(subject.info));
    const end = errorOf(chunks);
    expect([end.error.code, end.error.retry]).toEqual(["stalled", "interrupted"]);
    expect<unknown>(plain(end.parts)).toEqual(told(chunks));
    expect(told(chunks)[0]?.text).toMatch(/^A l/);
    await until(() => it.fake.requests[0]?.aborted === true);
  });

  test(`${name}: a failure told in band is what it says, and keeps its text`, async () => {
    const { overloaded: code } = subject;
    const fault = { type: "errorEvent", code, message: "Too busy" } as const;
    const step = (): FakeReply => ({ ...story, fault: { ...fault, atChunk: halfway(it.fake, subject.wire) } });
    await using it = await rig(subject, step);
    const end = errorOf(await it.ask(hello(subject.info)));
    expect([end.error.code, end.error.retry]).toEqual(["server", "transient"]);
    expect(end.error.message).toContain("Too busy");
    expect(plain(end.parts)[0]).toMatchObject({ type: "text", text: expect.stringMatching(/^A lo/) });
  });
}

function stopCases(name: string, subject: Subject): void {
  test(`${name}: a call that is stopped before it begins sends nothing`, async () => {
    await using it = await rig(subject, [answer]);
    const chunks = await it.ask(hello(subject.info), {}, AbortSignal.abort());
    expect(chunks.map((chunk) => chunk.type)).toEqual(["error"]);
    expect(errorOf(chunks).error.code).toBe("aborted");
    expect(it.fake.requests).toEqual([]);
  });

  test(`${name}: a stop in the middle keeps what came and closes the connection`, async () => {
    const story: FakeReply = { parts: [{ text: "A very long story indeed." }], chunkChars: 4 };
    await using it = await rig(subject, [{ ...story, fault: { type: "stall", atChunk: 5 } }]);
    const stop = new AbortController();
    const chunks: Chunk[] = [];
    for await (const chunk of it.model.stream(requestOf(subject.info, hello(subject.info)), stop.signal)) {
      chunks.push(chunk);
      if (chunk.type === "text") stop.abort();
    }
    const { error, parts } = errorOf(chunks);
    expect(error.code).toBe("aborted");
    expect(plain(parts)[0]).toMatchObject({ type: "text", text: expect.stringMatching(/^A v/) });
    await until(() => it.fake.requests[0]?.aborted === true);
  });

  test(`${name}: a reader that leaves closes the connection, and the next call works`, async () => {
    const story: FakeReply = { parts: [{ text: "A very long story indeed." }], chunkChars: 4 };
    await using it = await rig(subject, [{ ...story, fault: { type: "stall", atChunk: 5 } }, story]);
    for await (const chunk of it.model.stream(
      requestOf(subject.info, hello(subject.info)),
      new AbortController().signal,
    )) {
      if (chunk.type === "text") break;
    }
    await until(() => it.fake.requests[0]?.aborted === true);
    expect(plain(doneOf(await it.ask(hello(subject.info))).parts)).toEqual([
      { type: "text", text: "A very long story indeed." },
    ]);
  });
}
