import { expect, test } from "bun:test";
import { appendFileSync, mkdirSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { countTokens, type Place, placeAt } from "./tool-bench.ts";

type Window = { offset?: number; limit?: number; last_lines?: number };
const read = (place: Place, file_path: string, window: Window = {}) => place.run(readTool, { file_path, ...window });

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A place with one file in it. */
function placeWith(dir: string, name: string, content: string | Buffer): Place {
  writeFileSync(join(dir, name), content);
  return placeAt(dir);
}

test("text comes as numbered lines", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "a.txt", "alpha\n\tbeta\n\nlast");
  expect(await read(place, "a.txt")).toEqual({ text: "1\talpha\n2\t\tbeta\n3\t\n4\tlast" });
});

test("windows: offset, limit, the end, and what comes next", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "a.txt", "one\ntwo\nthree\nfour\nfive\n");
  const cases: [Window, string][] = [
    [{ offset: 4 }, "4\tfour\n5\tfive"],
    [{ limit: 2 }, "1\tone\n2\ttwo\n[Lines 1-2 of 5. Go on with offset=3.]"],
    [{ offset: 2, limit: 1 }, "2\ttwo\n[Lines 2-2 of 5. Go on with offset=3.]"],
    [{ last_lines: 2 }, "4\tfour\n5\tfive"],
    [{ last_lines: 99 }, "1\tone\n2\ttwo\n3\tthree\n4\tfour\n5\tfive"],
    [{ last_lines: 3, limit: 1, offset: 1 }, "3\tthree\n[Lines 3-3 of 5. Go on with offset=4.]"],
  ];
  for (const [window, text] of cases) expect(await read(place, "a.txt", window)).toEqual({ text });
});

test("offset 0 and other nonsense are refused by the schema", () => {
  for (const bad of [{ offset: 0 }, { limit: 0 }, { last_lines: -1 }, { offset: 1.5 }, { pages: "" }, { as: "x" }]) {
    expect(readTool.schema.safeParse({ file_path: "a", ...bad }).success).toBe(false);
  }
});

test("every kind of trouble has its own sentence", async () => {
  using dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  writeFileSync(at("empty"), "");
  writeFileSync(at("binary"), "ab\0cd");
  writeFileSync(at("latin1"), Buffer.from("caf\xe9\n", "latin1"));
  writeFileSync(at("two"), "1\n2\n");
  mkdirSync(at("folder"));
  symlinkSync("circle", at("circle"));
  const place = placeAt(dir.path);
  expect(await read(place, "empty")).toEqual({ text: `${at("empty")} is empty.` });
  expect((await read(place, "binary")).text).toStartWith(`${at("binary")} is a binary file (5 bytes).`);
  for (const _ of ["once", "again"]) {
    expect((await read(place, "latin1")).text).toStartWith(`${at("latin1")} is not UTF-8 text.`);
  }
  const errors: [string, Window, string][] = [
    ["tw", {}, `Cannot read ${at("tw")}: it does not exist. Did you mean ${at("two")}?`],
    ["folder", {}, `${at("folder")} is a directory; to see what is in it, use List or Glob.`],
    ["two", { offset: 3 }, `${at("two")} has 2 lines; there is no line 3.`],
    ["two/x", {}, `Cannot read ${at("two/x")}: a part of the path is a file, not a directory.`],
    ["circle", {}, `Cannot read ${at("circle")}: its symlinks go in a circle.`],
    ["a\0b", {}, `Cannot read ${at("a\0b")}: the path is not valid.`],
    ["/dev/null", {}, "/dev/null is not a regular file (a device, a pipe or a socket)."],
  ];
  for (const [path, window, text] of errors) expect(await read(place, path, window)).toEqual({ text, isError: true });
});

