import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { editTool } from "../../tools/edit.ts";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type Place, placeAt } from "./tool-bench.ts";

const edit = (place: Place, old_string: string, new_string: string, replace_all?: boolean) =>
  place.run(editTool, {
    file_path: "a.txt",
    old_string,
    new_string,
    ...(replace_all === undefined ? {} : { replace_all }),
  });

/** Edits a file of this content; gives the result's text and the file afterwards. */
async function edited(content: string | Buffer, old_string: string, new_string: string, replace_all?: boolean) {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  writeFileSync(path, content);
  const result = await edit(placeAt(dir.path), old_string, new_string, replace_all);
  return {
    text: result.text.replaceAll(path, "PATH"),
    isError: result.isError ?? false,
    file: readFileSync(path, "utf8"),
  };
}

test("one occurrence is replaced, every hunk reported", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const place = placeAt(dir.path);
  expect(await edit(place, "line 5\nline 6", "line 5\nsix\nmore")).toEqual({
    text: "Edited a.txt: 1 replacement, now around lines 3-10.",
    details: {
      type: "diff",
      path,
      created: false,
      hunks: [
        {
          oldStart: 3,
          oldLines: 7,
          newStart: 3,
          newLines: 8,
          lines: [" line 3", " line 4", " line 5", "-line 6", "+six", "+more", " line 7", " line 8", " line 9"],
        },
      ],
    },
  });
  const all = await edit(place, "line 2", "LINE 2", true);
  expect(all.text).toBe("Edited a.txt: 11 replacements, now around lines 1-5, 18-31.");
  expect(all.details?.type === "diff" && all.details.hunks.length).toBe(2);
  const expected = lines.toSpliced(5, 1, "six", "more").join("\n").replaceAll("line 2", "LINE 2");
  expect(readFileSync(path, "utf8")).toBe(`${expected}\n`);
});

test("what cannot be done is refused, the file untouched", async () => {
  const many = "x\ny\nx\nx\n";
  expect(await edited(many, "x", "z")).toEqual({
    text: "old_string occurs 3 times in PATH (lines 1, 3, 4); nothing was changed. Add lines around it to name one, or set replace_all.",
    isError: true,
    file: many,
  });
  const nothing = { isError: true, file: many };
  expect(await edited(many, "x", "x")).toEqual({
    text: "old_string and new_string are the same; nothing to do.",
    ...nothing,
  });
  expect(await edited(many, "q", "z")).toEqual({ text: "old_string is not in PATH; nothing was changed.", ...nothing });
  const latin1 = await edited(Buffer.from("caf\xe9", "latin1"), "caf", "x");
  expect(latin1.text).toBe("PATH is not UTF-8 text, so it cannot be edited; nothing was changed.");
  expect(editTool.schema.safeParse({ file_path: "a", old_string: "", new_string: "" }).success).toBe(false);
});

test("a near miss is shown", async () => {
  const file = "function f() {\n\tif (a) {\n\t\treturn 1;\n\t}\n}\n";
  const miss = "old_string is not in PATH; nothing was changed. ";
  const spaces = await edited(file, "  if (a) {\n    return 1;\n  }", "x");
  expect(spaces.text).toBe(
    `${miss}This place differs from old_string only in whitespace:\n2\t\tif (a) {\n3\t\t\treturn 1;\n4\t\t}`,
  );
  const word = await edited(file, "\tif (a) {\n\t\treturn 2;\n\t}", "x");
  expect(word.text).toBe(`${miss}This place is the closest to old_string:\n2\t\tif (a) {\n3\t\t\treturn 1;\n4\t\t}`);
  const part = await edited(file, "if(a)", "x");
  expect(part.text).toBe(`${miss}This place differs from old_string only in whitespace:\n2\t\tif (a) {`);
  const numbered = await edited(file, "2\t\tif (a) {\n3\t\t\treturn 1;", "x");
  expect(numbered.text).toBe(`${miss}Leave out the line numbers that Read puts before each line.`);
});

