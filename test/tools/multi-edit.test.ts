import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { multiEditTool } from "../../tools/multi-edit.ts";
import { must } from "../support/must.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

type Edit = readonly [file: string, old: string, now: string, all?: boolean];

function project(files: Readonly<Record<string, string>>) {
  const dir = tempDir({ memory: true });
  const at = (name: string) => join(dir.path, name);
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  return {
    at,
    read: (name: string) => readFileSync(at(name), "utf8"),
    async edit(...edits: Edit[]) {
      const args = edits.map(([file_path, old_string, new_string, replace_all]) => ({
        file_path,
        old_string,
        new_string,
        ...(replace_all === undefined ? {} : { replace_all }),
      }));
      const { text, isError = false, details } = await placeAt(dir.path).run(multiEditTool, { edits: args });
      return { text: text.replaceAll(`${dir.path}/`, ""), isError, details };
    },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

test("edits of several files are one step, and each sees what those before it did", async () => {
  using dir = project({ "a.txt": "one\n", "b.txt": "one one\n" });
  chmodSync(dir.at("b.txt"), 0o600);
  const { text, details } = await dir.edit(
    ["a.txt", "one", "two"],
    ["b.txt", "one", "1", true],
    ["a.txt", "two", "three"],
    ["c.txt", "", "new\n"],
  );
  expect(text).toBe(
    "4 edits made.\nEdited a.txt, now around lines 1-1.\nEdited b.txt, now around lines 1-1.\nCreated c.txt.",
  );
  expect([dir.read("a.txt"), dir.read("b.txt"), dir.read("c.txt")]).toEqual(["three\n", "1 1\n", "new\n"]);
  expect(statSync(dir.at("b.txt")).mode & 0o777).toBe(0o600);
  expect(details?.type === "diffs" && details.files.map(({ path, created }) => [path, created])).toEqual([
    [dir.at("a.txt"), false],
    [dir.at("b.txt"), false],
    [dir.at("c.txt"), true],
  ]);
});

test("one edit that does not fit leaves every file as it was, and is named", async () => {
  using dir = project({ "a.txt": "one\n", "b.txt": "x\nx\n" });
  const refusal = async (...edits: Edit[]) => {
    const { text, isError } = await dir.edit(["a.txt", "one", "two"], ["c.txt", "", "new"], ...edits);
    expect([isError, dir.read("a.txt"), dir.read("b.txt"), existsSync(dir.at("c.txt"))]).toEqual([
      true,
      "one\n",
      "x\nx\n",
      false,
    ]);
    return text;
  };
  expect(await refusal(["a.txt", "one", "three"])).toStartWith(
    "Edit 3 of 3: old_string is not in a.txt; nothing was changed.",
  );
  expect(await refusal(["b.txt", "x", "y"])).toStartWith(
    "Edit 3 of 3: old_string occurs 2 times in b.txt (lines 1, 2)",
  );
  expect(await refusal(["a.txt", "", "y"])).toBe("Edit 3 of 3: a.txt is there already; nothing was changed.");
  expect(await refusal(["d.txt", "x", "y"])).toStartWith(
    "Edit 3 of 3: d.txt does not exist; to make it, leave old_string empty.",
  );
  expect(await refusal(["a.txt", "x", "x"])).toBe(
    "Edit 3 of 3: old_string and new_string are the same; nothing was changed.",
  );
});

test("any edits do what the same replacements of the text do, and bytes beside them stay", async () => {
  const pieces = fc.array(fc.constantFrom("a", "b", "é", "\r\n", "\n", "\t", " "), { maxLength: 30 });
  const property = fc.asyncProperty(
    pieces,
    fc.array(fc.tuple(fc.constantFrom("a", "b", "é"), fc.constantFrom("b", "x", ""))),
    async (parts, wishes) => {
      const before = `\uFEFF${parts.join("")}a`;
      let expected: string | undefined = before;
      for (const [old, now] of wishes)
        expected = old === now || !expected?.includes(old) ? undefined : expected.replaceAll(old, now);
      using dir = project({ "a.txt": before });
      if (wishes.length === 0) return;
      const { isError } = await dir.edit(...wishes.map(([old, now]): Edit => ["a.txt", old, now, true]));
      expect([isError, dir.read("a.txt")]).toEqual([expected === undefined, expected ?? before]);
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

test("of a file whose quotes only look alike, what is not changed stays to the byte, and the result says so", async () => {
  using dir = project({ "a.txt": "He said “hello” – twice.\n" });
  const { text } = await dir.edit(["a.txt", '"hello" - twice', '"hello" - thrice']);
  expect(dir.read("a.txt")).toBe("He said “hello” – thrice.\n");
  expect(text).toContain(
    "Note: old_string of a.txt: it fits only with quotes, dashes and spaces that only look alike aside, at line 1.",
  );
});

test("a process that is killed in the middle leaves every file whole", async () => {
  using dir = tempDir();
  const names = Array.from({ length: 12 }, (_, index) => join(dir.path, `${index}.txt`));
  const filler = "filler\n".repeat(20_000);
  for (const name of names) writeFileSync(name, `state 0\n${filler}`);
  const script = join(import.meta.dir, "endless-edits.ts");
  for (const delayMs of [40, 90, 160]) {
    const child = Bun.spawn([process.execPath, script, dir.path], { stdout: "pipe", stderr: "inherit" });
    await child.stdout.getReader().read();
    await Bun.sleep(delayMs);
    child.kill("SIGKILL");
    await child.exited;
    const states = names.map((name) => must(/^state (\d+)\n(?:filler\n){20000}$/.exec(readFileSync(name, "utf8")))[1]);
    expect(new Set(states).size).toBeLessThanOrEqual(2);
  }
});
