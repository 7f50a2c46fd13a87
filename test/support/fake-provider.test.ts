import { expect, test } from "bun:test";
import type { Json } from "./fake-json.ts";
import { obj } from "./fake-json.ts";
import { startFakeProvider, testKey } from "./fake-provider.ts";
import type { FakeProvider } from "./fake-types.ts";
import { must } from "./must.ts";
import { anthropicClient, openaiClient, refusal } from "./sdk-clients.ts";

const user = (content: unknown) => ({ role: "user" as const, content });
const body = (more: Json = {}): Json => ({ model: "m", stream: true, messages: [user("hi")], ...more });

test("steps are served in order, refused requests take none, and running out is a problem", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "one" }] }, { status: 500 }]);
  expect(await refusal(fake, "chat", body())).toBeUndefined();
  expect(await refusal(fake, "chat", body({ nonsense: 1 }))).toStartWith("400 ");
  expect(await refusal(fake, "chat", body())).toBe("500 scripted failure 500");
  expect(await refusal(fake, "chat", body())).toBe("400 the script has no step for request 3");
  expect(fake.problems).toEqual([
    "chat: Unrecognized request argument supplied: nonsense",
    "chat: the script has no step for request 3",
  ]);
  expect(fake.requests.map((request) => [request.wire, request.path, request.headers.authorization])).toEqual(
    Array(4).fill(["chat", "/v1/chat/completions", `Bearer ${testKey}`]),
  );
});

test("a function answers from the request, and may take its time", async () => {
  const gate = Promise.withResolvers<void>();
  await using fake = await startFakeProvider(async ({ view }, index) => {
    await gate.promise;
    return { parts: [{ text: `${index} ${view.messages[0]?.texts[0]}` }] };
  });
  const client = await openaiClient(fake);
  const ask = (content: string) =>
    client.chat.completions
      .stream({ model: "m", messages: [user(content) as { role: "user"; content: string }] })
      .finalContent();
  const answers = [ask("a")];
  gate.resolve();
  expect(await Promise.all([...answers, ask("b")])).toEqual(["0 a", "1 b"]);
});

test("a failure may have a body of its own, raw text and headers", async () => {
  await using fake = await startFakeProvider([
    { status: 429, body: { odd: true }, headers: { "x-wait": "1" } },
    { status: 502, text: "<html>bad gateway</html>" },
  ]);
  const send = () =>
    fetch(`${fake.url("chat")}/chat/completions`, {
      ...{ method: "POST", body: JSON.stringify(body()) },
      headers: { authorization: `Bearer ${testKey}` },
    });
  const first = await send();
  expect([first.status, first.headers.get("x-wait"), await first.json()]).toEqual([429, "1", { odd: true }]);
  const second = await send();
  expect([second.status, await second.text()]).toEqual([502, "<html>bad gateway</html>"]);
});

test("paths that are no wire are not found", async () => {
  await using fake = await startFakeProvider([]);
  expect((await fetch(`${fake.url("chat")}/embeddings`, { method: "POST" })).status).toBe(404);
  expect(fake.requests).toEqual([]);
});

async function anthropicUsage(fake: FakeProvider, messages: Json[], system: string, marked: boolean): Promise<Json> {
  const mark = marked ? { cache_control: { type: "ephemeral" } } : {};
  const last = must(messages.at(-1));
  const sent = [...messages.slice(0, -1), { ...last, content: [{ type: "text", text: last.content, ...mark }] }];
  const client = await anthropicClient(fake);
  const text: string = await (
    await client
      .post("/v1/messages", { body: { model: "m", max_tokens: 9, stream: true, system, messages: sent } })
      .asResponse()
  ).text();
  const start = must(text.split("\n").find((line) => line.includes('"message_start"')));
  return obj(obj(JSON.parse(start.slice("data: ".length)).message).usage);
}

test("what begins like an earlier prompt is read from the cache, and a changed start is not", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "ok" }] }));
  const first = [user("x".repeat(400))];
  const second = [...first, { role: "assistant", content: "ok" }, user("y".repeat(40))];
  const meters = async (messages: Json[], system: string, marked = true) => {
    const usage = await anthropicUsage(fake, messages, system, marked);
    return [usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens].map(Number);
  };
  const [, , written = 0] = await meters(first, "S");
  expect(written).toBeGreaterThan(100);
  const [input, read = 0, fresh = 0] = await meters(second, "S");
  expect([input, read]).toEqual([0, written]);
  expect(fresh).toBeWithin(20, 60);
  expect((await meters(second, "T"))[1]).toBe(0);
  expect(await meters(second, "S", false)).toEqual([read + fresh, 0, 0]);
  expect(fake.problems).toEqual([]);
});

test("the other wires cache by themselves", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "ok" }] }));
  const client = await openaiClient(fake);
  const details = async (input: string[]) => {
    const items = input.map((content) => ({ role: "user" as const, content }));
    const { usage } = await client.responses.stream({ model: "m", input: items }).finalResponse();
    return must(usage);
  };
  const first = await details(["x".repeat(400)]);
  const second = await details(["x".repeat(400), "more"]);
  expect(first.input_tokens_details.cached_tokens).toBe(0);
  expect(second.input_tokens_details.cached_tokens).toBe(first.input_tokens);
});
