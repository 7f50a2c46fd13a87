import { expect, test } from "bun:test";
import { ConfigError } from "../../agent/error.ts";
import { lowestSettings } from "../../agent/model.ts";
import { resolveModel } from "../../providers/catalog.ts";
import { createCompat } from "../../providers/compat.ts";
import { type CustomModel, customModel } from "../../providers/custom.ts";
import { doneOf } from "../contract/provider-rig.ts";
import { startFakeProvider, testKey } from "../support/fake-provider.ts";
import { collect } from "./sse-server.ts";

const price = { tier: "flex", above: 0, input: 1, output: 2, cacheRead: 0.5, cacheWrite: 1, cacheWrite1h: 1 } as const;

/** Everything that may be said, as it might stand in a file. */
const described: CustomModel = {
  wireId: "acme/large-v2",
  maxRequestTokens: 64_000,
  maxResponseTokens: 4000,
  images: true,
  maxImageEdgePx: 512,
  efforts: ["none", "low", "high"],
  prices: [price],
  charsPerToken: 3,
  structured: true,
  outputCapParam: "max_tokens",
  reasoningField: "reasoning",
  headers: { "x-team": "blue" },
  extraBody: { top_k: 40, stream: false },
};

test("a model of which nothing is said is text only, free and of a modest window", () => {
  expect(customModel("some-model")).toEqual({
    provider: "openai-compat",
    id: "some-model",
    wireId: "some-model",
    maxRequestTokens: 128_000,
    maxResponseTokens: 16_384,
    maxRequestBytes: 0,
    images: false,
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["none"],
    tiers: ["auto"],
    cacheTtlSec: [0],
    prices: [],
    charsPerToken: 4,
  });
  expect(customModel("small", { maxRequestTokens: 4001 }).maxResponseTokens).toBe(2001);
  expect(() => customModel(undefined)).toThrow(ConfigError);
});

test("a name of the catalogue lends its sizes, never its prices", () => {
  const known = resolveModel("moonshot", "kimi-3.0");
  const { maxRequestTokens, images, prices } = customModel("kimi-k3");
  expect([maxRequestTokens, images, prices]).toEqual([known.maxRequestTokens, known.images, []]);
  expect(customModel("mine", { wireId: "kimi-k3" }).maxRequestTokens).toBe(known.maxRequestTokens);
});

test("what its user says of a model is what it is; how it is spoken to is no part of that", () => {
  const { outputCapParam: _, reasoningField: __, headers: ___, extraBody: ____, ...said } = described;
  const info = customModel("large", described);
  expect(info).toMatchObject({ ...said, id: "large", tiers: ["auto", "flex"] });
  for (const field of ["outputCapParam", "reasoningField", "headers", "extraBody"])
    expect(info).not.toHaveProperty(field);
  expect(JSON.parse(JSON.stringify(described))).toEqual(described);
});

test("a described server is spoken to as its user says", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "ok" }] }));
  await using provider = createCompat({
    name: "openai-compat",
    apiKey: testKey,
    baseUrl: fake.url("chat"),
    resolve: (id) => customModel(id, described),
    facts: () => described,
  });
  const model = await provider.model("large");
  const settings = { ...lowestSettings(model.info), effort: "high", tier: "flex" } as const;
  doneOf(await collect(model, { settings, maxOutputTokens: 50, providerOptions: { "openai-compat": { top_k: 1 } } }));
  expect(fake.problems).toEqual([]);
  const [request] = fake.requests;
  expect(request?.headers["x-team"]).toBe("blue");
  expect(request?.body).toEqual({
    model: "acme/large-v2",
    messages: [{ role: "user", content: "hi" }],
    reasoning_effort: "high",
    max_tokens: 50,
    service_tier: "flex",
    top_k: 40,
    stream: true,
    stream_options: { include_usage: true },
  });
});
