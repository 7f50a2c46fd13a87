/** The small real model (SmolLM2-135M-Instruct) as an ONNX model, made of the GGUF file that other tests talk to. */
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Provider } from "../../agent/model.ts";
import { createOnnx, type OnnxOptions } from "../../providers/local/onnx/onnx.ts";
import { testModel } from "./local-model.ts";
import { convertGguf } from "./onnx-convert.ts";

/** Rises when the conversion changes. */
const version = 2;

/** Its folder, in the cache beside the GGUF file; made the first time, which takes a second. */
export async function testOnnxFolder(): Promise<string> {
  const gguf = await testModel();
  const folder = join(dirname(gguf), "onnx", `smollm2-135m-v${version}`);
  if (existsSync(folder)) return folder;
  const made = `${folder}.${process.pid}.new`;
  await convertGguf(gguf, made);
  // Another process may have been faster; its folder is as good.
  await rename(made, folder).catch(() => rm(made, { recursive: true, force: true }));
  return folder;
}

/** A provider of it. One thread: tests run beside each other. */
export async function testOnnx(options: OnnxOptions = {}): Promise<Provider> {
  const model = `onnx:${await testOnnxFolder()}`;
  return createOnnx({ model, threads: 1, contextSize: 1024, seed: 1, device: "cpu", ...options });
}
