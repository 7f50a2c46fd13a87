/** `sagent model list`, `info` and `bench` with the small real model. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { testModel } from "../support/local-model.ts";
import { testOnnxFolder } from "../support/onnx-model.ts";
import { fakeWeights, type WeightsRig, weightsRig } from "./weights-rig.ts";

let rig: WeightsRig;
beforeEach(async () => {
  rig = await weightsRig();
});
afterEach(() => rig[Symbol.dispose]());

const run = (args: readonly string[], env: Record<string, string> = {}) => rig.home.run(["model", ...args], { env });

async function list(env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await run(["list", "--json"], env);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

test("the list has all of the cache, what is known by name, and what a variable names", async () => {
  await rig.putModel();
  mkdirSync(rig.cached("onnx"));
  symlinkSync(await testOnnxFolder(), rig.cached("onnx/u--smol@v2"));
  rig.put("u--r@v1--dir--m-Q8_0.gguf", "not weights");
  rig.put("gemma-3-270m-q4_k_m.gguf.part", Buffer.alloc(1_000));
  rig.put("onnx/u--rest/config.json.part", "{");
  rig.put("example.com--a--b.gguf", "no");
  const rows = await list({ SAGENT_MODEL_PATH: await testModel() });
  expect(rows.map((row: { name: string; state: string }) => [row.name, row.state])).toEqual([
    [await testModel(), "here"],
    [rig.cached("example.com--a--b.gguf"), "damaged"],
    ["gemma3-270m", "unfinished"],
    ["hf:u/r/dir/m-Q8_0.gguf#v1", "damaged"],
    ["onnx:hf:u/rest", "unfinished"],
    ["onnx:hf:u/smol#v2", "here"],
    ["smollm2-135m", "here"],
    ...["qwen3-8b", "qwen3-4b", "qwen3-1.7b", "qwen3-0.6b"].map((name) => [name, "away"]),
  ]);
  expect([rows[0].chosen, rows[2].totalBytes]).toEqual([true, 253_113_024]);
  const facts = { architecture: "llama", trainedWindow: 8192, vocabulary: 49_152, tools: "guided", thinking: false };
  const shared = { ...facts, template: true, window: 8192 };
  expect(rows[6]).toMatchObject({
    engine: "llama",
    sizeBytes: 98_362_432,
    shortBytes: 0,
    facts: { ...shared, parameters: 134_515_008, quant: "Q4_1" },
  });
  expect(rows[5]).toMatchObject({ engine: "onnx", shortBytes: 0, facts: { ...shared, quant: "q4" } });
  expect(rows[6].memoryBytes).toBeGreaterThan(98_362_432);
});

test("a table for people, and weights that are broken do not keep the others from it", async () => {
  await rig.putModel();
  rig.put("broken.gguf", fakeWeights(1_000));
  const { code, stdout } = await run(["list"]);
  expect(code).toBe(0);
  const lines = stdout.split("\n").map((line) => line.replace(rig.cached("broken.gguf"), "BROKEN").replace(/ +/g, " "));
  expect(lines[0]).toBe("NAME ENGINE SIZE MEMORY FITS WINDOW TOOLS THINKING PROMPT/S ANSWER/S STATE");
  expect(lines[1]).toBe("BROKEN llama 1 kB here");
  expect(lines[2]).toMatch(/^smollm2-135m llama 98 MB \d+ MB yes 8k guided here$/);
  expect(lines.at(-2)).toStartWith("BROKEN: ");
});

test("info says all of a model that is here, and what is known of one that is not", async () => {
  await rig.putModel();
  const { stdout } = await run(["info", "smollm2-135m"]);
  const lines = stdout.split("\n").map((line) => line.trim().replace(/ {2,}/, ": "));
  expect(lines.slice(0, 11)).toEqual([
    "smollm2-135m (llama)",
    `Path: ${rig.cached("SmolLM2-135M-Instruct.Q4_1.gguf")}`,
    "Size: 98 MB",
    "Architecture: llama",
    "Parameters: 135M",
    "Quantisation: Q4_1",
    "Trained window: 8192 tokens",
    "Vocabulary: 49152 tokens",
    "Template: its own",
    "Tools: guided: it is brought to them",
    "Thinking: cannot be turned on",
  ]);
  expect(lines.slice(11).map((line) => line.replace(/\d+(\.\d)? [MG]B$/, "SIZE"))).toEqual([
    "Memory for 4096: SIZE",
    "Memory for 8192: SIZE",
    "Free memory: SIZE",
    "SHA-256: b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53 (as recorded)",
    "Speed here: not measured; sagent model bench smollm2-135m",
    "",
  ]);
  const away = await run(["info", "qwen3-4b", "--json"]);
  expect(JSON.parse(away.stdout)).toMatchObject([
    { name: "qwen3-4b", state: "away", pull: "sagent model pull qwen3-4b" },
  ]);
  const folder = JSON.parse((await run(["info", `onnx:${await testOnnxFolder()}`, "--json"])).stdout);
  expect(folder).toMatchObject([
    { engine: "onnx", facts: { quant: "q4" }, memory: [{ window: 4096 }, { window: 8192 }] },
  ]);
});

test("bench measures through the child, tells a line a metric, and the list keeps the figures", async () => {
  await rig.putModel();
  const args = ["bench", "smollm2-135m?ctx=1024&threads=1", "--runs", "1", "--max-response-tokens", "6"];
  const { code, stdout, stderr } = await run([...args, "--json"]);
  expect([code, stderr]).toEqual([0, "sagent: run 1 of 1: smollm2-135m?ctx=1024&threads=1\n"]);
  const metrics = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(metrics.map(({ metric, unit, runs }) => [metric, unit, runs])).toEqual([
    ["load", "ms", 1],
    ["prompt", "tokens/s", 1],
    ["answer", "tokens/s", 1],
    ["first", "ms", 1],
    ["firstReused", "ms", 1],
    ["memory", "bytes", 1],
    ["promptTokens", "tokens", 1],
    ["answerTokens", "tokens", 1],
    ["reusedTokens", "tokens", 1],
  ]);
  const of = Object.fromEntries(metrics.map(({ metric, value }) => [metric, value]));
  expect(metrics.filter(({ value }) => !(value > 0))).toEqual([]);
  expect(of.answerTokens).toBe(6);
  // All but the last of what was said before is there already.
  expect(of.reusedTokens).toBeGreaterThanOrEqual(of.promptTokens);
  const row = (await list()).find(({ name }: { name: string }) => name === "smollm2-135m");
  expect(row.bench).toMatchObject({ runs: 1, loadMs: of.load, answerTokensPerSecond: of.answer });
  expect((await run(["info", "smollm2-135m"])).stdout).toMatch(
    /Speed here {2,}prompt \S+, answer \S+ tokens\/s, loaded in /,
  );
  await run(["rm", "smollm2-135m", "--yes"]);
  expect(await Promise.all(["bench", "in-use"].map((name) => readdir(rig.cached(name))))).toEqual([[], []]);
});

test("bench wants weights that are here, and one of them", async () => {
  rig.put("u--r--a.gguf", fakeWeights(100));
  rig.put("u--r--b.gguf", fakeWeights(100));
  const refusal = async (name: string) => (await run(["bench", name])).stderr;
  expect(await refusal("hf:u/r")).toBe(
    "sagent: hf:u/r means several files here.\n  Name one of: hf:u/r/a.gguf, hf:u/r/b.gguf.\n",
  );
  expect(await refusal("qwen3-4b")).toBe(
    "sagent: The weights of qwen3-4b are not on this machine.\n  Fetch them first: sagent model pull qwen3-4b\n",
  );
  expect(await refusal("hf:u/r/a.gguf")).toContain("could not be loaded");
});
