import { expect, test } from "bun:test";
import { ModelNotFoundError } from "../../../../agent/error.ts";
import { TransportError } from "../../../../agent/provider-error.ts";
import { Book } from "../../../../providers/book.ts";
import { findServers } from "../../../../providers/local/server/find.ts";
import { createProvider } from "../../../../providers/registry.ts";
import { noUserModels } from "../../../../providers/user-models.ts";
import { askModel, talk } from "../../../support/local-model.ts";
import { fakeServer } from "./fake-servers.ts";

/** Where nothing listens. */
const nowhere = "http://127.0.0.1:9/v1";
const none = {
  OLLAMA_BASE_URL: nowhere,
  LM_STUDIO_BASE_URL: nowhere,
  VLLM_BASE_URL: nowhere,
  LLAMA_CPP_BASE_URL: nowhere,
};

const served = (id: string, windowTokens: number, images = false) => ({ id, windowTokens, images });

test("each server is found with what it serves, and with the windows that hold", async () => {
  await using ollama = await fakeServer("ollama");
  await using lmstudio = await fakeServer("lmstudio");
  await using vllm = await fakeServer("vllm", "vllm-key");
  const env = {
    ...none,
    OLLAMA_BASE_URL: ollama.baseUrl,
    LM_STUDIO_BASE_URL: lmstudio.baseUrl,
    VLLM_BASE_URL: vllm.baseUrl,
    VLLM_API_KEY: "vllm-key",
  };
  expect(await findServers(env)).toEqual([
    {
      provider: "ollama",
      label: "Ollama",
      baseUrl: ollama.baseUrl,
      models: [
        served("qwen3:8b", 40_960),
        served("llava:latest", 40_960, true),
        served("own:latest", 16_384),
        served("running:latest", 8192),
      ],
    },
    {
      provider: "lmstudio",
      label: "LM Studio",
      baseUrl: lmstudio.baseUrl,
      models: [served("qwen2-vl-7b", 32_768, true), served("llama-3.1-8b", 4096)],
    },
    { provider: "vllm", label: "vLLM", baseUrl: vllm.baseUrl, models: [served("Qwen/Qwen3-8B", 40_960)] },
  ]);
});

test("nobody there, a stranger, a wrong key and one who never answers are no servers", async () => {
  await using stranger = await fakeServer("stranger");
  await using vllm = await fakeServer("vllm", "another-key");
  const mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const env = {
    OLLAMA_BASE_URL: stranger.baseUrl,
    LM_STUDIO_BASE_URL: `http://127.0.0.1:${mute.port}/v1`,
    VLLM_BASE_URL: vllm.baseUrl,
    LLAMA_CPP_BASE_URL: stranger.baseUrl,
  };
  expect(await findServers(env, { listMs: 300 })).toEqual([]);
  expect(await findServers({ ...none, VLLM_BASE_URL: stranger.baseUrl })).toEqual([]);
  mute.stop(true);
});

test.each([
  ["ollama", "OLLAMA_BASE_URL", "qwen3:8b", 38_400],
  ["lmstudio", "LM_STUDIO_BASE_URL", "qwen2-vl-7b", 30_720],
  ["vllm", "VLLM_BASE_URL", "Qwen/Qwen3-8B", 38_400],
] as const)(
  "%s answers through its own name, its first model unless one is named",
  async (kind, variable, id, window) => {
    await using server = await fakeServer(kind, `${kind}-key`);
    const env = { [variable]: server.baseUrl, [variable.replace("BASE_URL", "API_KEY")]: `${kind}-key` };
    await using provider = await createProvider(kind, { env });
    expect(provider.name).toBe(kind);
    const model = await provider.model();
    expect(model.info).toMatchObject({ provider: kind, id, wireId: id, maxRequestTokens: window, tiers: ["auto"] });
    expect(model.info.prices.map(({ input, output }) => [input, output])).toEqual([[0, 0]]);
    const { text, last } = await askModel(model, { messages: talk(model, "Hi.") });
    expect([text, last.type]).toEqual(["Hello.", "done"]);
    expect(server.chat.problems).toEqual([]);
  },
);

test("a name may leave out Ollama's tag; a name that it has not is refused with those it has", async () => {
  await using server = await fakeServer("ollama");
  await using provider = await createProvider("ollama", { env: {}, baseUrl: server.baseUrl });
  expect((await provider.model("own")).info.id).toBe("own:latest");
  const error: unknown = await provider.model("gpt").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelNotFoundError);
  expect(error).toMatchObject({ hint: "Known: qwen3:8b, llava:latest, own:latest, running:latest." });
});

test("what a person says of a model goes before what the server says", async () => {
  await using server = await fakeServer("vllm");
  const custom = { maxRequestTokens: 1000, images: true };
  await using told = await createProvider("vllm", { env: {}, baseUrl: server.baseUrl, custom });
  expect((await told.model()).info).toMatchObject({ maxRequestTokens: 1000, images: true, provider: "vllm" });
  const models = { big: { wireId: "Qwen/Qwen3-8B", maxRequestTokens: 2000 } };
  const book = new Book({ ...noUserModels, providers: { vllm: { models } } });
  await using filed = await createProvider("vllm", { env: {}, baseUrl: server.baseUrl, book });
  expect((await filed.model("big")).info).toMatchObject({ id: "big", wireId: "Qwen/Qwen3-8B", maxRequestTokens: 2000 });
});

test("a server that is not there is a lost connection with what to do; one that lists nothing is believed by name", async () => {
  await using away = await createProvider("ollama", { env: { OLLAMA_BASE_URL: nowhere } });
  const error: unknown = await away.model("x").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TransportError);
  expect(error).toMatchObject({ message: `Ollama could not be reached: nothing answers at ${nowhere}` });
  await using stranger = await fakeServer("stranger");
  await using provider = await createProvider("ollama", { env: {}, baseUrl: stranger.baseUrl });
  expect((await provider.model()).info).toMatchObject({ id: "m", maxRequestTokens: 7680 });
});
