/** Every example runs offline and says what it is meant to say. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const dir = join(import.meta.dir, "..", "examples");

const expected: Readonly<Record<string, string>> = {
  "class-tool.ts": "alice now has 20.\nRefused: alice has only 20.\nThe first went through; the second was refused.\n",
  "compatible-endpoint.ts": "Hello from an endpoint of your own.\n",
  "coordinator.ts": `parser (large): The design is done.
printer (large): The design is done.
Before:
  parser: large, effort high, with the file
  printer: large, effort high, with the file
parser (small): The tests are written.
printer (small): The tests are written.
After:
  parser: small, effort low, without the file
  printer: small, effort low, without the file
`,
  "function-tool.ts": "The average is 5.\n",
  "isolated-reviewer.ts": `The reviewer was told "You review changes.", has 0 tools and sees 1 message.
reviewer: Reject: \`age => 18\` is a function, and so always true.
author: It is right: that is an arrow function, not a comparison. I write >= instead.
`,
  "map-reduce.ts": `a.ts: 1
b.ts: 0
c.ts: 2
That makes 3 in all.
4 agents worked on it.
`,
  "offline-tool.ts": "• Weather in Oslo\nTake an umbrella: it rains in Oslo.\n",
  "ring.ts": `starter → ann: 1
ann → bob: 2
bob → eve: 3
eve → ann: 4
ann → bob: 5
bob → eve: 6
The ring is quiet.
`,
  "structured-output.ts": "Oslo: 18 °C, rain\n",
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
