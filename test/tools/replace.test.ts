import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replaceTool } from "../../tools/replace.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

type Args = Parameters<typeof replaceTool.run>[0];

/** Replaces in a file of this content; gives the result's text and the file afterwards. */
async function replaced(content: string, args: Omit<Args, "file_path">) {
  using dir = tempDir({ memory: true });
  const path = join(dir.path, "a.py");
  writeFileSync(path, content);
  const { text, isError = false } = await placeAt(dir.path).run(replaceTool, { file_path: "a.py", ...args });
  return { text: text.replaceAll(path, "PATH"), isError, file: readFileSync(path, "utf8") };
}

test("one occurrence is replaced, or as many as are expected, or all", async () => {
  const one = await replaced("one\ntwo\n", { instruction: "Count.", old_string: "two", new_string: "2" });
  expect(one).toEqual({ text: "Edited a.py: 1 replacement, now around lines 1-2.", isError: false, file: "one\n2\n" });
  const both = { old_string: "x", new_string: "y", expected_replacements: 2 };
  expect((await replaced("x x", both)).file).toBe("y y");
  expect((await replaced("x x x", { ...both, expected_replacements: 3 })).file).toBe("y y y");
  expect((await replaced("x x x", { old_string: "x", new_string: "y", allow_multiple: true })).file).toBe("y y y");
});

test("another number of occurrences than expected is refused", async () => {
  const twice = await replaced("x\nx\n", { old_string: "x", new_string: "y" });
  expect(twice.text).toBe(
    "old_string occurs 2 times in PATH (lines 1, 2); nothing was changed. Add lines around it to name one, or set allow_multiple.",
  );
  const once = await replaced("x\n", { old_string: "x", new_string: "y", expected_replacements: 2 });
  expect([once.isError, once.text, once.file]).toEqual([
    true,
    "old_string occurs once, not 2 in PATH (lines 1); nothing was changed. Add lines around it to name one, or set allow_multiple.",
    "x\n",
  ]);
});

test("lines whose indentation differs are found where there is one such place, and new ones are indented like it", async () => {
  const file = "class A:\n\tdef f(self):\n\t\treturn 1\n";
  const args = { old_string: "def f(self):\n    return 1", new_string: "def f(self):\n    x = 1\n    return x" };
  expect(await replaced(file, args)).toEqual({
    text: "Edited a.py: 1 replacement, now around lines 1-4.\nNote: old_string of PATH: it fits only with indentation aside, at lines 2-3.",
    isError: false,
    file: "class A:\n\tdef f(self):\n\t\tx = 1\n\t\treturn x\n",
  });
  const twice = await replaced(file + file, args);
  expect([twice.isError, twice.file]).toEqual([true, file + file]);
  expect(twice.text).toContain(
    "old_string fits only with indentation aside, and so has several places in PATH: lines 2, 5",
  );
});

test("an empty old_string makes a file, and only where there is none", async () => {
  using dir = tempDir({ memory: true });
  const place = placeAt(dir.path);
  const make = (file_path: string) => place.run(replaceTool, { file_path, old_string: "", new_string: "new\n" });
  expect((await make("new/a.py")).text).toBe("Created new/a.py.");
  expect(await make("new/a.py")).toEqual({
    text: `${dir.path}/new/a.py is there already; nothing was changed.`,
    isError: true,
  });
  const missing = await place.run(replaceTool, { file_path: "b.py", old_string: "x", new_string: "y" });
  expect(missing.text).toStartWith(`${dir.path}/b.py does not exist; to make it, leave old_string empty.`);
  expect(existsSync(join(dir.path, "b.py"))).toBe(false);
});

test("line ends that a model cannot see are left as they are", async () => {
  const { file, text } = await replaced("a = 1  \nb = 2\t\nc = 3\n", {
    old_string: "a = 1\nb = 2\n",
    new_string: "a = 1\nb = 3\n",
  });
  expect(file).toBe("a = 1  \nb = 3\nc = 3\n");
  expect(text).toContain("whitespace at line ends aside");
});