test("a long file is cut at a line and says where to go on, and going on shows all of it", async () => {
  using dir = tempDir();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index + 1} ${"x".repeat(index % 50)}`);
  const place = placeWith(dir.path, "a.txt", `${lines.join("\n")}\n`);
  const seen: string[] = [];
  for (let offset: number | undefined = 1; offset !== undefined; ) {
    const { text } = await read(place, "a.txt", { offset });
    expect(countTokens(text)).toBeLessThanOrEqual(25_000);
    const note = /\n\[Lines (\d+)-\d+ of 20000\. Go on with offset=(\d+)\.\]$/.exec(text);
    seen.push(...text.slice(0, note?.index).split("\n"));
    offset = note ? Number(note[2]) : undefined;
  }
  expect(seen).toEqual(lines.map((line, index) => `${index + 1}\t${line}`));
});

test("one line that is too long is cut and counted", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "a.json", `${"é".repeat(5_500_000)}\nnext\n`);
  const { text } = await read(place, "a.json");
  expect(countTokens(text)).toBeLessThanOrEqual(25_000);
  expect(text).toMatch(
    /^1\té+\n\[Line 1 is cut; [\d,]+ bytes are left out\. Lines 1-1 of 2\. Go on with offset=2\.\]$/,
  );
  const left = Number(/; ([\d,]+) bytes/.exec(text)?.[1]?.replaceAll(",", ""));
  expect(left + 2 * text.replace(/[^é]/g, "").length).toBe(11_000_000);
  expect((await read(place, "a.json", { offset: 2 })).text).toBe("2\tnext");
});

test("line ends and a byte order mark are not part of the text", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "a.txt", "\uFEFFone\r\ntwo\r\n");
  expect((await read(place, "a.txt")).text).toBe("1\tone\n2\ttwo");
});

test("an image is attached, whatever its name; a text named .png is text", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "dot", png);
  const attachments = [{ mime: "image/png", data: png.toString("base64"), name: "dot" }];
  const wanted = { text: `Image (image/png, ${png.length} bytes) attached.`, attachments };
  expect(await read(place, "dot")).toEqual(wanted);
  expect(await read(place, "dot")).toEqual(wanted);
  writeFileSync(join(dir.path, "lfs.png"), "version 1\n");
  expect(await read(place, "lfs.png")).toEqual({ text: "1\tversion 1" });
});

test("the same window of an unchanged file is not shown twice; another window, a change or a lost memory is", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  const place = placeWith(dir.path, "a.txt", "one\ntwo\n");
  const unchanged = `${path} is unchanged since you read these lines; see that earlier result.`;
  expect((await read(place, "a.txt")).text).toBe("1\tone\n2\ttwo");
  expect((await read(place, path)).text).toBe(unchanged);
  expect((await read(place, "a.txt", { offset: 2 })).text).toBe("2\ttwo");
  appendFileSync(path, "three\n");
  expect((await read(place, "a.txt", { offset: 2 })).text).toBe("2\ttwo\n3\tthree");
  place.workspace.reads.clear();
  expect((await read(place, "a.txt", { offset: 2 })).text).toBe("2\ttwo\n3\tthree");
});

test("what is written during a read is never taken for seen", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  writeFileSync(path, "old\n");
  let writes = 0;
  const place = placeAt(dir.path, {
    countTokens: (text) => {
      writes++;
      writeFileSync(path, `new ${writes}\n`);
      return countTokens(text);
    },
  });
  const { text } = await read(place, "a.txt");
  expect(text).toEndWith(`[${path} was being written while it was read.]`);
  expect([writes, place.workspace.reads.size]).toEqual([3, 0]);
});

test("a line of any length takes no more memory than what is shown of it", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "dump", "first\n");
  const path = join(dir.path, "dump");
  appendFileSync(path, "x".repeat(1_000_000));
  truncateSync(path, 1_000_000_000);
  const before = process.memoryUsage().rss;
  const { text } = await read(place, path, { offset: 2 });
  expect(text).toEndWith(" bytes are left out.]");
  expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
});

test("a huge file is read in pieces: its start, its middle and its end", async () => {
  using dir = tempDir();
  const path = join(dir.path, "huge.log");
  writeFileSync(path, `first\n${"more\n".repeat(2000)}`);
  truncateSync(path, 3_000_000_000);
  appendFileSync(path, "\nbefore last\nlast\n");
  const place = placeAt(dir.path);
  const before = process.memoryUsage.rss();
  expect(await read(place, path, { limit: 1 })).toEqual({
    text: "1\tfirst\n[Lines 1-1; more follow. Go on with offset=2.]",
  });
  expect(await read(place, path, { last_lines: 2 })).toEqual({ text: "-2\tbefore last\n-1\tlast" });
  const { text } = await read(place, path, { last_lines: 2, limit: 1 });
  expect(text).toBe("-2\tbefore last\n[Lines -2 to -2 from the end. Go on with last_lines=1.]");
  expect(process.memoryUsage.rss() - before).toBeLessThan(1_000_000_000);
});

test("a read that is stopped ends without a record", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "a.txt", "one\n");
  place.stop.abort();
  expect(await read(place, "a.txt")).toEqual({ text: `Reading ${dir.path}/a.txt was stopped.`, isError: true });
  expect(place.workspace.reads.size).toBe(0);
});

test("a link is known by the file it leads to", async () => {
  using dir = tempDir();
  const place = placeWith(dir.path, "real.txt", "x\n");
  symlinkSync("real.txt", join(dir.path, "link.txt"));
  await read(place, "link.txt");
  expect([...place.workspace.reads.keys()]).toEqual([join(dir.path, "real.txt")]);
  expect(readTool.serializeKey({ file_path: "link.txt" }, place.workspace)).toBe(join(dir.path, "real.txt"));
});

test("labels say what is read", () => {
  const label = (window: Window) => readTool.label({ file_path: "src/a.ts", ...window });
  expect(label({})).toBe("Read src/a.ts");
  expect(label({ offset: 5, limit: 10 })).toBe("Read src/a.ts (lines 5-14)");
  expect(label({ offset: 5 })).toBe("Read src/a.ts (from line 5)");
  expect(label({ last_lines: 1 })).toBe("Read src/a.ts (last 1 line)");
});

test("a touched file whose content is the same keeps its record's hash", async () => {
  using dir = tempDir();
  const path = join(dir.path, "a.txt");
  const place = placeWith(dir.path, "a.txt", "one\n");
  await read(place, "a.txt");
  const before = place.workspace.reads.get(path);
  utimesSync(path, 1, 1);
  await read(place, "a.txt");
  expect(place.workspace.reads.get(path)).toEqual({
    ...before,
    hash: before?.hash ?? "",
    mtimeMs: statSync(path).mtimeMs,
    size: 4,
    window: before?.window ?? "",
  });
});
