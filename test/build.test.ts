/** The published program is a bundle: it is built here and used as a user would. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { startFakeProvider, testKey } from "./support/fake-provider.ts";
import { tempDir } from "./support/temp-dir.ts";

const root = join(import.meta.dir, "..");

async function output(argv: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout, stderr, exitCode: await child.exited };
}

test("the bundle says its version, answers on a wire and knows its catalogue and its tools", async () => {
  using temp = tempDir();
  const dist = join(temp.path, "dist");
  expect(await output([join(root, "build.ts"), dist], temp.path)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  const main = join(dist, "main.js");
  expect(await output([main, "--version"], temp.path)).toEqual({
    stdout: `${manifest.version}\n`,
    stderr: "",
    exitCode: 0,
  });
  await using fake = await startFakeProvider([
    { parts: [{ call: "List", args: { path: "dist/data" } }] },
    { parts: [{ text: "It is there." }] },
  ]);
  const env = { ANTHROPIC_API_KEY: testKey, ANTHROPIC_BASE_URL: fake.url("anthropic") };
  expect(await output([main, "-p", "Is the catalogue there?"], temp.path, env)).toEqual({
    stdout: "It is there.\n",
    stderr: "",
    exitCode: 0,
  });
  const [result] = fake.requests[1]?.view.messages.at(-1)?.results ?? [];
  expect([result?.isError, result?.text.includes("catalog.json")]).toEqual([false, true]);
  expect(fake.problems).toEqual([]);
});
