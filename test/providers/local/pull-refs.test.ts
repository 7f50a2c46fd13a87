import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalModelError } from "../../../agent/error.ts";
import { type PullProgress, pullModel } from "../../../providers/local/pull.ts";
import { chooseFile } from "../../../providers/local/quant.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";
import { type FakeHub, startHub } from "./fake-hub.ts";

const weights = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(1_000_000, "weights ")]);
const files = ["README.md", "m-Q4_K_M.gguf", "m-Q8_0.gguf", "mmproj-m-Q8_0.gguf", "big/m-F16-00001-of-00002.gguf"];
const listing = Buffer.from(JSON.stringify({ id: "u/r", siblings: files.map((rfilename) => ({ rfilename })) }));

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

const cached = (name: string) => join(home.path, "sagent", "models", name);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a quantisation chooses among a repository's files, and asks nobody once its file is here", async () => {
  process.env.HF_TOKEN = "hf_secret";
  hub.serve("/api/models/u/r", listing);
  hub.serve("/u/r/resolve/main/m-Q8_0.gguf", weights);
  expect(await pullModel("hf:u/r:q8_0")).toBe(cached("u--r--m-Q8_0.gguf"));
  expect(hub.requests.map(({ authorization }) => authorization)).toEqual(["Bearer hf_secret", "Bearer hf_secret"]);
  expect(await pullModel("hf:u/r?quant=Q8_0")).toBe(cached("u--r--m-Q8_0.gguf"));
  expect(await pullModel("hf:u/r", { offline: true })).toBe(cached("u--r--m-Q8_0.gguf"));
  expect(hub.requests).toHaveLength(2);
});

test("a quantisation that is not there is refused with those that are", async () => {
  hub.serve("/api/models/u/r", listing);
  const error = await failure(pullModel("hf:u/r:Q2_K"));
  expect(error).toBeInstanceOf(LocalModelError);
  expect(String(error)).toContain(
    "The repository u/r has no GGUF file with the quantisation Q2_K. It has: m-Q4_K_M.gguf, m-Q8_0.gguf.",
  );
  expect(String(await failure(pullModel("hf:u/r:Q2_K", { offline: true })))).toContain("nothing may be downloaded");
});

test("where nobody chose, the usual quantisation or the only file is taken", () => {
  expect(chooseFile(files, "u/r", undefined)).toBe("m-Q4_K_M.gguf");
  expect(chooseFile(["a-IQ2_XS.gguf"], "u/r", undefined)).toBe("a-IQ2_XS.gguf");
  expect(() => chooseFile(["a-IQ2_XS.gguf", "a-Q3_K_L.gguf"], "u/r", undefined)).toThrow(
    "a-IQ2_XS.gguf, a-Q3_K_L.gguf",
  );
  expect(() => chooseFile(["model.safetensors"], "u/r", undefined)).toThrow("no GGUF file in one piece");
  expect(chooseFile(["q8_0/a.gguf", "a-Q8_0_L.gguf"], "u/r", "Q8_0")).toBe("q8_0/a.gguf");
});

test("a revision is fetched, and kept beside another one of the same file", async () => {
  hub.serve("/api/models/u/r/revision/v2", listing);
  hub.serve("/u/r/resolve/v2/m-Q8_0.gguf", weights);
  hub.serve("/u/r/resolve/refs%2Fpr%2F1/m-Q8_0.gguf", weights);
  expect(await pullModel("hf:u/r:Q8_0#v2")).toBe(cached("u--r@v2--m-Q8_0.gguf"));
  expect(await pullModel("hf:u/r/m-Q8_0.gguf#refs/pr/1")).toBe(cached("u--r@refs--pr--1--m-Q8_0.gguf"));
});

test("an address is fetched, without the token, and told as it comes", async () => {
  process.env.HF_TOKEN = "hf_secret";
  using elsewhere = await startHub();
  elsewhere.serve("/dir/w.gguf", weights, { cuts: [300_000] });
  const news: PullProgress[] = [];
  const path = await pullModel(`${elsewhere.url}/dir/w.gguf`, { onProgress: (progress) => news.push(progress) });
  expect(path).toBe(cached(`${new URL(elsewhere.url).host.replace(":", "-")}--dir--w.gguf`));
  expect(readFileSync(path).equals(weights)).toBe(true);
  expect(elsewhere.requests.map(({ authorization }) => authorization ?? null)).toEqual([null, null]);
  expect(news.at(-1)).toEqual({
    file: "dir/w.gguf",
    receivedBytes: weights.length,
    totalBytes: weights.length,
    source: "url",
  });

  const offline = await failure(pullModel("https://example.org/dir/w.gguf", { offline: true }));
  expect(offline instanceof LocalModelError && offline.hint).toContain(cached("example.org--dir--w.gguf"));
  mkdirSync(cached(""), { recursive: true });
  writeFileSync(cached("example.org--dir--w.gguf"), weights);
  expect(await pullModel("https://example.org/dir/w.gguf")).toBe(cached("example.org--dir--w.gguf"));
});

test("who waits for another's download is told how far it is", async () => {
  hub.serve("/u/r/resolve/main/w.gguf", weights, { slow: true });
  const first = pullModel("hf:u/r/w.gguf");
  const news: number[] = [];
  const second = pullModel("hf:u/r/w.gguf", { onProgress: ({ receivedBytes }) => news.push(receivedBytes) });
  expect(await first).toBe(await second);
  expect(hub.requests).toHaveLength(1);
  expect(news.length).toBeGreaterThan(0);
  expect(Math.max(...news)).toBeLessThanOrEqual(weights.length);
});

test("a repository that may not be read says what it needs", async () => {
  hub.refuse("/u/r/resolve/main/w.gguf", 401);
  expect(String(await failure(pullModel("hf:u/r/w.gguf")))).toContain("status 401; HF_TOKEN must be a token");
});
