import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { applyPatchTool } from "../../tools/apply-patch.ts";
import { readTool } from "../../tools/read.ts";
import { project } from "./patch-rig.ts";
import { patchOf } from "./patches.ts";
import { placeAt } from "./tool-bench.ts";

test("files are added, updated, moved and deleted in one step, and each has its diff", async () => {
  using dir = project({ "a.txt": "one\ntwo\nthree\n", "b.txt": "gone\n", "run.sh": "echo 1\n" });
  chmodSync(dir.at("run.sh"), 0o755);
  const { text, details } = await dir.patch(
    "*** Add File: new/dir/c.txt",
    "+first",
    "+",
    "*** Update File: a.txt",
    " one",
    "-two",
    "+2",
    "*** Delete File: b.txt",
    "*** Update File: run.sh",
    "*** Move to: bin/run.sh",
    "-echo 1",
    "+echo 2",
  );
  expect(text).toBe(
    "Created new/dir/c.txt.\nEdited a.txt, now around lines 1-3.\nDeleted b.txt.\nDeleted run.sh.\nCreated bin/run.sh.",
  );
  expect([dir.read("new/dir/c.txt"), dir.read("a.txt"), dir.read("bin/run.sh")]).toEqual([
    "first\n\n",
    "one\n2\nthree\n",
    "echo 2\n",
  ]);
  expect([existsSync(dir.at("b.txt")), existsSync(dir.at("run.sh"))]).toEqual([false, false]);
  expect(statSync(dir.at("bin/run.sh")).mode & 0o777).toBe(0o755);
  expect(
    details?.type === "diffs" && details.files.map(({ path, created, deleted }) => [path, created, deleted]),
  ).toEqual([
    [dir.at("new/dir/c.txt"), true, false],
    [dir.at("a.txt"), false, false],
    [dir.at("b.txt"), false, true],
    [dir.at("run.sh"), false, true],
    [dir.at("bin/run.sh"), true, false],
  ]);
});

test("nothing is written where a part does not fit", async () => {
  using dir = project({ "a.txt": "one\n", "b.txt": "two\n" });
  const { text, isError } = await dir.patch(
    "*** Update File: a.txt",
    "-one",
    "+1",
    "*** Add File: c.txt",
    "+c",
    "*** Update File: b.txt",
    "@@",
    " twi",
    "-zwei",
  );
  expect([text, isError]).toEqual([
    "Chunk 1 (line 8 of the patch) has no place in b.txt: its lines are not there; nothing was changed.",
    true,
  ]);
  expect([dir.read("a.txt"), existsSync(dir.at("c.txt"))]).toEqual(["one\n", false]);
});

test("what was written before a write that fails is taken back", async () => {
  using dir = project();
  for (const name of ["open", "shut"]) mkdirSync(dir.at(name));
  writeFileSync(dir.at("open/a.txt"), "one\n");
  writeFileSync(dir.at("shut/b.txt"), "two\n");
  const held = placeAt(dir.path, { workspace: { ...dir.place.workspace, writeRoots: [dir.at("open")] } });
  const input = patchOf(
    "*** Add File: open/deep/er/new.txt",
    "+n",
    "*** Update File: open/a.txt",
    "-one",
    "+1",
    "*** Update File: shut/b.txt",
    "-two",
    "+2",
  );
  const { text, isError } = await held.run(applyPatchTool, { input });
  expect(isError).toBe(true);
  expect(text.replaceAll(`${dir.path}/`, "")).toMatch(
    /^Cannot write shut\/b\.txt: it lies outside of .*What was written before it was taken back: open\/a\.txt, open\/deep\/er\/new\.txt\. Nothing was changed\.$/,
  );
  expect([dir.read("open/a.txt"), readdirSync(dir.at("open")), dir.read("shut/b.txt")]).toEqual([
    "one\n",
    ["a.txt"],
    "two\n",
  ]);
});

test("added lines without context go below their @@ line, or to the end", async () => {
  using dir = project({ "a.txt": "one\ntwo\nthree", "empty.txt": "" });
  await dir.patch("*** Update File: a.txt", "@@ one", "+1b", "*** Update File: empty.txt", "+new");
  await dir.patch("*** Update File: a.txt", "+four");
  expect([dir.read("a.txt"), dir.read("empty.txt")]).toEqual(["one\n1b\ntwo\nthree\nfour", "new\n"]);
});

test.each([
  ["no patch", "The patch does not begin with `*** Begin Patch`."],
  ["*** Begin Patch\n*** Add File: a\n+x", "The patch has no `*** End Patch`: it may have been cut off."],
  ["*** Begin Patch\n*** End Patch", "The patch names no file."],
  [patchOf("*** Add File: a", "x"), 'Line 3 of the patch does not begin with `+`, as the lines of a new file do: "x".'],
  [patchOf("*** Update File: a", "x"), 'Line 3 of the patch begins with neither a space, `+`, `-` nor `@@`: "x".'],
  [patchOf("*** Update File: a"), "The patch changes nothing in a."],
  [
    patchOf("*** Rename File: a"),
    'Line 2 of the patch begins no file: `*** Add File: `, `*** Update File: ` or `*** Delete File: `: "*** Rename File: a".',
  ],
  [`Here it is:\n${patchOf("*** Delete File: a")}`, "There is something beside the patch; give the patch alone."],
])("%j is refused with what is wrong in it", async (input, message) => {
  using dir = project();
  const result = await dir.place.run(applyPatchTool, { input });
  expect(result).toEqual({ text: `${message} Nothing was changed.`, isError: true });
});

