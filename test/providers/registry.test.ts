import { expect, test } from "bun:test";
import { type Chunk, lowestSettings, type Provider } from "../../agent/model.ts";
import { vendors } from "../../providers/auth.ts";
import {
  chooseProvider,
  createProvider,
  listModels,
  type ProviderOptions,
  providerNames,
  usableProviders,
} from "../../providers/registry.ts";

const keys = {
  anthropic: { ANTHROPIC_API_KEY: "key-anthropic" },
  openai: { OPENAI_API_KEY: "key-openai" },
  google: { GOOGLE_API_KEY: "key-google" },
  moonshot: { MOONSHOT_API_KEY: "key-moonshot" },
};

interface Seen {
  readonly path: string;
  readonly key: string | null;
  readonly model: unknown;
}

/** Refuses every request's credentials, and remembers what it was asked. */
function refusingServer(): Disposable & { readonly url: string; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { headers } = request;
      const key = headers.get("x-api-key") ?? headers.get("x-goog-api-key") ?? headers.get("authorization");
      const body: unknown = await request.json();
      const model = typeof body === "object" && body !== null && "model" in body ? body.model : undefined;
      seen.push({ path: new URL(request.url).pathname, key, model });
      return Response.json({ error: { message: "no such key" } }, { status: 401 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, seen, [Symbol.dispose]: () => void server.stop(true) };
}

async function lastChunk(provider: Provider, id?: string): Promise<Chunk | undefined> {
  await using model = await provider.model(id);
  const request = {
    system: "",
    messages: [{ type: "user" as const, id: "m1" as const, at: 0, text: "hi" }],
    tools: [],
    settings: lowestSettings(model.info),
  };
  const chunks = await Array.fromAsync(model.stream(request, new AbortController().signal));
  return chunks.at(-1);
}

/** One call against a server that refuses it: what the server saw. */
async function askOnce(name: string, options: (url: string) => ProviderOptions, model?: string): Promise<Seen[]> {
  using server = refusingServer();
  await using provider = await createProvider(name, options(server.url));
  expect(provider.name).toBe(name.toLowerCase());
  expect(await lastChunk(provider, model)).toMatchObject({ type: "error", error: { code: "auth", status: 401 } });
  return server.seen;
}

test("every vendor's provider reaches its own wire with its own key and default model, once", async () => {
  const paths = { messages: "/v1/messages", responses: "/responses", chat: "/chat/completions" };
  for (const { name, wire, keyVars, baseUrlVar } of vendors.filter((vendor) => vendor.needsKey)) {
    const env = (url: string) => ({ env: { [keyVars[0] ?? ""]: `key-${name}`, [baseUrlVar]: url } });
    const [seen, ...more] = await askOnce(name, env);
    const wireId = listModels(name).find(({ aliases }) => aliases.includes("default"))?.info.wireId;
    expect(more).toEqual([]);
    expect(seen?.key?.replace("Bearer ", "")).toBe(`key-${name}`);
    if (wire === "gemini") expect(seen?.path).toBe(`/v1beta/models/${wireId}:streamGenerateContent`);
    else if (wire !== "program") expect([seen?.path, seen?.model]).toEqual([paths[wire], wireId]);
  }
});

test("an option wins over the environment, and a name may come in any case", async () => {
  const env = { ANTHROPIC_API_KEY: "key-env", ANTHROPIC_BASE_URL: "http://127.0.0.1:1" };
  const options = (baseUrl: string) => ({ env, baseUrl, apiKey: "key-option" });
  const [seen] = await askOnce("Anthropic", options, "haiku");
  expect(seen).toEqual({ path: "/v1/messages", key: "key-option", model: "claude-haiku-4-5" });
});

test("a compatible server needs no key, and takes any model", async () => {
  const seen = await askOnce("openai-compat", (baseUrl) => ({ env: {}, baseUrl: `${baseUrl}/v1` }), "my/own-Model+x");
  expect(seen).toEqual([{ path: "/v1/chat/completions", key: null, model: "my/own-Model+x" }]);
  const env = (url: string) => ({
    env: { OPENAI_COMPAT_BASE_URL: url, OPENAI_COMPAT_API_KEY: "k", OPENAI_API_KEY: "no" },
  });
  expect(await askOnce("openai-compat", env, "m")).toEqual([
    { path: "/chat/completions", key: "Bearer k", model: "m" },
  ]);
});

test("a model of no catalogue is what the options say, else what can be known", async () => {
  const options = { env: {}, baseUrl: "http://127.0.0.1:1" };
  await using plain = await createProvider("openai-compat", options);
  const base = {
    provider: "openai-compat",
    maxRequestBytes: 0,
    images: false,
    efforts: ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["none"],
    tiers: ["auto"],
    cacheTtlSec: [0],
    prices: [],
    charsPerToken: 4,
  } as const;
  const own = { ...base, id: "own", wireId: "own", maxRequestTokens: 128_000, maxResponseTokens: 16_384 } as const;
  expect((await plain.model("own")).info).toEqual(own);
  const qwen = { id: "qwen3-32b", wireId: "qwen3-32b", maxRequestTokens: 262_144, maxResponseTokens: 65_536 };
  expect((await plain.model("qwen3-32b")).info).toEqual({ ...base, ...qwen });
  const price = { tier: "auto", above: 0, input: 1, output: 2, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 } as const;
  const custom = { maxRequestTokens: 8192, prices: [price], charsPerToken: 3, images: true };
  await using told = await createProvider("openai-compat", { ...options, custom });
  expect((await told.model("own")).info).toEqual({ ...own, ...custom, maxResponseTokens: 4096 });
});

test("what is missing is said before anything is sent", async () => {
  const env = {};
  await expect(createProvider("acme", { env })).rejects.toMatchObject({ code: "usage" });
  await expect(createProvider("openai", { env })).rejects.toMatchObject({
    code: "config",
    message: "OpenAI needs an API key, and OPENAI_API_KEY is not set.",
  });
  await expect(createProvider("openai-compat", { env })).rejects.toMatchObject({
    code: "config",
    message: "The OpenAI-compatible server has no address: OPENAI_COMPAT_BASE_URL is not set.",
    hint: "Pass --base-url URL, up to and with its /v1, or set it in the environment.",
  });
  await using nameless = await createProvider("openai-compat", { env, baseUrl: "http://127.0.0.1:1" });
  await expect(nameless.model()).rejects.toMatchObject({
    code: "config",
    message: "An OpenAI-compatible server needs the name of a model.",
  });
  await using anthropic = await createProvider("anthropic", { env, apiKey: "k" });
  await expect(anthropic.model("gpt-5")).rejects.toMatchObject({ code: "model_not_found" });
});

test("the embedded provider is made without loading anything", async () => {
  await using local = await createProvider("Local", { env: {} });
  expect(local.name).toBe("local");
});

test("what can be used here: by key, by address, and always the embedded model", () => {
  expect(providerNames()).toEqual([
    ...["anthropic", "openai", "google", "moonshot", "dashscope", "minimax", "openai-compat", "llamacpp"],
    ...["ollama", "lmstudio", "vllm"],
    ...["claude-cli", "codex-cli", "gemini-cli", "acp-cli", "local"],
  ]);
  expect(usableProviders({ OPENAI_API_KEY: " " })).toEqual(["local"]);
  expect(usableProviders({ ...keys.moonshot, ...keys.google, LLAMA_CPP_BASE_URL: "http://x" })).toEqual([
    ...["google", "moonshot", "llamacpp", "local"],
  ]);
  expect(usableProviders({ OPENAI_COMPAT_API_KEY: "k", GEMINI_API_KEY: "k" })).toEqual(["google", "local"]);
});

const compat = { OPENAI_COMPAT_BASE_URL: "http://x" };
const both = { ...keys.openai, ...keys.anthropic };

test.each([
  ["nothing at all", { env: {} }, "local"],
  ["the first with a key", { env: both }, "anthropic"],
  ["the named one, key or not", { env: both, provider: "OpenAI-Compat" }, "openai-compat"],
  ["the named one over the model", { env: both, provider: "local", model: "opus" }, "local"],
  ["a bare base URL", { env: both, baseUrl: "http://x", model: "opus" }, "openai-compat"],
  ["the model's, key or not", { env: keys.openai, model: "opus" }, "anthropic"],
  ["a model file", { env: both, model: "./model.gguf" }, "local"],
  ["a role of many: the first with a key", { env: { ...keys.google, ...keys.openai }, model: "default" }, "openai"],
  ["a role of many without a key", { env: {}, model: "utility" }, "local"],
  [
    "an unknown model and a server that takes any",
    { env: { ...both, ...compat }, model: "who-knows" },
    "openai-compat",
  ],
  ["the current one", { env: both, current: "google" }, "google"],
  ["the current one where it knows the role", { env: both, current: "google", model: "default" }, "google"],
  ["another's model while one is current", { env: both, current: "google", model: "opus" }, "anthropic"],
])("the choice: %s", (_, choice, expected) => {
  expect(chooseProvider(choice)).toBe(expected);
});

test("a provider that does not exist is refused", () => {
  expect(() => chooseProvider({ env: {}, provider: "acme" })).toThrow('There is no provider "acme".');
});
