/** Freezes the words that clients and session files depend on: a change here is a change of the protocol. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { commandSchema } from "../../agent/command-schema.ts";
import { coalescible, durable, protocolVersion } from "../../agent/event.ts";
import { eventSchema } from "../../agent/event-schema.ts";
import { messageSchema } from "../../agent/message-schema.ts";

test("messages", () => {
  expect(z.toJSONSchema(messageSchema)).toMatchSnapshot();
});

test("commands", () => {
  expect(z.toJSONSchema(commandSchema)).toMatchSnapshot();
});

test("events", () => {
  expect({ protocolVersion, schema: z.toJSONSchema(eventSchema) }).toMatchSnapshot();
});

test("classes of events", () => {
  expect({ coalescible: [...coalescible], durable: [...durable] }).toMatchSnapshot();
});

test("whatever the words allow survives JSON", () => {
  const event = {
    type: "message",
    seq: 1,
    agent: "main",
    at: 1,
    message: {
      type: "assistant",
      id: "m1",
      at: 1,
      origin: { provider: "p", model: "m" },
      parts: [
        { type: "thinking", text: "", data: { a: [1, null, "x"] } },
        { type: "toolCall", callId: "c1", name: "T", args: { deep: [{ x: true }] } },
      ],
      stopReason: "toolUse",
    },
  };
  expect(eventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(eventSchema.parse(event));
});
