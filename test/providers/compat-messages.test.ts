import { expect, test } from "bun:test";
import type { Attachment, Message, Part } from "../../agent/message.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { type CompatQuirks, createCompat, moonshotQuirks } from "../../providers/compat.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { collect, ending } from "./sse-server.ts";

const kimi = { provider: "moonshot", model: "kimi-k3" };
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const png: Attachment = { mime: "image/png", data: pixel };
const image = { type: "image_url", image_url: { url: `data:image/png;base64,${pixel}` } };

/** The messages on the wire of a history. */
async function sent(messages: Message[], quirks: CompatQuirks = moonshotQuirks): Promise<unknown> {
  await using fake = await startFakeProvider([{ parts: [{ text: "ok" }] }]);
  await using provider = createCompat({
    name: "moonshot",
    apiKey: testKey,
    baseUrl: fake.url("chat"),
    resolve: (id) => resolveModel("moonshot", id),
    quirks,
  });
  expect(ending(await collect(await provider.model(), { messages })).type).toBe("done");
  expect(fake.problems).toEqual([]);
  const body = fake.requests[0]?.body;
  return typeof body === "object" && body !== null && "messages" in body ? body.messages : body;
}

const user = (text: string, attachments: Attachment[] = []): Message => ({
  type: "user",
  id: "m1",
  at: 0,
  text,
  attachments,
});
const assistant = (parts: Part[], origin = kimi): Message => ({
  type: "assistant",
  id: "m2",
  at: 0,
  origin,
  parts,
  stopReason: "endTurn",
});
const call = (callId: `c${number}`): Part => ({ type: "toolCall", callId, name: "Read", args: { path: "a" } });
const result = (callId: `c${number}`, text: string, isError = false, attachments: Attachment[] = []): Message => ({
  type: "toolResult",
  id: "m3",
  at: 0,
  callId,
  name: "Read",
  kind: "final",
  isError,
  text,
  attachments,
});
const wireCall = (id: string) => ({ type: "function", id, function: { name: "Read", arguments: '{"path":"a"}' } });

test("calls, errors marked, and one message with the images of all results before what was said", async () => {
  expect(
    await sent([
      user("Look"),
      assistant([call("c1"), call("c2")]),
      result("c1", "A", false, [png]),
      result("c2", "gone", true, [png, { mime: "application/pdf", data: "JVBERi0=", name: "a.pdf" }]),
      user("And?", [png]),
    ]),
  ).toEqual([
    { role: "user", content: "Look" },
    { role: "assistant", content: null, tool_calls: [wireCall("call_1"), wireCall("call_2")] },
    { role: "tool", tool_call_id: "call_1", content: "A" },
    {
      role: "tool",
      tool_call_id: "call_2",
      content:
        "[Error] gone\n[An attachment was left out because this model cannot read it: a.pdf, application/pdf, 6 bytes.]",
    },
    {
      role: "user",
      content: [
        image,
        image,
        { type: "text", text: "[The images above came with the tool results, in the same order.]" },
        image,
        { type: "text", text: "And?" },
      ],
    },
  ]);
});

const thought: Part = { type: "thinking", text: "Because." };
const words: Part = { type: "text", text: "Yes." };

test("reasoning goes back in the vendor's field, to its own model only", async () => {
  const history = (origin: typeof kimi) => [
    user("Why"),
    assistant([thought, words, call("c1")], origin),
    result("c1", "A"),
  ];
  const answer = { role: "assistant", content: "Yes.", tool_calls: [wireCall("call_1")] };
  expect(await sent(history(kimi))).toContainEqual({ ...answer, reasoning_content: "Because." });
  expect(await sent(history({ ...kimi, model: "kimi-k2.6" }))).toContainEqual(answer);
  expect(await sent(history(kimi), {})).toContainEqual(answer);
});

test("runs of one role become one message", async () => {
  expect(
    await sent([
      user("One"),
      user("Two"),
      assistant([words]),
      assistant([thought]),
      assistant([thought, words]),
      user("Three"),
    ]),
  ).toEqual([
    { role: "user", content: "One\nTwo" },
    { role: "assistant", content: "Yes.\n\nYes.", reasoning_content: "Because." },
    { role: "user", content: "Three" },
  ]);
});

test("what was sent stays as it was when the conversation goes on", async () => {
  const first = [user("Look"), assistant([thought, call("c1")]), result("c1", "A", false, [png])];
  const before = JSON.stringify(await sent(first)).slice(0, -1);
  const after = JSON.stringify(await sent([...first, assistant([words]), user("Go on")]));
  expect(after.startsWith(before)).toBe(true);
});
