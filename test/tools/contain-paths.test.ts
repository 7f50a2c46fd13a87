/** Ten thousand random ways to name a file, through parents, symlinks and directories that are not there yet. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { changeFile, writeAtomic } from "../../tools/files.ts";
import { resolvePath } from "../../tools/path.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

const links = { up: "..", away: "../../out", root: "/", self: ".", sub: "a/b", gone: "../../out/none", loop: "loop" };
const steps = ["..", ".", "a", "b", "new", "", "...", "~", "proc/self/cwd", ...Object.keys(links)];

test("no name of 10,000 leads a write out of its roots", async () => {
  using dir = tempDir({ memory: true });
  const root = join(dir.path, "in/deep");
  mkdirSync(join(root, "a/b"), { recursive: true });
  mkdirSync(join(dir.path, "out"));
  writeFileSync(join(dir.path, "out/secret"), "theirs");
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, name));
  const { workspace } = placeAt(root, {}, { HOME: dir.path });
  const told = { written: 0, refused: 0 };
  const way = fc.tuple(
    fc.constantFrom("", "/", `${root}/`, `${dir.path}/`),
    fc.array(fc.constantFrom(...steps), { maxLength: 7 }),
  );
  await fc.assert(
    fc.asyncProperty(way, async ([start, parts]) => {
      const path = resolvePath(`${start}${[...parts, "file"].join("/")}`, workspace);
      const { isError } = await changeFile("write", path, async (canonical) => {
        await writeAtomic(canonical, Buffer.from("ours"), { writeRoots: [root] });
        return { text: "Written." };
      });
      told[isError ? "refused" : "written"]++;
    }),
    { numRuns: 10_000 },
  );
  expect(readdirSync(dir.path).sort()).toEqual(["in", "out"]);
  expect([readdirSync(join(dir.path, "in")), readdirSync(join(dir.path, "out"))]).toEqual([["deep"], ["secret"]]);
  expect(Math.min(told.written, told.refused)).toBeGreaterThan(1_000);
});
