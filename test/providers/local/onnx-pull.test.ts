import { afterEach, beforeEach, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AbortedError, LocalModelError, ModelNotFoundError, UsageError } from "../../../agent/error.ts";
import { createOnnx, type OnnxOptions } from "../../../providers/local/onnx/onnx.ts";
import { pullOnnx } from "../../../providers/local/onnx/pull.ts";
import type { PullProgress } from "../../../providers/local/pull.ts";
import { askModel, talk } from "../../support/local-model.ts";
import { testOnnxFolder } from "../../support/onnx-model.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { type FakeHub, startHub } from "./fake-hub.ts";

const before = { ...process.env };
let source: string;
let home: TempDir;
let hub: FakeHub;

beforeEach(async () => {
  source = await testOnnxFolder();
  home = tempDir();
  hub = await startHub();
  Object.assign(process.env, { XDG_CACHE_HOME: home.path, HF_ENDPOINT: hub.url, HF_TOKEN: "" });
});

afterEach(() => {
  hub[Symbol.dispose]();
  home[Symbol.dispose]();
  for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
  Object.assign(process.env, before);
});

const repo = { type: "hub", repo: "someone/small" } as const;
const files = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "onnx/model_q4.onnx",
];
const wanted = { dtype: undefined, gpu: false } as const;
const cached = () => join(home.path, "sagent", "models", "onnx", "someone--small");
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Puts the model on the hub; `weights` in place of its own. */
function serveRepo(weights?: Uint8Array, options?: Parameters<FakeHub["serve"]>[2]) {
  const siblings = [...files, "onnx/model_fp16.onnx", "README.md"].map((rfilename) => ({ rfilename }));
  hub.serve("/api/models/someone/small", Buffer.from(JSON.stringify({ siblings })));
  for (const file of files) {
    const isModel = file.endsWith(".onnx");
    const bytes = isModel && weights ? weights : readFileSync(join(source, file));
    hub.serve(`/someone/small/resolve/main/${file}`, bytes, isModel ? options : {});
  }
}

/** A copy of the model without its weights. */
function copyOfRest(): string {
  const folder = join(home.path, "copy");
  for (const file of files.slice(0, 4)) cpSync(join(source, file), join(folder, file));
  mkdirSync(join(folder, "onnx"));
  return folder;
}

async function open(model: string, options: OnnxOptions = {}) {
  await using provider = createOnnx({ threads: 1, contextSize: 512, ...options });
  return await provider.model(model);
}

test("a model of the hub arrives whole, told as it comes, answers, and the second time asks nobody", async () => {
  serveRepo();
  const news: PullProgress[] = [];
  await using provider = createOnnx({ threads: 1, contextSize: 512, onProgress: (progress) => news.push(progress) });
  const model = await provider.model("onnx:hf:someone/small");
  const { text } = await askModel(model, { messages: talk(model, "What is the capital of France?") });
  expect(text).toContain("Paris");
  expect(model.info.id).toBe("onnx:hf:someone/small");
  expect([...new Set(news.map(({ file }) => file))]).toEqual([
    "config.json",
    "tokenizer.json",
    "generation_config.json",
    "tokenizer_config.json",
    "onnx/model_q4.onnx",
  ]);
  expect(news.at(-1)).toMatchObject({
    receivedBytes: statSync(join(source, "onnx/model_q4.onnx")).size,
    source: "hub",
  });
  const asked = hub.requests.length;
  expect(await pullOnnx(repo, { ...wanted, offline: true })).toBe(cached());
  expect(hub.requests.length).toBe(asked);
});

test("a download that is cut goes on from there, and one that is aborted keeps what came", async () => {
  const weights = Buffer.alloc(1_000_000, "weights ");
  serveRepo(weights, { cuts: [300_000], sha256: createHash("sha256").update(weights).digest("hex") });
  await pullOnnx(repo, wanted);
  expect(readFileSync(join(cached(), "onnx/model_q4.onnx")).equals(weights)).toBe(true);
  expect(hub.requests.some(({ range }) => range?.startsWith("bytes="))).toBe(true);

  const stop = new AbortController();
  serveRepo(weights, { slow: true });
  const tag = { ...repo, revision: "v2" };
  hub.serve(
    "/api/models/someone/small/revision/v2",
    Buffer.from(JSON.stringify({ siblings: files.map((rfilename) => ({ rfilename })) })),
  );
  for (const file of files) {
    const bytes = file.endsWith(".onnx") ? weights : readFileSync(join(source, file));
    hub.serve(`/someone/small/resolve/v2/${file}`, bytes, { slow: file.endsWith(".onnx") });
  }
  const onProgress = ({ file, receivedBytes }: PullProgress) => {
    if (file.endsWith(".onnx") && receivedBytes > 100_000) stop.abort();
  };
  expect(await failure(pullOnnx(tag, { ...wanted, signal: stop.signal, onProgress }))).toBeInstanceOf(AbortedError);
  expect(existsSync(join(`${cached()}@v2`, "onnx/model_q4.onnx.part"))).toBe(true);
  await pullOnnx(tag, wanted);
  expect(readFileSync(join(`${cached()}@v2`, "onnx/model_q4.onnx")).equals(weights)).toBe(true);
});

