import { expect, test } from "bun:test";
import { durable } from "../../agent/event.ts";
import { eventSchema } from "../../agent/event-schema.ts";
import { readRecord } from "../../agent/record.ts";
import { eventOf, oneOfEach, said } from "./session-events.ts";

const wrongValues: readonly unknown[] = [true, null, "", "x", -1, 1.5, [], {}, [null], "m", "c-1", "m01", "1e999"];

/** Every way to remove or replace one value inside `value`. */
function* damaged(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    const child: unknown = Reflect.get(value, key);
    yield withChild(value, key, undefined);
    for (const wrong of wrongValues) yield withChild(value, key, wrong);
    for (const inner of damaged(child)) yield withChild(value, key, inner);
  }
}

function withChild(value: object, key: string, child: unknown): unknown {
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
  if (child === undefined) Reflect.deleteProperty(copy, key);
  else Reflect.set(copy, key, child);
  return copy;
}

test("the samples hold one event of every durable type", () => {
  expect(new Set(oneOfEach.map((event) => event.type))).toEqual(new Set(durable));
});

test("a sound record reads back as it was written", () => {
  expect(oneOfEach.map((event) => readRecord(JSON.stringify(event)))).toEqual([...oneOfEach]);
});

test("whatever is damaged, only what the schema accepts comes out", () => {
  let count = 0;
  for (const event of oneOfEach) {
    for (const copy of damaged(event)) {
      const line = JSON.stringify(copy).replaceAll('"1e999"', "1e999");
      const read = readRecord(line);
      count++;
      if (read && !eventSchema.safeParse(read).success) throw new Error(`let through: ${line}`);
    }
  }
  expect(count).toBeGreaterThan(2000);
});

test("a wrong optional field is dropped and the rest kept", () => {
  const event = said(1, "look");
  const message = { type: "user", id: "m1", at: 1, text: "look", attachments: 7 };
  expect(readRecord(JSON.stringify({ ...event, message }))).toEqual(event);
});

test("an attachment with an unknown type or broken data is dropped, its message kept", () => {
  const good = { mime: "image/png", data: "aGVsbG8=" };
  const attachments = [
    { mime: "made-up", data: "aGVsbG8=" },
    good,
    { mime: "", data: "" },
    { mime: "image/png", data: "?" },
  ];
  const body = { type: "user", id: "m1", at: 1, text: "look" } as const;
  expect(readRecord(JSON.stringify({ ...said(1, ""), message: { ...body, attachments } }))).toEqual(
    eventOf(1, { type: "message", message: { ...body, attachments: [good] } }),
  );
});

test("a call with a blank id is dropped from its answer", () => {
  const message = {
    type: "assistant",
    id: "m1",
    at: 1,
    origin: { provider: "p", model: "m" },
    stopReason: "toolUse",
    parts: [
      { type: "text", text: "I look." },
      { type: "toolCall", callId: "", name: "Read", args: {} },
    ],
  };
  const read = readRecord(JSON.stringify({ type: "message", seq: 1, agent: "Agent", at: 1, message }));
  expect(read?.type === "message" && read.message.type === "assistant" && read.message.parts).toEqual([
    { type: "text", text: "I look." },
  ]);
});

test("true is not a number: an optional cost is dropped, a bill is lost", () => {
  const [answer, bill] = [oneOfEach[3], oneOfEach[8]];
  const read = readRecord(JSON.stringify(answer).replace('"costUsd":0.25', '"costUsd":true'));
  expect(read).toEqual(JSON.parse(JSON.stringify(answer).replace(',"costUsd":0.25', "")));
  expect(readRecord(JSON.stringify(bill).replace('"costUsd":0.25', '"costUsd":true'))).toBeUndefined();
});

test("what is not an event, or not a durable one, is nothing", () => {
  const delta = eventOf(1, { type: "delta", message: "m1", part: 0, text: "x" });
  const lines = ["", "null", "7", "[]", "{}", "{", '{"type":"new"}', JSON.stringify(delta), "\0\0\0"];
  expect(lines.map(readRecord)).toEqual(lines.map(() => undefined));
});

test("a record nested without end, or with names of the language's own, harms nobody", () => {
  const call = (args: string) =>
    `{"type":"message","seq":1,"agent":"A","at":1,"message":{"type":"assistant","id":"m1","at":1,"origin":{"provider":"p","model":"m"},"stopReason":"toolUse","parts":[{"type":"toolCall","callId":"c1","name":"Read","args":${args}}]}}`;
  expect(readRecord(call(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`))).toBeUndefined();
  for (const args of ['{"__proto__":1e999}', '{"constructor":1e999}', '{"toString":[1e999]}']) {
    expect(eventSchema.safeParse(readRecord(call(args))).success).toBe(true);
  }
});
