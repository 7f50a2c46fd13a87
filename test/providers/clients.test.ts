import { expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { AzureOpenAI } from "openai";
import { type Clients, createProvider } from "../../providers/registry.ts";
import { doneOf } from "../contract/provider-rig.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import type { FakeProvider } from "../support/fake-types.ts";
import { collect } from "./sse-server.ts";

/** Clients that carry their own key and address; how many of each were made. */
function clientsOf(fake: FakeProvider) {
  const made = { messages: 0, responses: 0, chat: 0, gemini: 0 };
  const azure = () => new AzureOpenAI({ apiKey: testKey, baseURL: `${fake.url("openai")}/openai`, apiVersion: "v" });
  const clients: Clients = {
    messages: async () => {
      made.messages++;
      return new Anthropic({ apiKey: null, authToken: testKey, baseURL: fake.url("anthropic"), logLevel: "off" });
    },
    responses: async () => {
      made.responses++;
      return azure();
    },
    chat: async () => {
      made.chat++;
      return azure();
    },
    gemini: async () => {
      made.gemini++;
      return new GoogleGenAI({ vertexai: true, apiKey: testKey, httpOptions: { baseUrl: fake.url("gemini") } });
    },
  };
  return { made, clients };
}

test("a library's own client serves its wire, without a key or an address of ours", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "Hi." }] }));
  const { made, clients } = clientsOf(fake);
  for (const [name, model] of [
    ["anthropic", "opus"],
    ["openai", "sol"],
    ["google", "gemini-flash-3.5"],
    ["openai-compat", "my-deployment"],
  ] as const) {
    await using provider = await createProvider(name, { env: {}, clients });
    for (const _ of [1, 2]) doneOf(await collect(await provider.model(model)));
  }
  expect(made).toEqual({ messages: 1, responses: 1, chat: 1, gemini: 1 });
  expect(fake.problems).toEqual([]);
  expect(fake.requests.filter((_, index) => index % 2 === 0).map(({ path }) => path)).toEqual([
    "/v1/messages",
    "/v1/openai/responses",
    "/v1beta1/publishers/google/models/gemini-3.5-flash:streamGenerateContent",
    "/v1/openai/deployments/my-deployment/chat/completions",
  ]);
});

test("a client that cannot be made fails the call in plain words, and the next call tries again", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hi." }] }]);
  const { clients } = clientsOf(fake);
  let tries = 0;
  const messages: Clients["messages"] = async () => {
    if (tries++ === 0) throw new Error("the metadata server does not answer");
    return (await clients.messages?.()) ?? new Anthropic();
  };
  await using provider = await createProvider("anthropic", { env: {}, clients: { messages } });
  const model = await provider.model("opus");
  const [failed] = await collect(model);
  expect(failed).toMatchObject({ type: "error", error: { code: "transport" } });
  expect(failed?.type === "error" && failed.error.message).toContain("the metadata server does not answer");
  doneOf(await collect(model));
});