test("weights with the wrong checksum are thrown away, and said to be", async () => {
  serveRepo(Buffer.alloc(1000), { sha256: "0".repeat(64) });
  const error = await failure(pullOnnx(repo, wanted));
  expect(error).toBeInstanceOf(LocalModelError);
  expect(String(error)).toContain("checksum");
  expect(existsSync(join(cached(), "onnx/model_q4.onnx"))).toBe(false);
});

test("offline, a model that is not here is refused without asking anyone", async () => {
  expect(String(await failure(pullOnnx(repo, { ...wanted, offline: true })))).toContain("not on this machine");
  expect(hub.requests).toEqual([]);
});

test("a type that is not there is refused with those that are, on the hub and in a folder", async () => {
  serveRepo();
  const far = await failure(open("onnx:hf:someone/small?dtype=q8"));
  if (!(far instanceof LocalModelError)) throw new Error("it was not refused");
  expect(far.message).toContain("onnx/model_quantized.onnx");
  expect(far.hint).toBe("There is: fp16 (onnx/model_fp16.onnx), q4 (onnx/model_q4.onnx).");
  const near = await failure(open(`onnx:${source}?dtype=fp32`));
  if (!(near instanceof LocalModelError)) throw new Error("it was not refused");
  expect(near.hint).toBe("There is: q4 (onnx/model_q4.onnx).");
});

test("what is missing or broken in a folder is said", async () => {
  const says = async (model: string, options?: OnnxOptions) => String(await failure(open(model, options)));
  expect(await says(`onnx:${home.path}/nowhere`)).toContain("It has no folder onnx/.");
  const folder = copyOfRest();
  expect(await says(`onnx:${folder}`)).toContain("no file of a language model");
  cpSync(join(source, "onnx/model_q4.onnx"), join(folder, "onnx/model.onnx"));
  truncateSync(join(folder, "onnx/model.onnx"), 50_000_000);
  const error = await failure(open(`onnx:${folder}`));
  if (!(error instanceof LocalModelError)) throw new Error("it was not refused");
  expect(error.message).toStartWith(`The model ${folder}/onnx/model.onnx could not be loaded:`);
  expect(error.hint).toContain("whole");
  writeFileSync(join(folder, "config.json"), "{");
  expect(await says(`onnx:${folder}`)).toContain("config.json is not JSON");
  writeFileSync(join(folder, "config.json"), "{}");
  expect(await says(`onnx:${folder}`)).toContain("none of a language model");
});

test("a device that is not here is refused with those that are", async () => {
  const hintOf = async (device: string) => {
    const error = await failure(open(`onnx:${source}?device=${device}`));
    if (!(error instanceof LocalModelError)) throw new Error(`${device} was not refused`);
    return `${error.message} ${error.hint}`;
  };
  expect(await hintOf("wasm")).toMatch(/browser.*Devices here: .*cpu/);
  const foreign = process.platform === "darwin" ? "dml" : "coreml";
  expect(await hintOf(foreign)).toMatch(new RegExp(`does not run on ${foreign}.*Devices here: .*cpu`));
});

test("a model that does not fit the memory is refused before it is loaded, and a small one gets a smaller window", async () => {
  const states: string[] = [];
  const onLoad = ({ state }: { readonly state: string }) => states.push(state);
  const error = await failure(open(`onnx:${source}`, { memoryBytes: 300e6, onLoad }));
  expect(String(error)).toMatch(/needs \d+ MB of memory .* and 300 MB are free/);
  expect(states).toEqual([]);
  const tight = await open(`onnx:${source}`, { memoryBytes: 700e6, contextSize: 8192 });
  expect(tight.info.maxRequestTokens).toBeLessThan(4000);
  expect(tight.info.maxRequestTokens).toBeGreaterThan(1900);
});

test("what is no ONNX model, or has options of another engine, is refused", async () => {
  expect(await failure(open("smollm2-135m"))).toBeInstanceOf(ModelNotFoundError);
  expect(await failure(open(`onnx:${source}?kv=q8_0`))).toBeInstanceOf(UsageError);
  expect(await failure(open(`onnx:${source}?device=cpu&device=cpu`))).toBeInstanceOf(UsageError);
  expect(String(await failure(open(`onnx:${source}?template=/nowhere.jinja`)))).toContain("could not be read");
});

test("a load that was called off ends", async () => {
  expect(await failure(open(`onnx:${source}`, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
});
