/** Every example runs offline and says what it is meant to say. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const dir = join(import.meta.dir, "..", "examples");

const expected: Readonly<Record<string, string>> = {
  "class-tool.ts": "alice now has 20.\nRefused: alice has only 20.\nThe first went through; the second was refused.\n",
  "compatible-endpoint.ts": "Hello from an endpoint of your own.\n",
  "function-tool.ts": "The average is 5.\n",
  "offline-tool.ts": "• Weather in Oslo\nTake an umbrella: it rains in Oslo.\n",
};

test("every example is run here", () => {
  expect(
    readdirSync(dir)
      .filter((name) => name.endsWith(".ts"))
      .sort(),
  ).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))("%s", async (name, text) => {
  const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent" };
  const child = Bun.spawn([process.execPath, join(dir, name)], { env, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ stdout, stderr, code }).toEqual({ stdout: text, stderr: "", code: 0 });
});
