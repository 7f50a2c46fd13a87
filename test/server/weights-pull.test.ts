/** `sagent model pull` over HTTP: progress, a stop and going on, two at once, a full disk. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { until } from "../support/until.ts";
import { finish } from "./program.ts";
import { fakeWeights, onTerminal, type WeightsRig, weightsRig } from "./weights-rig.ts";

let rig: WeightsRig;
beforeEach(async () => {
  rig = await weightsRig();
});
afterEach(() => rig[Symbol.dispose]());

const name = "hf:u/r/m-Q8_0.gguf";
const address = "/u/r/resolve/main/m-Q8_0.gguf";
const place = "u--r--m-Q8_0.gguf";
const weights = fakeWeights(4_000_000);

test("a line each tenth where nobody watches, the path, and how to use it", async () => {
  rig.hub.serve(address, weights);
  const { code, stdout, stderr } = await rig.home.run(["model", "pull", name]);
  expect([code, stdout]).toEqual([0, `${rig.cached(place)}\n`]);
  const lines = stderr.trimEnd().split("\n");
  const shares = lines.flatMap((line) => /\((\d+) %\)$/.exec(line)?.[1] ?? []).map(Number);
  expect(shares.map((share) => Math.floor(share / 10))).toEqual([
    ...new Set(shares.map((share) => Math.floor(share / 10))),
  ]);
  expect(shares.at(-1)).toBe(100);
  expect(lines.at(-1)).toBe(`sagent: use it with: sagent --model ${name}`);
  const again = await rig.home.run(["model", "pull", name, "--json"]);
  expect(JSON.parse(again.stdout)).toEqual({ name, path: rig.cached(place) });
  expect(rig.hub.requests.map(({ path }) => path)).toEqual([address]);
});

test("one line that is rewritten on a terminal", async () => {
  rig.hub.serve(address, weights);
  const { code, shown } = await onTerminal(rig.home, ["model", "pull", name]);
  expect(code).toBe(0);
  expect(shown).toStartWith("\r\x1b[Ksagent: fetching m-Q8_0.gguf: ");
  expect(shown.match(/\n/g)?.length).toBe(3);
});

test("a quantisation chooses the file", async () => {
  rig.hub.models.push({
    id: "u/r",
    downloads: 0,
    likes: 0,
    lastModified: "",
    gated: false,
    tags: [],
    siblings: [
      { rfilename: "m-Q4_K_M.gguf", size: 1 },
      { rfilename: "m-Q8_0.gguf", size: weights.length },
    ],
  });
  rig.hub.serve(address, weights);
  const { stdout } = await rig.home.run(["model", "pull", "hf:u/r:Q8_0"]);
  expect(stdout).toBe(`${rig.cached(place)}\n`);
});

test("an ONNX model is a folder, and a type chooses its file", async () => {
  const files = ["config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model_q4.onnx"];
  const siblings = files.map((rfilename) => ({ rfilename, size: 1_000 }));
  rig.hub.models.push({ id: "u/o", downloads: 0, likes: 0, lastModified: "", gated: false, tags: ["onnx"], siblings });
  for (const file of files) rig.hub.serve(`/u/o/resolve/main/${file}`, Buffer.alloc(1_000, "{}"));
  const { code, stdout, stderr } = await rig.home.run(["model", "pull", "onnx:hf:u/o?dtype=q4"]);
  expect([code, stdout]).toEqual([0, `${rig.cached("onnx/u--o")}\n`]);
  expect(stderr).toEndWith("sagent: use it with: sagent --model 'onnx:hf:u/o?dtype=q4'\n");
  expect(readdirSync(rig.cached("onnx/u--o"), { recursive: true }).toSorted()).toEqual([
    "config.json",
    "onnx",
    "onnx/model_q4.onnx",
    "tokenizer.json",
  ]);
});

test("Ctrl-C keeps what has come, the list shows how far it is, and the next pull goes on from there", async () => {
  rig.hub.serve(address, weights, { slow: true });
  const program = rig.home.start(["model", "pull", name]);
  await until(() => Bun.file(rig.cached(`${place}.part`)).size > 0);
  program.kill("SIGINT");
  const { code, stderr } = await finish(program);
  expect(code).toBe(130);
  expect(stderr).toEndWith(
    `sagent: the download was stopped. What has come is kept, and sagent model pull ${name} goes on from there.\n`,
  );
  const kept = Bun.file(rig.cached(`${place}.part`)).size;
  const list = await rig.home.run(["model", "list", "--json"]);
  expect(JSON.parse(list.stdout)[0]).toEqual({
    name,
    engine: "llama",
    path: rig.cached(place),
    state: "unfinished",
    sizeBytes: kept,
    totalBytes: weights.length,
  });
  const table = await rig.home.run(["model", "list"]);
  expect(table.stdout).toContain(`  ${Math.floor((kept / weights.length) * 100)} % of 4 MB\n`);
  expect((await rig.home.run(["model", "pull", name])).code).toBe(0);
  expect(rig.hub.requests.map(({ range }) => range)).toEqual([undefined, `bytes=${kept}-`]);
  expect(readFileSync(rig.cached(place)).equals(weights)).toBe(true);
  expect(existsSync(rig.cached(`${place}.part.total`))).toBe(false);
});

test("two processes that want one file share one download", async () => {
  rig.hub.serve(address, weights, { slow: true });
  const both = await Promise.all([rig.home.run(["model", "pull", name]), rig.home.run(["model", "pull", name])]);
  expect(both.map(({ code, stdout }) => [code, stdout])).toEqual(Array(2).fill([0, `${rig.cached(place)}\n`]));
  expect(rig.hub.requests.map(({ path, range }) => [path, range])).toEqual([[address, undefined]]);
});

test("a disk that is full is called full", async () => {
  rig.hub.serve(address, weights);
  rig.put("default", "");
  symlinkSync("/dev/full", rig.cached(`${place}.part`));
  const { code, stderr } = await rig.home.run(["model", "pull", name]);
  expect(code).toBe(1);
  expect(stderr.split("\n").slice(-3)).toEqual([
    expect.stringContaining(`sagent: The model could not be saved at ${rig.cached(place)}: ENOSPC`),
    "  Free some space and pull it again, which goes on from what has come; XDG_CACHE_HOME moves the cache to another disk.",
    "",
  ]);
});

test("a page in place of weights is told as what it is, and nothing of it is kept", async () => {
  rig.hub.page(address);
  const { code, stderr } = await rig.home.run(["model", "pull", name]);
  expect(code).toBe(1);
  expect(stderr).toContain("answers with a web page in place of data, as a proxy or a login does");
  rig.hub.serve(address, Buffer.alloc(1_000, "no weights"));
  expect((await rig.home.run(["model", "pull", name])).stderr).toContain("what came is not a GGUF file");
  expect(existsSync(rig.cached(`${place}.part`))).toBe(false);
});
