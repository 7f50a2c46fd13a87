/** The contract's cases of an answer that arrives whole. */
import { expect, test } from "bun:test";
import type { Usage } from "../../agent/message.ts";
import { lowestSettings } from "../../agent/model.ts";
import { conversation, doneOf, hello, plain, rig, type Subject, told } from "./provider-rig.ts";

export function answerCases(name: string, subject: Subject): void {
  textCases(name, subject);
  callCases(name, subject);
  meterCases(name, subject);
}

function textCases(name: string, subject: Subject): void {
  const messages = hello(subject.info);

  test(`${name}: text arrives in deltas and ends whole`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "A first sentence, and a second." }] }]);
    const chunks = await it.ask(messages);
    expect(chunks.filter((chunk) => chunk.type === "text").length).toBeGreaterThan(1);
    expect(told(chunks)).toEqual([{ type: "text", text: "A first sentence, and a second." }]);
    const { parts, stopReason } = doneOf(chunks);
    expect(plain(parts)).toEqual([{ type: "text", text: "A first sentence, and a second." }]);
    expect(stopReason).toBe("endTurn");
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: thinking comes apart from text and before it`, async () => {
    await using it = await rig(subject, [{ parts: [{ thinking: "Let me think it over." }, { text: "Four." }] }]);
    const settings = { ...lowestSettings(subject.info), ...subject.thinking };
    const chunks = await it.ask(messages, { settings });
    expect(told(chunks)).toEqual([
      { type: "thinking", text: "Let me think it over." },
      { type: "text", text: "Four." },
    ]);
    expect(plain(doneOf(chunks).parts)).toEqual([
      { type: "thinking", text: "Let me think it over." },
      { type: "text", text: "Four." },
    ]);
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: bytes that arrive a few at a time make the same answer`, async () => {
    const text = "Zwölf Boxkämpfer — 十二 🥊 jagen.";
    await using it = await rig(subject, [{ parts: [{ text }], fault: { type: "drip", atChunk: 0, ms: 0 } }]);
    const chunks = await it.ask(messages);
    expect(told(chunks)).toEqual([{ type: "text", text }]);
    expect(plain(doneOf(chunks).parts)).toEqual([{ type: "text", text }]);
  });

  test(`${name}: truncation and refusal keep their text and say so`, async () => {
    await using it = await rig(subject, [
      { parts: [{ text: "Half of the" }], stop: "maxTokens" },
      { parts: [{ text: "I will not." }], stop: "refusal" },
    ]);
    const cut = doneOf(await it.ask(messages, { maxOutputTokens: 16 }));
    expect([cut.stopReason, plain(cut.parts)]).toEqual(["maxTokens", [{ type: "text", text: "Half of the" }]]);
    const refused = doneOf(await it.ask(messages));
    expect(refused.stopReason).toBe("refusal");
    expect(it.fake.problems).toEqual([]);
  });
}

function callCases(name: string, subject: Subject): void {
  const messages = hello(subject.info);

  test(`${name}: parallel calls keep their order and arguments`, async () => {
    const parts = [
      { text: "Looking." },
      { call: "Read", args: { path: "a.txt" } },
      { call: "Read", args: { path: "b.txt", deep: { list: [1, null, "x"] } } },
      { call: "Read", args: {} },
    ];
    await using it = await rig(subject, [{ parts }]);
    const chunks = await it.ask(messages);
    const begun = chunks.filter((chunk) => chunk.type === "toolCall");
    expect(begun.map((chunk) => chunk.name)).toEqual(["Read", "Read", "Read"]);
    const args = begun.map(({ index }) =>
      chunks.map((chunk) => (chunk.type === "toolArgs" && chunk.index === index ? chunk.text : "")).join(""),
    );
    expect(args.map((raw) => JSON.parse(raw || "{}"))).toEqual(
      parts.slice(1).map((part) => "args" in part && part.args),
    );
    const done = doneOf(chunks);
    expect(done.stopReason).toBe("toolUse");
    expect(plain(done.parts)).toEqual([
      { type: "text", text: "Looking." },
      { type: "toolCall", name: "Read", args: { path: "a.txt" } },
      { type: "toolCall", name: "Read", args: { path: "b.txt", deep: { list: [1, null, "x"] } } },
      { type: "toolCall", name: "Read", args: {} },
    ]);
    expect(it.fake.problems).toEqual([]);
  });

  test(`${name}: arguments that are no JSON object never become empty ones`, async () => {
    const raw = '{"path": "a.tx';
    await using it = await rig(subject, [{ parts: [{ call: "Read", args: {}, raw }] }]);
    const done = doneOf(await it.ask(messages));
    if (subject.rawArgs) {
      expect(plain(done.parts)).toEqual([{ type: "toolCall", name: "Read", args: {}, malformed: raw }]);
    } else expect([done.parts, done.stopReason]).toEqual([[], "malformedCall"]);
  });
}

function meterCases(name: string, subject: Subject): void {
  test(`${name}: every meter is told to the token, and none twice`, async () => {
    const all: Usage = { input: 101, output: 53, cacheRead: 307, cacheWrite: 11, cacheWrite1h: 0 };
    const usage = { ...all };
    for (const meter of ["cacheRead", "cacheWrite"] as const) if (!subject.meters.includes(meter)) usage[meter] = 0;
    await using it = await rig(subject, [{ parts: [{ text: "Hi." }], usage: { ...usage, thinking: 20 } }]);
    expect(doneOf(await it.ask(hello(subject.info))).usage).toEqual(usage);
  });

  test(`${name}: a finished call is never ended by this side`, async () => {
    await using it = await rig(subject, [{ parts: [{ text: "One." }] }, { parts: [{ text: "Two." }] }]);
    const talk = conversation(subject.info);
    talk.user("Count");
    talk.answer((await it.ask(talk.log)).at(-1));
    talk.user("Go on");
    expect(plain(doneOf(await it.ask(talk.log)).parts)).toEqual([{ type: "text", text: "Two." }]);
    expect(it.fake.requests.map((request) => request.aborted)).toEqual([false, false]);
    expect(it.fake.problems).toEqual([]);
  });
}
