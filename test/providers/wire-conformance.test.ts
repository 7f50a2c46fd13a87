/** Every row of the catalogue through its real adapter: what the row advertises is what the wire carries. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { lowestSettings, type ModelInfo, type ModelSettings, type Provider } from "../../agent/model.ts";
import { vendors } from "../../providers/auth.ts";
import { createProvider, listModels, resolveModel } from "../../providers/registry.ts";
import { catalog } from "../../providers/rows.ts";
import { must } from "../support/must.ts";

type Body = Readonly<Record<string, unknown>>;

/** Refuses every call, and keeps what it was sent, with the model that a Gemini path names. */
let seen: Body[] = [];
let server: Bun.Server<undefined>;
const providers = new Map<string, Provider>();

beforeAll(async () => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") return Response.json({ error: { message: "no list" } }, { status: 404 });
      const body = (await request.json()) as Body;
      const [, model] = /models\/([^:]+):/.exec(new URL(request.url).pathname) ?? [];
      seen.push(model === undefined ? body : { ...body, model });
      return Response.json({ error: { message: "no" } }, { status: 401 });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}`;
  for (const name of catalog().shelves.keys()) {
    providers.set(name, await createProvider(name, { env: {}, apiKey: "key-for-a-test", baseUrl }));
  }
});

afterAll(async () => {
  await Promise.all([...providers.values()].map((provider) => provider.close()));
  await server.stop(true);
});

/** What the wire carries for a model, by any of its names, under these settings. */
async function bodyOf(info: ModelInfo, settings: Partial<ModelSettings>, name = info.id): Promise<Body> {
  seen = [];
  await using model = await must(providers.get(info.provider)).model(name);
  const messages = [{ type: "user" as const, id: "m1" as const, at: 0, text: "hi" }];
  const request = { system: "", messages, tools: [], settings: { ...lowestSettings(model.info), ...settings } };
  const chunks = await Array.fromAsync(model.stream(request, new AbortController().signal));
  expect(chunks).toMatchObject([{ type: "error", error: { code: "auth" } }]);
  const [body, ...more] = seen;
  expect(more).toEqual([]);
  return must(body);
}

const all = listModels().map(({ info, tags }) => ({ info, tags }));
const byProvider = [...Map.groupBy(all, ({ info }) => info.provider)];

test("every provider of the catalogue is in this suite, and every vendor with a key has rows", () => {
  const backed = byProvider.map(([name]) => name);
  expect(backed).toEqual([...providers.keys()]);
  expect(vendors.filter(({ needsKey }) => needsKey).map(({ name }) => name)).toEqual(
    backed.filter((name) => name !== "llamacpp"),
  );
});

test.each(byProvider)("%s: every effort reaches the wire, and no two are one", async (_, rows) => {
  for (const { info } of rows) {
    const efforts = info.efforts.filter((effort) => effort !== "none");
    const told: string[][] = [];
    for (const thinkingBudget of info.budgetModes) {
      const bodies: string[] = [];
      for (const effort of efforts) bodies.push(JSON.stringify(await bodyOf(info, { effort, thinkingBudget })));
      told.push(bodies);
    }
    const plain = info.efforts.includes("none") ? [JSON.stringify(await bodyOf(info, {}))] : [];
    const kinds = told.map((bodies) => new Set([...bodies, ...plain]).size);
    expect([info.id, Math.max(...kinds)]).toEqual([info.id, efforts.length + plain.length]);
  }
});

const knobs = ["thinking", "reasoning", "reasoning_effort", "enable_thinking", "thinking_budget", "output_config"];

test.each(byProvider)("%s: a row that cannot think sends nothing of it", async (_, rows) => {
  for (const { info } of rows) {
    if (info.efforts.length > 1 || info.budgetModes.length > 1) continue;
    const body = await bodyOf(info, {});
    const { generationConfig = {} } = body;
    expect([info.id, knobs.filter((knob) => knob in body)]).toEqual([info.id, []]);
    expect(generationConfig).not.toHaveProperty("thinkingConfig");
  }
});

test.each(byProvider)("%s: every priced tier is told to the wire", async (_, rows) => {
  for (const { info } of rows) {
    const bodies = new Set<string>();
    const priced = info.tiers.filter((tier) => tier !== "default");
    for (const tier of priced) bodies.add(JSON.stringify(await bodyOf(info, { tier })));
    expect([info.id, bodies.size]).toEqual([info.id, priced.length]);
  }
});

test.each(byProvider)("%s: a window tag stays off the wire", async (_, rows) => {
  for (const { info, tags } of rows) {
    const plain = await bodyOf(info, {});
    expect(plain.model).toBe(info.wireId);
    for (const tag of tags) {
      expect(resolveModel(info.provider, info.id + tag).maxRequestTokens).toBeGreaterThan(0);
      expect(await bodyOf(info, {}, info.id + tag)).toEqual(plain);
    }
  }
});

test("the data is the facts of 2026-10-03, all of them", () => {
  const text = readFileSync(new URL("../../providers/data/catalog.json", import.meta.url), "utf8");
  const { models, transports }: { models: unknown; transports: unknown } = JSON.parse(text);
  const digest = createHash("sha256").update(JSON.stringify({ models, transports })).digest("hex");
  expect(digest).toBe("1727d9f0e6fade01091e1dc6d95df8aa2b0ae05fb476cc4891cb5ae35d7699bc");
});
