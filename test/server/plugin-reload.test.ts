/** An agent writes its own tool, takes it up, uses it, changes it and has the change: in one session, without a restart. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { writeFiles } from "../support/write-files.ts";
import { freshHome, resultOf } from "./program.ts";

const toolText = (greeting: string) => `
import { defineTool } from "sagent/tools";
import { z } from "zod";
import { greet } from "./lib/greet.ts";

export default defineTool({
  name: "Greet",
  description: "Greets somebody by name.",
  schema: z.strictObject({ name: z.string() }),
  label: ({ name }) => \`Greet \${name}\`,
  run: ({ name }) => greet("${greeting}", name),
});
`;
const helperText = (end: string) =>
  `export const greet = (word: string, name: string): string => word + ", " + name + "${end}";\n`;

const call = (name: string, args: Record<string, unknown>): FakeReply => ({ parts: [{ call: name, args }] });

/** Every step sees that what it builds on has happened. */
const steps: readonly FakeReply[] = [
  call("Write", { file_path: ".sagent/tools/lib/greet.ts", content: helperText("!") }),
  call("Write", { file_path: ".sagent/tools/greet.ts", content: toolText("Hello") }),
  call("ToolSearch", { query: "Reload" }),
  call("Reload", {}),
  call("ToolSearch", { query: "greet somebody" }),
  call("Greet", { name: "Ada" }),
  call("Edit", { file_path: ".sagent/tools/lib/greet.ts", old_string: '"!"', new_string: '"?"' }),
  call("Edit", { file_path: ".sagent/tools/greet.ts", old_string: "Hello", new_string: "Salut" }),
  call("Reload", {}),
  call("Greet", { name: "Bob" }),
  call("Bash", { command: "rm .sagent/tools/greet.ts" }),
  call("Reload", {}),
  call("Greet", { name: "Eve" }),
  { parts: [{ text: "Done." }] },
];

test("through the program: written, found, used, changed, used again, removed", async () => {
  let at = 0;
  await using fake = await startFakeProvider(() => steps[at++] ?? { parts: [{ text: "Over." }] });
  using home = freshHome(fake);
  const finished = await home.run(["-p", "Write yourself a tool.", "--output-format", "json", "--trust"]);
  expect([finished.code, fake.problems]).toEqual([0, []]);
  expect(resultOf(finished).content).toBe("Done.");
  const results = fake.requests.slice(1).map(({ view }) => view.messages.at(-1)?.results[0]?.text ?? "");
  expect(results[3]).toContain("1 plug-in.\nTools of plug-ins: Greet.");
  expect(results[4]).toContain("- Greet: Greets somebody by name.");
  expect(results[5]).toBe("Hello, Ada!");
  expect(results[9]).toBe("Salut, Bob?");
  expect(results[11]).toContain("0 plug-ins.");
  expect(results[12]).toStartWith('There is no tool "Greet". Tools: ');
  expect(existsSync(join(home.project, ".sagent/tools/greet.ts"))).toBe(false);
}, 60_000);

test("where the project is not trusted nothing of it is loaded, and Reload says why", async () => {
  let at = 0;
  await using fake = await startFakeProvider(() => [steps[2], steps[3]][at++] ?? { parts: [{ text: "Done." }] });
  using home = freshHome(fake);
  writeFiles(home.project, { ".sagent/tools/greet.ts": "await Bun.write('loaded', '');" });
  const finished = await home.run(["-p", "Reload.", "--output-format", "json"]);
  expect(fake.requests[2]?.view.messages.at(-1)?.results[0]?.text).toContain(
    "is not obeyed: it could run anything here.",
  );
  expect(finished.stderr).toContain('The plug-in "greet" is left out');
  expect(existsSync(join(home.project, "loaded"))).toBe(false);
});
