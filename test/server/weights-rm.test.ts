/** `sagent model rm`: what it removes, what it leaves, and when it refuses. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { finish } from "./program.ts";
import { fakeWeights, onTerminal, type WeightsRig, weightsRig } from "./weights-rig.ts";

let rig: WeightsRig;
beforeEach(async () => {
  rig = await weightsRig();
});
afterEach(() => rig[Symbol.dispose]());

const place = "u--r--m-Q8_0.gguf";
const rm = (...args: string[]) => rig.home.run(["model", "rm", ...args]);
const here = () => readdirSync(rig.cached(".")).filter((name) => !["in-use", "bench"].includes(name));

function putOnnx(name: string): void {
  rig.put(`onnx/${name}/config.json`, "{}");
  rig.put(`onnx/${name}/onnx/model_q4.onnx`, Buffer.alloc(3_000_000));
}

test("one file goes, with what is on its way and noted beside it; others stay", async () => {
  rig.put(place, fakeWeights(2_000_000));
  rig.put(`${place}.part`, Buffer.alloc(1_000_000));
  rig.put(`${place}.part.total`, "2000000");
  rig.put("u--r--m-Q4_0.gguf", fakeWeights(10));
  expect(await rm("hf:u/r:Q8_0", "--yes")).toEqual({
    code: 0,
    stdout: `Removed ${rig.cached(place)}: 3 MB are free again.\n`,
    stderr: "",
  });
  expect(here()).toEqual(["u--r--m-Q4_0.gguf"]);
  const again = await rm("hf:u/r:Q8_0", "--yes");
  expect([again.code, again.stderr.split("\n")[0]]).toEqual([
    1,
    "sagent: The weights of hf:u/r:Q8_0 are not on this machine; there is nothing to remove.",
  ]);
});

test("a repository means all of its files, a folder all that is in it, a file's own name itself", async () => {
  rig.put(place, fakeWeights(2_000_000));
  rig.put("u--r--m-Q4_0.gguf.part", Buffer.alloc(1_000_000));
  rig.put("other.gguf", fakeWeights(10));
  putOnnx("u--r@v2");
  const { stdout } = await rm("hf:u/r", "--yes", "--json");
  expect(JSON.parse(stdout)).toEqual({
    removed: [rig.cached("u--r--m-Q4_0.gguf"), rig.cached(place)],
    freedBytes: 3_000_000,
  });
  expect((await rm("onnx:hf:u/r#v2", "--yes")).stdout).toEndWith(": 3 MB are free again.\n");
  expect((await rm("other.gguf", "--yes")).code).toBe(0);
  expect([here(), readdirSync(rig.cached("onnx"))]).toEqual([["onnx"], []]);
});

test("a terminal is asked, and anything but yes means no; elsewhere it must be said", async () => {
  rig.put(place, fakeWeights(2_000_000));
  const unasked = await rm("hf:u/r");
  expect([unasked.code, unasked.stderr]).toEqual([
    2,
    `sagent: This would remove 2 MB: ${rig.cached(place)}.\n  Nothing was removed. Say --yes to remove it without being asked.\n`,
  ]);
  const ask = (answer: string) =>
    onTerminal(rig.home, ["model", "rm", "hf:u/r"], { question: "Remove it? [y/N]", answer });
  const kept = await ask("\r");
  expect([kept.code, here()]).toEqual([1, [place]]);
  expect(kept.shown).toStartWith(`This removes\r\n  ${rig.cached(place)} (2 MB)\r\n`);
  const removed = await ask("y\r");
  expect([removed.code, here()]).toEqual([0, []]);
});

test("links are never followed out of the cache", async () => {
  const outside = join(rig.home.path, "mine");
  mkdirSync(join(outside, "u--r/onnx"), { recursive: true });
  writeFileSync(join(outside, "w.gguf"), fakeWeights(100));
  writeFileSync(join(outside, "u--r/config.json"), "{}");
  writeFileSync(join(outside, "u--r/onnx/model.onnx"), "weights");
  rig.put("default", "");
  symlinkSync(join(outside, "w.gguf"), rig.cached("linked.gguf"));
  symlinkSync(outside, rig.cached("onnx"));
  expect((await rm("linked.gguf", "--yes")).code).toBe(0);
  expect(existsSync(rig.cached("linked.gguf"))).toBe(false);
  const led = await rm("onnx:hf:u/r", "--yes");
  expect([led.code, led.stderr]).toEqual([1, expect.stringContaining("lies outside the cache, at ")]);
  rmSync(rig.cached("onnx"));
  mkdirSync(rig.cached("onnx"));
  symlinkSync(join(outside, "u--r"), rig.cached("onnx/u--r"));
  expect((await rm("onnx:hf:u/r", "--yes")).code).toBe(0);
  const path = await rm(join(outside, "w.gguf"), "--yes");
  expect([path.code, path.stderr]).toEqual([1, expect.stringContaining("nothing that lies in the cache")]);
  expect(readdirSync(outside, { recursive: true }).toSorted()).toEqual(
    ["u--r", "u--r/config.json", "u--r/onnx", "u--r/onnx/model.onnx", "w.gguf"].toSorted(),
  );
});

test("what is being downloaded stays, until the process that does it is gone", async () => {
  rig.hub.serve("/u/r/resolve/main/m-Q8_0.gguf", fakeWeights(4_000_000), { slow: true });
  const pull = rig.home.start(["model", "pull", "hf:u/r/m-Q8_0.gguf"]);
  await until(() => Bun.file(rig.cached(`${place}.part`)).size > 0);
  const refused = await rm("hf:u/r/m-Q8_0.gguf", "--yes");
  expect([refused.code, refused.stderr.split("\n")[0]]).toEqual([
    1,
    "sagent: The model hf:u/r/m-Q8_0.gguf is being downloaded; nothing was removed.",
  ]);
  pull.kill("SIGKILL");
  await finish(pull);
  expect((await rm("hf:u/r/m-Q8_0.gguf", "--yes")).code).toBe(0);
  expect(here()).toEqual([]);
});

test("what a process has in memory stays, until that process is gone", async () => {
  await rig.putModel();
  const code = `
    const { createLocal } = await import("${join(import.meta.dir, "../../providers/local/llama.ts")}");
    await createLocal({ device: "cpu", threads: 1, contextSize: 512 }).model("smollm2-135m");
    console.log("loaded");
    await Bun.sleep(60_000);
  `;
  const holder = Bun.spawn([process.execPath, "-e", code], { env: rig.home.env, stdout: "pipe", stderr: "inherit" });
  for await (const bytes of holder.stdout) if (Buffer.from(bytes).toString().includes("loaded")) break;
  const refused = await rm("smollm2-135m", "--yes");
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(
      /^sagent: The model smollm2-135m is loaded; nothing was removed\.\n {2}End the sagent that uses it first \(process \d+ on /,
    ),
  ]);
  expect(refused.stderr).toContain(`process ${holder.pid} on`);
  holder.kill("SIGKILL");
  await holder.exited;
  expect((await rm("smollm2-135m", "--yes")).code).toBe(0);
  expect([here(), readdirSync(rig.cached("in-use"))]).toEqual([[], []]);
});