test("a here-document, a fence and CRLF around a patch do no harm", async () => {
  using dir = project({ "a.txt": "one\n" });
  const patch = patchOf("*** Update File: a.txt", "-one", "+two");
  await dir.place.run(applyPatchTool, { input: `apply_patch <<'EOF'\n${patch}\nEOF` });
  await dir.place.run(applyPatchTool, { input: `\`\`\`\n${patchOf("*** Add File: b.txt", "+b")}\n\`\`\`` });
  await dir.place.run(applyPatchTool, { input: patchOf("*** Add File: c.txt", "+c").replaceAll("\n", "\r\n") });
  expect([dir.read("a.txt"), dir.read("b.txt"), dir.read("c.txt")]).toEqual(["two\n", "b\n", "c\n"]);
});

test("files that are there, missing, stale, links or no text are refused, each in a sentence", async () => {
  using dir = project({ "a.txt": "one\n", "latin.txt": Buffer.from("caf\xe9\n", "latin1"), "seen.txt": "x\n" });
  symlinkSync("a.txt", dir.at("link.txt"));
  const refusal = async (...parts: string[]) => {
    const { text, isError } = await dir.patch(...parts);
    expect(isError).toBe(true);
    return text;
  };
  expect(await refusal("*** Add File: a.txt", "+x")).toBe("a.txt is there already; nothing was changed.");
  expect(await refusal("*** Delete File: b.txt")).toBe(
    "b.txt does not exist; to make it, use `*** Add File: `. Did you mean a.txt?",
  );
  expect(await refusal("*** Update File: latin.txt", "-x")).toBe(
    "latin.txt is not UTF-8 text, so it cannot be edited; nothing was changed.",
  );
  expect(await refusal("*** Delete File: link.txt")).toBe(
    "link.txt is a symlink; name a.txt itself. Nothing was changed.",
  );
  await dir.place.run(readTool, { file_path: "seen.txt" });
  writeFileSync(dir.at("seen.txt"), "someone else's\n");
  expect(await refusal("*** Update File: seen.txt", "-someone else's", "+mine")).toStartWith(
    "seen.txt was changed by someone else",
  );
  await dir.patch("*** Update File: link.txt", "-one", "+two");
  expect([dir.read("a.txt"), statSync(dir.at("link.txt")).isFile()]).toEqual(["two\n", true]);
});

test("later parts of a patch see what earlier ones did", async () => {
  using dir = project({ "a.txt": "one\n" });
  const { isError } = await dir.patch(
    "*** Update File: a.txt",
    "-one",
    "+two",
    "*** Update File: a.txt",
    "-two",
    "+three",
    "*** Add File: b.txt",
    "+b",
    "*** Update File: b.txt",
    "*** Move to: c.txt",
    " b",
    "+c",
  );
  expect([isError, dir.read("a.txt"), dir.read("c.txt"), existsSync(dir.at("b.txt"))]).toEqual([
    false,
    "three\n",
    "b\nc\n",
    false,
  ]);
});

test("a binary file may be deleted", async () => {
  using dir = project({ "a.png": Buffer.from([0, 1, 2, 255]) });
  const { details } = await dir.patch("*** Delete File: a.png");
  expect([existsSync(dir.at("a.png")), details]).toEqual([
    false,
    { type: "diffs", files: [{ path: dir.at("a.png"), created: false, deleted: true, hunks: [] }] },
  ]);
});

test("patches of several agents at the same files, named in any order, all land", async () => {
  using dir = project({ "a.txt": "", "b.txt": "" });
  const count = 20;
  const results = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const [one, other] = index % 2 === 0 ? ["a.txt", "b.txt"] : ["b.txt", "a.txt"];
      const input = patchOf(`*** Update File: ${one}`, `+${index}`, `*** Update File: ${other}`, `+${index}`);
      return placeAt(dir.path).run(applyPatchTool, { input });
    }),
  );
  expect(results.filter(({ isError }) => isError)).toEqual([]);
  expect(dir.read("a.txt")).toBe(dir.read("b.txt"));
  expect(
    dir
      .read("a.txt")
      .trim()
      .split("\n")
      .map(Number)
      .sort((a, b) => a - b),
  ).toEqual([...Array(count).keys()]);
});

test("a file that is named by its symlink is changed once, and a symlink is not deleted as what it leads to", async () => {
  using dir = project({ "a.txt": "one\r\ntwo\r\n" });
  symlinkSync("a.txt", dir.at("link"));
  const first = ["*** Update File: a.txt", "@@", "-one", "+1"];
  const { text } = await dir.patch(...first, "*** Update File: link", "@@", "-two", "+2", "+3");
  expect([text, dir.read("a.txt")]).toEqual(["Edited a.txt, now around lines 1-3.", "1\r\n2\r\n3\r\n"]);
  const twice = await dir.patch("*** Update File: a.txt", "@@", "-1", "+one", "*** Delete File: link");
  expect(twice.text).toBe("link is a symlink; name a.txt itself. Nothing was changed.");
  expect(dir.read("a.txt")).toStartWith("1");
});

test("a byte order mark stays, and is no part of the first line", async () => {
  using dir = project({ "a.txt": "\uFEFFone\ntwo\n" });
  const { text } = await dir.patch("*** Update File: a.txt", "@@", "-one", "+1");
  expect([text, dir.read("a.txt")]).toEqual(["Edited a.txt, now around lines 1-2.", "\uFEFF1\ntwo\n"]);
});
