import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { editTool } from "../../tools/edit.ts";
import { readTool } from "../../tools/read.ts";
import { writeTool } from "../../tools/write.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type Place, placeAt } from "./tool-bench.ts";

const write = (place: Place, file_path: string, content: string) => place.run(writeTool, { file_path, content });
const read = (place: Place, file_path: string) => place.run(readTool, { file_path });

test("a new file and its directories are made, then read and written freely", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const path = join(dir.path, "a/b/c.txt");
  const hunk = { oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ["+one", "+two"] };
  expect(await write(place, "a/b/c.txt", "one\ntwo\n")).toEqual({
    text: "Created a/b/c.txt: 8 bytes.",
    details: { type: "diff", path, created: true, hunks: [hunk] },
  });
  const changed = { oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [" one", "-two", "+TWO"] };
  expect(await write(place, "a/b/c.txt", "one\nTWO\n")).toEqual({
    text: "Replaced a/b/c.txt: 8 bytes.",
    details: { type: "diff", path, created: false, hunks: [changed] },
  });
  expect(readFileSync(path, "utf8")).toBe("one\nTWO\n");
  expect((await read(place, path)).text).toBe("1\tone\n2\tTWO");
  expect(readdirSync(join(dir.path, "a/b"))).toEqual(["c.txt"]);
});

test("an unread file is not overwritten", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  writeFileSync(path, "mine\n");
  const place = placeAt(dir.path);
  const text = `${path} exists and you have not read it. Read it first, then write it; nothing was changed.`;
  expect(await write(place, "a.txt", "yours\n")).toEqual({ text, isError: true });
  expect(readFileSync(path, "utf8")).toBe("mine\n");
  await read(place, "a.txt");
  expect((await write(place, "a.txt", "yours\n")).text).toBe("Replaced a.txt: 6 bytes.");
});

test("a file that changed since is not overwritten; one that was only touched is", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  writeFileSync(path, "one\n");
  const place = placeAt(dir.path);
  await read(place, path);
  writeFileSync(path, "theirs\n");
  const text = `${path} was changed by someone else since you read it; nothing was written. Read it again, then go on.`;
  expect(await write(place, path, "two\n")).toEqual({ text, isError: true });
  expect(readFileSync(path, "utf8")).toBe("theirs\n");
  await read(place, path);
  utimesSync(path, 1, 1);
  expect((await write(place, path, "two\n")).isError).toBeUndefined();
});

test("mode and links stay as they were", async () => {
  using dir = tempDir();
  const [real, link] = [join(dir.path, "real.sh"), join(dir.path, "link.sh")];
  writeFileSync(real, "one\n");
  chmodSync(real, 0o751);
  symlinkSync("real.sh", link);
  symlinkSync("later.txt", join(dir.path, "dangling"));
  const place = placeAt(dir.path);
  await read(place, "link.sh");
  await write(place, "link.sh", "two\n");
  await write(place, "dangling", "now\n");
  expect([readFileSync(real, "utf8"), statSync(real).mode & 0o777]).toEqual(["two\n", 0o751]);
  expect(readFileSync(join(dir.path, "later.txt"), "utf8")).toBe("now\n");
  expect(readdirSync(dir.path).toSorted()).toEqual(["dangling", "later.txt", "link.sh", "real.sh"]);
});

test("what the disk refuses is said and leaves everything as it was", async () => {
  using dir = tempDir();
  mkdirSync(join(dir.path, "folder"));
  writeFileSync(join(dir.path, "file"), "x");
  const place = placeAt(dir.path);
  const errors: [string, string][] = [
    ["folder", `${dir.path}/folder is a directory; to see what is in it, use List or Glob.`],
    ["file/x", `Cannot write ${dir.path}/file/x: a part of the path is a file, not a directory.`],
    ["n".repeat(300), `Cannot write ${dir.path}/${"n".repeat(300)}: the name is too long.`],
    ["/dev/null", "/dev/null is not a regular file (a device, a pipe or a socket)."],
    ["/proc/none/x", "Cannot write /proc/none/x: it does not exist."],
  ];
  for (const [path, text] of errors) expect(await write(place, path, "y")).toEqual({ text, isError: true });
  expect(readdirSync(dir.path).toSorted()).toEqual(["file", "folder"]);
});

test("a write that is stopped before it starts changes nothing", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  place.stop.abort();
  expect((await write(place, "a.txt", "x")).isError).toBe(true);
  expect(existsSync(join(dir.path, "a.txt"))).toBe(false);
});

test("a full disk leaves the old file and no other", async () => {
  using dir = tempDir();
  const script = join(import.meta.dir, "full-disk.ts");
  const limited = Bun.spawnSync(["bash", "-c", `ulimit -f 64; exec "${process.execPath}" "${script}" "${dir.path}"`]);
  expect(limited.stdout.toString()).toBe(
    `Cannot write ${dir.path}/a.txt: the file would be larger than the system allows.`,
  );
  expect(readdirSync(dir.path)).toEqual(["a.txt"]);
  expect(readFileSync(join(dir.path, "a.txt"), "utf8")).toBe("old");
});

test("whoever looks or kills during a write finds one version whole", async () => {
  using dir = tempDir({ memory: true });
  const path = join(dir.path, "a.txt");
  const versions = ["a", "b"].map((letter) => letter.repeat(2_000_000));
  for (let round = 0; round < 5; round++) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "rewrite.ts"), path], { stdout: "pipe" });
    await child.stdout.getReader().read();
    for (let look = 0; look < 20; look++) {
      expect(versions).toContain(await Bun.file(path).text());
    }
    child.kill("SIGKILL");
    await child.exited;
    expect(versions).toContain(readFileSync(path, "utf8"));
  }
});

test("three edits in a row on a written file are never stale", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  await write(place, "a.txt", "a b c\n");
  for (const old_string of ["a", "b", "c"]) {
    const result = await place.run(editTool, { file_path: "a.txt", old_string, new_string: old_string.toUpperCase() });
    expect(result.isError).toBeUndefined();
  }
  expect(readFileSync(join(dir.path, "a.txt"), "utf8")).toBe("A B C\n");
});
