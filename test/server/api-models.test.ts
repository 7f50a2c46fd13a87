/** What can be chosen from, what is missing for it, and which weights answer where nothing else does. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MissingWeightsError } from "../../agent/error.ts";
import { onnxPlace } from "../../providers/local/places.ts";
import { resolveModel } from "../../providers/registry.ts";
import { providerRows } from "../../server/api-models.ts";
import { localState, weightsHere } from "../../server/local-models.ts";
import { knobsOf } from "../../server/settings.ts";
import { thinkingSettings } from "../../server/slash-command.ts";
import { must } from "../support/must.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const before = { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME, SAGENT_MODEL_PATH: process.env.SAGENT_MODEL_PATH };
let cache: TempDir;

beforeEach(() => {
  cache = tempDir();
  Object.assign(process.env, { XDG_CACHE_HOME: cache.path, SAGENT_MODEL_PATH: "" });
});

afterEach(() => {
  cache[Symbol.dispose]();
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** Whatever runs on this machine is left alone. */
const find = async () => [];
const nothing = {
  find,
  cwd: "/",
  provider: undefined,
  model: undefined,
  baseUrl: undefined,
  allowProviders: undefined,
};

/** Puts weights where those of a known model belong. */
async function place(name: string): Promise<void> {
  const row = must((await localState([])).models.find((each) => each.name === name));
  mkdirSync(dirname(row.place), { recursive: true });
  writeFileSync(row.place, "GGUF and so on");
}

const row = async (name: string, env: Record<string, string>, baseUrl?: string) =>
  must((await providerRows(env, { ...nothing, baseUrl })).find((each) => each.name === name));

test("what cannot be used says what to set, and its models are listed all the same", async () => {
  const rows = await providerRows({ OPENAI_API_KEY: "key" }, nothing);
  expect(rows.filter(({ usable }) => usable).map(({ name }) => name)).toEqual(["openai", "local"]);
  expect(rows.map(({ missing = "" }) => missing)).toEqual([
    "A key: run sagent login anthropic, or set ANTHROPIC_API_KEY and start sagent again.",
    "",
    "A key: run sagent login google, or set GOOGLE_API_KEY or GEMINI_API_KEY and start sagent again.",
    "A key: run sagent login moonshot, or set MOONSHOT_API_KEY and start sagent again.",
    "A key: run sagent login dashscope, or set DASHSCOPE_API_KEY and start sagent again.",
    "A key: run sagent login minimax, or set MINIMAX_API_KEY and start sagent again.",
    "An address: set OPENAI_COMPAT_BASE_URL, or start sagent with --base-url URL.",
    "Weights or an address: set LLAMA_CPP_MODEL or LLAMA_CPP_BASE_URL and start sagent again.",
    "A server: start Ollama, or set OLLAMA_BASE_URL and start sagent again.",
    "A server: start LM Studio, or set LM_STUDIO_BASE_URL and start sagent again.",
    "A server: start vLLM, or set VLLM_BASE_URL and start sagent again.",
    "Its program: npm install -g @anthropic-ai/claude-code.",
    "Its program: npm install -g @openai/codex.",
    "Its program: npm install -g @google/gemini-cli.",
    "A program: set SAGENT_ACP_COMMAND.",
    "",
  ]);
  expect(rows.filter(({ models }) => models.length === 0).map(({ name }) => name)).toEqual([
    ...["openai-compat", "ollama", "lmstudio", "vllm"],
    ...["claude-cli", "codex-cli", "gemini-cli", "acp-cli"],
  ]);
  expect(rows.filter(({ first }) => first).map(({ name, first }) => [name, first])).toEqual([
    ["openai", resolveModel("openai").id],
  ]);
});

