/** From every wire to each engine on this machine and back, and from one engine to the other, in one conversation with tools and an image. */
import { afterAll, expect, test } from "bun:test";
import { z } from "zod";
import { Agent } from "../../agent/agent.ts";
import { textOf } from "../../agent/message.ts";
import type { Model } from "../../agent/model.ts";
import { defineTool } from "../../agent/tool.ts";
import { createProvider } from "../../providers/registry.ts";
import { type FakeReply, startFakeProvider, testKey, type Wire } from "../support/index.ts";
import { testLocal } from "../support/local-model.ts";
import { must } from "../support/must.ts";
import { testOnnx } from "../support/onnx-model.ts";

const engines = { llama: await testLocal(), onnx: await testOnnx() };
type Engine = keyof typeof engines;
afterAll(() => Promise.all([engines.llama.close(), engines.onnx.close()]));

const wires: readonly (readonly [Wire, string])[] = [
  ["anthropic", "anthropic"],
  ["openai", "openai"],
  ["chat", "moonshot"],
  ["gemini", "google"],
];
const pairs = wires.flatMap(([wire, provider]) =>
  (["llama", "onnx"] as const).map((engine) => [wire, provider, engine] as const),
);

const pixel = {
  mime: "image/png",
  data: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
};
const look = defineTool({
  name: "Look",
  description: "Shows the picture.",
  schema: z.strictObject({}),
  run: () => ({ text: "a red dot", attachments: [pixel] }),
});
const script: readonly FakeReply[] = [
  { parts: [{ text: "I look." }, { call: "Look", args: {} }] },
  { parts: [{ text: "It is a red dot." }] },
  { parts: [{ text: "Welcome back." }] },
];

test.each(pairs)(
  "%s, as %s, hands over to %s and takes the conversation back",
  async (wire, provider, engine) => {
    await using fake = await startFakeProvider(script);
    await using vendor = await createProvider(provider, { env: {}, apiKey: testKey, baseUrl: fake.url(wire) });
    const build = (name: string): Promise<Model> => (name === provider ? vendor : engines[name as Engine]).model();
    await using first = await build(provider);
    const resolveModel = ({ provider: wanted = "" }) => build(wanted);
    const options = { tools: [look], system: "Be brief.", cwd: "/", maxOutputTokens: 16, temperature: 0 };
    await using agent = new Agent({ model: first, resolveModel, ...options });
    expect((await agent.run({ text: "What is this?", attachments: [pixel] })).content).toBe("It is a red dot.");

    agent.send({ type: "switch", provider: engine });
    const local = await agent.run("Say one word.");
    expect(local.error).toBeUndefined();
    const said = must(agent.snapshot().messages.findLast((message) => message.type === "assistant"));
    expect([said.origin.provider, textOf(said)]).toEqual(["local", local.content]);
    expect(local.costUsd).toBe(0);

    agent.send({ type: "switch", provider });
    expect((await agent.run("And now?")).content).toBe("Welcome back.");
    const { messages } = must(fake.requests.at(-1)).view;
    expect(messages.reduce((count, { images }) => count + images.length, 0)).toBe(2);
    expect(JSON.stringify(messages)).toContain(JSON.stringify(local.content.trim()).slice(1, -1));
    expect(fake.problems).toEqual([]);
  },
  60_000,
);

test("one engine hands over to the other and back", async () => {
  const resolveModel = ({ provider = "" }) => engines[provider as Engine].model();
  await using first = await engines.llama.model();
  await using agent = new Agent({
    model: first,
    resolveModel,
    system: "Be brief.",
    cwd: "/",
    maxOutputTokens: 8,
    temperature: 0,
  });
  for (const engine of [undefined, "onnx", "llama"] as const) {
    if (engine) agent.send({ type: "switch", provider: engine });
    const { error, stopReason } = await agent.run("Say one word.");
    expect([error, stopReason === "endTurn" || stopReason === "maxTokens"]).toEqual([undefined, true]);
  }
  const models = agent
    .snapshot()
    .messages.flatMap((message) => (message.type === "assistant" ? [message.origin.model] : []));
  expect(models.map((model) => model.startsWith("onnx:"))).toEqual([false, true, false]);
}, 60_000);
