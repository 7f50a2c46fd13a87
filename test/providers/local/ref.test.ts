import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../../agent/error.ts";
import { knownModels } from "../../../providers/local/models.ts";
import { engineOf, findRef, readRef, writeRef } from "../../../providers/local/ref.ts";
import { tempDir } from "../../support/temp-dir.ts";

const smol = knownModels.find(({ id }) => id === "smollm2-135m");

test.each([
  ["smollm2-135m", "llama", { type: "known", model: smol }],
  ["llama:SmolLM2-135m", "llama", { type: "known", model: smol }],
  ["/a b/c+d.gguf", "llama", { type: "path", path: "/a b/c+d.gguf" }],
  ["llama:dir/weights", "llama", { type: "path", path: "dir/weights" }],
  ["~/m.gguf", "llama", { type: "path", path: join(homedir(), "m.gguf") }],
  ["m.GGUF", "llama", { type: "path", path: "m.GGUF" }],
  ["./model-dir", "onnx", { type: "path", path: "./model-dir" }],
  ["onnx:/a/b", "onnx", { type: "path", path: "/a/b" }],
  ["hf:u/r", "llama", { type: "hub", repo: "u/r" }],
  ["hf:u/r:Q4_K_M#v1", "llama", { type: "hub", repo: "u/r", quant: "Q4_K_M", revision: "v1" }],
  [
    "llama:hf:u/r/deep/f.gguf#refs/pr/1",
    "llama",
    { type: "hub", repo: "u/r", file: "deep/f.gguf", revision: "refs/pr/1" },
  ],
  ["onnx:hf:u/r.x#main", "onnx", { type: "hub", repo: "u/r.x", revision: "main" }],
  ["https://host/a/f.gguf", "llama", { type: "url", url: "https://host/a/f.gguf" }],
] as const)("%s", (text, engine, weights) => {
  const ref = readRef(text);
  expect<unknown>(ref).toEqual({ engine, weights, options: {} });
  if (ref) expect(readRef(writeRef(ref))).toEqual(ref);
});

test.each([
  "opus-5.5",
  "gpt?x=1",
  "llama:nothing",
  "hf:u",
  "hf:u/../x.gguf",
  "hf:u/r/../../x.gguf",
  "hf:u/r/x.bin",
  "https://host/page",
  "onnx:https://host/f.gguf",
  "onnx:hf:u/r:Q4",
])("%s is no reference", (text) => expect(readRef(text)).toBeUndefined());

test("options are read by their types", () => {
  const ref = readRef("m.gguf?ctx=8192&device=CUDA&gpuLayers=0&kv=q8_0&template=/t/a%26b+c.jinja&threads=4&seed=7");
  const options = {
    ctx: 8192,
    device: "cuda",
    gpuLayers: 0,
    kv: "q8_0",
    template: "/t/a&b+c.jinja",
    threads: 4,
    seed: 7,
  };
  expect(ref?.options as unknown).toEqual(options);
  expect(ref && readRef(writeRef(ref))).toEqual(ref);
  expect(readRef("hf:u/r?quant=Q8_0")?.weights).toEqual({ type: "hub", repo: "u/r", quant: "Q8_0" });
  expect(readRef("onnx:./d?dtype=q4f16&device=webgpu")?.options).toEqual({ dtype: "q4f16", device: "webgpu" });
});

test.each([
  ["m.gguf?context=1", '"context" is no option'],
  ["m.gguf?constructor=1", '"constructor" is no option'],
  ["m.gguf?", '"" is no option'],
  ["m.gguf?ctx=512&ctx=1024", "ctx is given twice"],
  ["m.gguf?ctx=lots", "ctx wants a whole number from 256"],
  ["m.gguf?ctx=12", "ctx wants a whole number from 256"],
  ["m.gguf?device=webgpu", "device wants one of auto, cpu, cuda, vulkan, metal"],
  ["m.gguf?dtype=q4", '"dtype" is no option'],
  ["onnx:./d?gpuLayers=3", '"gpuLayers" is no option'],
  ["m.gguf?quant=Q4_0", "quant chooses among the files"],
  ["hf:u/r:Q4_0?quant=Q4_0", "quant chooses among the files"],
])("%s is refused", (text, why) => {
  const read = () => readRef(text);
  expect(read).toThrow(UsageError);
  expect(read).toThrow(why);
});

test("a bare path is told by what lies there, and its options are those of that engine", async () => {
  using dir = tempDir();
  const weights = join(dir.path, "weights");
  const folder = join(dir.path, "folder.gguf");
  writeFileSync(weights, "GGUF and more");
  mkdirSync(join(folder, "onnx"), { recursive: true });
  expect([await engineOf(weights), await engineOf(folder), await engineOf(join(dir.path, "none"))]).toEqual([
    "llama",
    undefined,
    undefined,
  ]);
  writeFileSync(join(folder, "config.json"), "{}");
  expect((await findRef(`${weights}?kv=q8_0`))?.engine).toBe("llama");
  expect((await findRef(`${folder}?dtype=q4`))?.engine).toBe("onnx");
  expect((await findRef(join(dir.path, "none.gguf")))?.engine).toBe("llama");
});
