/** A person's own providers, models, prices and roles, from real files. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { priceUsage } from "../../agent/budget.ts";
import { ConfigError } from "../../agent/error.ts";
import { noUsage } from "../../agent/message.ts";
import { lowestSettings } from "../../agent/model.ts";
import { redact, withoutSecrets } from "../../providers/auth.ts";
import { Book } from "../../providers/book.ts";
import { createProvider, usableProviders } from "../../providers/registry.ts";
import { loadUserModels } from "../../providers/user-models.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

let dir: TempDir;
beforeEach(() => {
  dir = tempDir();
});
afterEach(() => dir[Symbol.dispose]());

const env = () => ({ HOME: dir.path, ACME_KEY: "acme-secret-1", ACME_TEAM: "team-secret-1", OTHER: "kept" });
const own = () => join(dir.path, ".config/sagent/models.json");
const project = () => join(dir.path, "work/repo");

function put(path: string, content: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

async function book(): Promise<Book> {
  return new Book(await loadUserModels(env(), project()));
}

const prices = [
  { input: 1, output: 4, cacheRead: 0.1 },
  { input: 2, output: 8, above: 200_000 },
  { input: 3, output: 12, since: "2027-01-01" },
  { input: 10, output: 40, tier: "priority" },
];
const acme = {
  baseUrl: "http://127.0.0.1:9/v1",
  keyVar: "ACME_KEY",
  roles: { default: "big", utility: "small" },
  models: {
    big: { wireId: "org/Big-400B", aliases: ["b"], maxRequestTokens: 262_144, efforts: ["none", "high"], prices },
    small: { maxRequestTokens: 32_768 },
  },
};

test("no file, no change", async () => {
  const plain = await book();
  expect(plain.user).toEqual({ providers: {}, files: [], warnings: [] });
  expect(plain.resolve("anthropic", "opus").id).toBe("opus-5.5");
});

test("a provider of the file is listed, resolved by every name, and usable with its key", async () => {
  put(own(), { providers: { acme } });
  const known = await book();
  expect(known.list("acme").map(({ info, aliases }) => [info.id, info.wireId, aliases])).toEqual([
    ["big", "org/Big-400B", ["b", "default"]],
    ["small", "small", ["utility"]],
  ]);
  for (const name of ["big", "B", "ORG/big-400b", "default", undefined]) {
    expect(known.resolve("Acme", name)).toMatchObject({ provider: "acme", id: "big", maxRequestTokens: 262_144 });
  }
  expect(known.resolve("acme", "utility")).toMatchObject({ id: "small", maxResponseTokens: 16_384, prices: [] });
  expect(known.resolve("acme", "never+listed")).toMatchObject({ provider: "acme", wireId: "never+listed" });
  expect(usableProviders(env(), known)).toEqual(["acme", "local"]);
  expect(usableProviders({ HOME: dir.path }, known)).toEqual(["local"]);
});

test("its prices are billed by tier, band and date", async () => {
  put(own(), { providers: { acme } });
  const info = (await book()).resolve("acme", "big");
  const [before, after] = [Date.UTC(2026, 11, 31), Date.UTC(2027, 0, 1)];
  const cost = (input: number, tier: "auto" | "priority", at: number) =>
    priceUsage(info.prices, { ...noUsage, input, cacheRead: 1_000 }, tier, at);
  expect(info.tiers).toEqual(["auto", "priority"]);
  expect(cost(1_000, "auto", before)).toBeCloseTo((1_000 * 1 + 1_000 * 0.1) / 1e6, 12);
  expect(cost(200_000, "auto", before)).toBeCloseTo((200_000 * 2 + 1_000 * 2) / 1e6, 12);
  expect(cost(1_000, "auto", after)).toBeCloseTo((1_000 * 3 + 1_000 * 3) / 1e6, 12);
  expect(cost(1_000, "priority", before)).toBeCloseTo(2_000 * 10e-6, 12);
});

test("a shipped row keeps what the file leaves alone; its window tags, its roles and its tiers follow", async () => {
  const models = { "opus-5.5": { prices: [{ input: 1, output: 2 }], aliases: ["house"] }, "opus-9": {} };
  put(own(), { providers: { anthropic: { roles: { utility: "haiku-4.5" }, models } } });
  const known = await book();
  const plain = new Book().resolve("anthropic", "opus");
  const row = { tier: "auto", above: 0, input: 1, output: 2, cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1 } as const;
  expect(known.resolve("anthropic", "house")).toEqual({ ...plain, prices: [row], tiers: ["auto", "default"] });
  expect(known.resolve("anthropic", "opus+200k")).toMatchObject({
    id: "opus-5.5+200k",
    maxRequestTokens: 200_000,
    prices: [row],
  });
  expect(() => known.resolve("anthropic", "opus+272k")).toThrow("+272k");
  expect(known.resolve("anthropic", "utility").id).toBe("haiku-4.5");
  expect(known.resolve("anthropic", "opus-9").wireId).toBe("opus-9");
  expect(() => known.resolve("anthropic", "opus-10")).toThrow('There is no model "opus-10" for anthropic.');
  expect(known.resolve("openai")).toEqual(new Book().resolve("openai"));
});

test("a project's file counts where it is trusted, and wins field by field", async () => {
  put(own(), { providers: { acme } });
  const near = { acme: { roles: { utility: "big" }, models: { big: { maxRequestTokens: 1_000 } } } };
  const file = join(dir.path, "work/.sagent/models.json");
  put(file, { providers: { acme: { ...near.acme, baseUrl: "http://127.0.0.1:8/v1" } } });
  mkdirSync(project(), { recursive: true });
  const alone = await book();
  expect(alone.user.warnings).toEqual([
    `${file} is not read: it could lead your keys anywhere. If you trust this project, say so: sagent trust`,
  ]);
  expect(alone.resolve("acme", "utility").id).toBe("small");
  expect((await loadUserModels(env(), project(), { trust: true })).files).toEqual([own(), file]);
  put(join(dirname(own()), "trust.json"), { directories: ["~/work"] });
  const both = await book();
  expect([both.user.files, both.user.warnings]).toEqual([[own(), file], []]);
  expect(both.provider("acme").baseUrl).toBe("http://127.0.0.1:8/v1");
  expect(both.resolve("acme", "utility")).toMatchObject({ id: "big", wireId: "org/Big-400B", maxRequestTokens: 1_000 });
  put(file, { providers: near });
  expect((await book()).provider("acme").baseUrl).toBe(acme.baseUrl);
});

test.each([
  ["{", "cannot be read: "],
  [{ provider: {} }, 'is wrong at its top: Unrecognized key: "provider"'],
  [{ providers: { acme: {} } }, "is wrong at providers.acme.baseUrl: a provider of your own needs one"],
  [{ providers: { local: {} } }, "is wrong at providers.local: models in the process"],
  [
    { providers: { anthropic: { headers: { a: "b" } } } },
    "is wrong at providers.anthropic.headers: anthropic does not",
  ],
  [
    { providers: { acme: { ...acme, models: { "a.b": { prices: [{ input: "1", output: 1 }] } } } } },
    'is wrong at providers.acme.models["a.b"].prices[0].input: Invalid input: expected number, received string',
  ],
  [{ providers: { acme: { ...acme, keyVar: "sk-1 2" } } }, "keyVar: must be the name of an environment variable"],
])("%j is refused with its place", async (content, message) => {
  put(own(), content);
  const error = await book().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(own());
  expect(String(error)).toContain(message);
});

test("what the docs show is taken", async () => {
  const docs = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8");
  const [example = ""] = [...docs.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);
  put(own(), example);
  const known = await book();
  expect(known.resolve("acme", "b")).toMatchObject({ wireId: "org/Big-400B", tiers: ["auto", "priority"] });
  expect(known.resolve("anthropic", "utility").id).toBe("haiku-4.5");
});

test("a role that names nothing is said when a model of that provider is asked for", async () => {
  put(own(), { providers: { acme: { ...acme, roles: { default: "huge" } } } });
  const known = await book();
  expect(known.resolve("openai").provider).toBe("openai");
  expect(() => known.resolve("acme")).toThrow('The role "default" of acme in models.json names "huge"');
});

test("its server gets the key, the headers and the fields, and nobody else does", async () => {
  const seen: unknown[] = [];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { headers } = request;
      seen.push({
        path: new URL(request.url).pathname,
        headers: ["authorization", "x-team", "x-plain", "x-absent"].map((name) => headers.get(name)),
        body: await request.json(),
      });
      return Response.json({ error: { message: "the key acme-secret-1 is no good" } }, { status: 401 });
    },
  });
  const headers = { "x-team": "$ACME_TEAM", "x-plain": "yes", "x-absent": "$NOT_SET" };
  const more = { headers, extraBody: { provider: { order: ["fast"] } } };
  put(own(), { providers: { acme: { ...acme, ...more, baseUrl: `http://127.0.0.1:${server.port}/v1` } } });
  await using provider = await createProvider("acme", { env: env(), book: await book() });
  await using model = await provider.model();
  const messages = [{ type: "user" as const, id: "m1" as const, at: 0, text: "hi" }];
  const settings = { ...lowestSettings(model.info), effort: "high" as const };
  const chunks = await Array.fromAsync(
    model.stream({ system: "", messages, tools: [], settings }, new AbortController().signal),
  );
  expect(chunks).toMatchObject([{ type: "error", error: { code: "auth" } }]);
  expect(seen).toMatchObject([
    {
      path: "/v1/chat/completions",
      headers: ["Bearer acme-secret-1", "team-secret-1", "yes", null],
      body: { model: "org/Big-400B", provider: { order: ["fast"] }, reasoning_effort: "high" },
    },
  ]);
  expect(withoutSecrets(env())).toEqual({ HOME: dir.path, OTHER: "kept" });
  expect(redact("acme-secret-1 and team-secret-1", env())).toBe("[ACME_KEY] and [ACME_TEAM]");
});