test("line ends stay what they were", async () => {
  const dos = await edited("one\r\ntwo\r\nthree\r\n", "one\ntwo", "1\n2\n2b");
  expect(dos.file).toBe("1\r\n2\r\n2b\r\nthree\r\n");
  const mixed = await edited("a\r\nb\nc\nd\n", "a\nb\nc", "x\ny");
  expect(mixed.file).toBe("x\ny\nd\n");
  const unix = await edited("a\nb\n", "a", "x\r\ny");
  expect(unix.file).toBe("x\r\ny\nb\n");
});

test("a byte order mark, a missing last break and patterns in the new text stay", async () => {
  expect((await edited("\uFEFFone\ntwo", "two", "$& $1 \\n")).file).toBe("\uFEFFone\n$& $1 \\n");
  expect((await edited("a.c abc", "a.c", "x")).file).toBe("x abc");
  expect((await edited("aaaa", "aa", "b", true)).file).toBe("bb");
  expect((await edited("keep\ndrop\n", "drop\n", "")).file).toBe("keep\n");
});

test("missing files and directories are named", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "b.txt"), "x");
  const place = placeAt(dir.path);
  const text = `${dir.path}/a.txt does not exist; to make it, use Write. Did you mean ${dir.path}/b.txt?`;
  expect(await edit(place, "x", "y")).toEqual({ text, isError: true });
  mkdirSync(join(dir.path, "a.txt"));
  expect((await edit(place, "x", "y")).text).toBe(
    `${dir.path}/a.txt is a directory; to see what is in it, use List or Glob.`,
  );
});

test("an unread file may be edited, a stale one not until it is read again", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  writeFileSync(path, "one\n");
  const place = placeAt(dir.path);
  expect((await edit(place, "one", "two")).isError).toBeUndefined();
  writeFileSync(path, "two and theirs\n");
  const stale = `${path} was changed by someone else since you read it; nothing was written. Read it again, then go on.`;
  expect(await edit(place, "two", "three")).toEqual({ text: stale, isError: true });
  await place.run(readTool, { file_path: path });
  expect((await edit(place, "two", "three")).isError).toBeUndefined();
  expect(readFileSync(path, "utf8")).toBe("three and theirs\n");
});

test("edits from several agents at one file, by two names, all land", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  const marks = Array.from({ length: 24 }, (_, index) => `<${index}>`);
  writeFileSync(path, marks.join("\n"));
  symlinkSync("a.txt", join(dir.path, "link.txt"));
  const results = await Promise.all(
    marks.map((mark, index) => {
      const file_path = index % 2 === 0 ? "a.txt" : "link.txt";
      return placeAt(dir.path).run(editTool, { file_path, old_string: mark, new_string: `done ${index}` });
    }),
  );
  expect(results.filter(({ isError }) => isError)).toEqual([]);
  expect(readFileSync(path, "utf8")).toBe(marks.map((_, index) => `done ${index}`).join("\n"));
});

test("mode and link stay as they were", async () => {
  using dir = tempDir();
  const real = join(dir.path, "real");
  writeFileSync(real, "one");
  chmodSync(real, 0o600);
  symlinkSync("real", join(dir.path, "a.txt"));
  await edit(placeAt(dir.path), "one", "two");
  expect([readFileSync(real, "utf8"), statSync(real).mode & 0o777]).toEqual(["two", 0o600]);
  expect(readFileSync(join(dir.path, "a.txt"), "utf8")).toBe("two");
});

test("an edit that is stopped changes nothing", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.txt"), "one");
  const place = placeAt(dir.path);
  place.stop.abort();
  expect(await edit(place, "one", "two")).toEqual({
    text: `Editing ${dir.path}/a.txt was stopped; nothing was changed.`,
    isError: true,
  });
  expect(readFileSync(join(dir.path, "a.txt"), "utf8")).toBe("one");
});
