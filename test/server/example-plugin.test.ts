/** The example of a plug-in, installed as its first line says, does all that it has. */
import { expect, test } from "bun:test";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome } from "./program.ts";

test("its tool, command, skill and hook", async () => {
  await using fake = await startFakeProvider([
    { parts: [{ call: "ToolSearch", args: { query: "WordCount" } }] },
    { parts: [{ call: "WordCount", args: { text: "a b a" } }] },
    { parts: [{ call: "Skill", args: { skill: "counting" } }] },
    { parts: [{ text: "Done." }] },
  ]);
  using home = freshHome(fake);
  cpSync(join(import.meta.dir, "../../examples/plugin"), join(home.project, ".sagent/plugins/words"), {
    recursive: true,
  });
  writeFileSync(join(home.project, "poem.txt"), "Roses are red.");
  const { code, stdout, stderr } = await home.run(["-p", "/count poem.txt", "--trust"]);
  expect([code, stdout, stderr, fake.problems]).toEqual([0, "Done.\n", "", []]);
  const said = fake.requests.map(({ view }) => view.messages.at(-1));
  expect(said[0]?.texts.at(-1)).toContain("@poem.txt\n\nContent of ");
  expect(said[2]?.results[0]?.text).toBe("a: 2\nb: 1\n\n[hook] Counted.");
  expect(said[3]?.results[0]?.text).toContain("leave out articles and pronouns");
  const listed = await home.run(["plugin", "list", "--trust"]);
  expect(listed.stdout.split("\n").slice(1)).toEqual([
    "  tools      WordCount",
    "  commands   /count",
    "  skills     counting",
    "  hooks      PostToolUse",
    "",
  ]);
});