test("a server is asked for its models; one that does not answer is named", async () => {
  const asked: (string | null)[] = [];
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
      return Response.json({ data: [{ id: "mine-7b" }, { id: "other" }, null, {}] });
    },
  });
  const baseUrl = `http://127.0.0.1:${server.port}/v1`;
  const found = await row("openai-compat", { OPENAI_COMPAT_API_KEY: "secret" }, `${baseUrl}/`);
  expect(found.models.map(({ id, windowTokens }) => [id, windowTokens])).toEqual([
    ["mine-7b", 128_000],
    ["other", 128_000],
  ]);
  expect([found.usable, found.anyName, found.problem, asked]).toEqual([
    true,
    true,
    undefined,
    ["/v1/models Bearer secret"],
  ]);
  await server.stop(true);
  const gone = await row("openai-compat", { OPENAI_COMPAT_BASE_URL: baseUrl });
  expect([gone.models, gone.problem]).toEqual([[], `${baseUrl}/models does not answer.`]);
});

test("a server of local models that is found is offered with what it serves", async () => {
  const models = [{ id: "qwen3:8b", windowTokens: 16_384, images: true }];
  const server = { provider: "ollama" as const, label: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", models };
  const rows = await providerRows({}, { ...nothing, find: async () => [server] });
  const { models: listed, ...entry } = must(rows.find(({ name }) => name === "ollama"));
  expect(entry).toEqual({ name: "ollama", local: true, usable: true, anyName: true });
  expect(listed).toMatchObject([{ id: "qwen3:8b", windowTokens: 15_360, images: true }]);
  const begun = await providerRows({ LLAMA_CPP_MODEL: "/m.gguf" }, nothing);
  expect(begun.find(({ name }) => name === "llamacpp")).toMatchObject({ usable: true, first: "default" });
  let asked = 0;
  const counting = async () => [server].slice(++asked);
  expect(await providerRows({}, { ...nothing, find: counting, allowProviders: ["anthropic"] })).toHaveLength(1);
  expect(asked).toBe(0);
});

test("the best weights that are here answer; without any, that is said with what to do", async () => {
  const error = await weightsHere(undefined).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(MissingWeightsError);
  expect((await row("local", {})).first).toBeUndefined();
  await place("smollm2-135m");
  expect(await weightsHere(undefined)).toBe("smollm2-135m");
  await place("qwen3-0.6b");
  expect(await weightsHere(undefined)).toBe("qwen3-0.6b");
  const local = await row("local", {});
  expect(local.first).toBe("qwen3-0.6b");
  expect(local.models.filter(({ away }) => !away).map(({ id }) => id)).toEqual(["qwen3-0.6b", "smollm2-135m"]);
  const missing = await weightsHere("qwen3-8b").catch((error: Error) => error.message);
  expect(missing).toBe("The weights of the local model qwen3-8b are not on this machine.");
  expect(await weightsHere("/no/such.gguf").catch((error: Error) => error.message)).toContain("is not there");
});

test("the page's row lists the ONNX models of the cache that are whole, where a tab can run them", async () => {
  const folder = onnxPlace({ repo: "someone/small-ONNX" });
  await Bun.write(join(folder, "config.json"), "{}");
  await Bun.write(join(folder, "onnx", "model_q4.onnx"), "weights");
  mkdirSync(onnxPlace({ repo: "someone/unfinished" }), { recursive: true });
  expect((await providerRows({}, nothing)).some(({ name }) => name === "browser")).toBe(false);
  const browser = (await providerRows({}, nothing, true)).find(({ name }) => name === "browser");
  expect(browser).toMatchObject({ local: true, usable: true, anyName: true });
  expect(browser?.models.map(({ id, windowTokens }) => [id, windowTokens])).toEqual([
    ["onnx:hf:someone/small-ONNX", 4_096],
  ]);
});

test("settings of the page are those of the flags", () => {
  expect(knobsOf({ effort: "low" })).toEqual({ effort: "low" });
  for (const mode of ["adaptive", "on", "off", "redact"] as const) {
    expect(knobsOf(thinkingSettings[mode])).toEqual({ thinking: mode });
  }
});
