import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ToolOutput, toolSpec } from "../../agent/tool.ts";
import { grep, grepTool } from "../../tools/grep.ts";
import type { GrepArgs } from "../../tools/grep-query.ts";
import { walkBackend } from "../../tools/grep-walk.ts";
import { tempDir } from "../support/temp-dir.ts";
import { contextAt, placeAt } from "./tool-bench.ts";

const poem = ["one", "two match", "three", "four", "five match", "six match", "seven", "eight", "nine match", "ten"];

function makeFiles(root: string): void {
  mkdirSync(join(root, "lib"));
  writeFileSync(join(root, "lib/b.ts"), `${poem.join("\n")}\n`);
  writeFileSync(join(root, "lib.ts"), "a match\n");
  writeFileSync(join(root, "z.py"), "nothing\n");
}

async function search(args: Partial<GrepArgs>): Promise<string> {
  using dir = tempDir();
  makeFiles(dir.path);
  const { text } = await placeAt(dir.path).run(grepTool, { pattern: "match", ...args });
  return text.replaceAll(`${dir.path}/`, "").replaceAll(dir.path, "ROOT");
}

test("the three modes, in path order, with counts", async () => {
  expect(await search({})).toBe("lib/b.ts\nlib.ts\n[2 files]");
  expect(await search({ output_mode: "count" })).toBe("lib/b.ts:4\nlib.ts:1\n[2 files, 5 matches]");
  expect(await search({ output_mode: "content", path: "lib.ts" })).toBe("lib.ts:1:a match\n[1 match in 1 file]");
  expect(await search({ output_mode: "content", path: "lib.ts", "-n": false })).toBe(
    "lib.ts:a match\n[1 match in 1 file]",
  );
});

test("paths are absolute and details count files and matches", async () => {
  using dir = tempDir();
  makeFiles(dir.path);
  expect(await placeAt(dir.path).run(grepTool, { pattern: "match" })).toEqual({
    text: `${dir.path}/lib/b.ts\n${dir.path}/lib.ts\n[2 files]`,
    details: { type: "matches", files: 2, matches: 5 },
  });
});

test("context is marked, groups are set apart, and what overlaps is shown once", async () => {
  expect(await search({ output_mode: "content", "-C": 1 })).toBe(
    [
      "lib/b.ts-1-one",
      "lib/b.ts:2:two match",
      "lib/b.ts-3-three",
      "lib/b.ts-4-four",
      "lib/b.ts:5:five match",
      "lib/b.ts:6:six match",
      "lib/b.ts-7-seven",
      "lib/b.ts-8-eight",
      "lib/b.ts:9:nine match",
      "lib/b.ts-10-ten",
      "--",
      "lib.ts:1:a match",
      "[5 matches in 2 files]",
    ].join("\n"),
  );
  expect(await search({ output_mode: "content", pattern: "nine|two", "-A": 2, "-B": 0 })).toBe(
    "lib/b.ts:2:two match\nlib/b.ts-3-three\nlib/b.ts-4-four\n--\nlib/b.ts:9:nine match\nlib/b.ts-10-ten\n[2 matches in 1 file]",
  );
});

test("a window says which entries it is of how many, and where to go on", async () => {
  const content = { output_mode: "content", pattern: "match" } as const;
  expect(await search({ ...content, keep_first: 2 })).toBe(
    "lib/b.ts:2:two match\nlib/b.ts:5:five match\n[matches 1-2 of 5 matches in 2 files; go on with offset 2]",
  );
  expect(await search({ ...content, keep_first: 2, offset: 2 })).toBe(
    "lib/b.ts:6:six match\nlib/b.ts:9:nine match\n[matches 3-4 of 5 matches in 2 files; go on with offset 4]",
  );
  expect(await search({ ...content, offset: 4 })).toBe("lib.ts:1:a match\n[matches 5-5 of 5 matches in 2 files]");
  expect(await search({ ...content, keep_last: 2, keep_first: 1, offset: 1 })).toBe(
    "lib/b.ts:9:nine match\nlib.ts:1:a match\n[matches 4-5 of 5 matches in 2 files]",
  );
  expect(await search({ ...content, offset: 9 })).toBe("[offset 9 is past the end: 5 matches in 2 files]");
  expect(await search({ keep_first: 1 })).toBe("lib/b.ts\n[files 1-1 of 2 files; go on with offset 1]");
});

test("a result too long is cut at whole lines, and its offset goes on without a gap", async () => {
  using dir = tempDir();
  const lines = Array.from({ length: 2000 }, (_, index) => `match number ${index}`);
  writeFileSync(join(dir.path, "big.txt"), lines.join("\r\n"));
  const place = placeAt(dir.path);
  const seen: string[] = [];
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const args: GrepArgs = { pattern: "match", output_mode: "content", offset };
    const { text }: ToolOutput = await place.run(grepTool, args);
    expect(text.length).toBeLessThanOrEqual(20_200);
    seen.push(...text.split("\n").filter((line) => !line.startsWith("[")));
    const next: string | undefined = /; go on with offset (\d+)\]$/.exec(text)?.[1];
    offset = next === undefined ? undefined : Number(next);
  }
  expect(seen).toEqual(lines.map((line, index) => `${dir.path}/big.txt:${index + 1}:${line}`));
});

test("more matches than are worth reading at once are counted, and the window is right", async () => {
  using dir = tempDir();
  const lines = Array.from({ length: 60_000 }, (_, index) => `match ${index}`);
  writeFileSync(join(dir.path, "huge.txt"), lines.join("\n"));
  writeFileSync(join(dir.path, "next.txt"), "match\n");
  const place = placeAt(dir.path);
  const result = await place.run(grepTool, { pattern: "match", output_mode: "content", keep_first: 2, offset: 59_999 });
  expect(result).toEqual({
    text: `${dir.path}/huge.txt:60000:match 59999\n${dir.path}/next.txt:1:match\n[matches 60000-60001 of 60001 matches in 2 files]`,
    details: { type: "matches", files: 2, matches: 60_001 },
  });
});

test("keep_last that does not fit goes on past what was shown", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "big.txt"), "match of some length, fifty characters or so\n".repeat(2000));
  const place = placeAt(dir.path);
  const last = await place.run(grepTool, { pattern: "match", output_mode: "content", keep_last: 1000 });
  const [, first, end] =
    /\[matches (\d+)-(\d+) of 2000 .*; go on with offset \2 and no keep_last\]$/.exec(last.text) ?? [];
  expect(first).toBe("1001");
  const next = await place.run(grepTool, { pattern: "match", output_mode: "content", offset: Number(end) });
  expect(next.text).toStartWith(`${dir.path}/big.txt:${Number(end) + 1}:`);
});

test("tokens bound a result as well", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "big.txt"), "match\n".repeat(2000));
  const measure = (text: string) => text.length * 5;
  const { text } = await grepTool.run(
    { pattern: "match", output_mode: "content" },
    contextAt(dir.path, { countTokens: measure }),
  );
  expect(measure(text)).toBeLessThanOrEqual(25_000);
  expect(measure(text)).toBeGreaterThan(20_000);
});

test("a long line is shown around its match", async () => {
  using dir = tempDir();
  const line = `${"a".repeat(5000)}NEEDLE${"b".repeat(5000)}`;
  writeFileSync(join(dir.path, "min.js"), `${line}\n${"😀".repeat(2000)}NEEDLE`);
  const { text } = await placeAt(dir.path).run(grepTool, { pattern: "NEEDLE", output_mode: "content" });
  const [first = "", second = ""] = text.split("\n");
  expect(first).toBe(`${dir.path}/min.js:1:…${"a".repeat(250)}NEEDLE${"b".repeat(244)}…`);
  expect(second).toEndWith("😀NEEDLE");
  expect(second.isWellFormed()).toBe(true);
});

test("a match over lines needs multiline, and shows all its lines", async () => {
  expect(await search({ pattern: "one\\ntwo" })).toContain("set multiline to true");
  expect(await search({ pattern: "one\ntwo" })).toContain("set multiline to true");
  expect(await search({ pattern: "t[^\\n]*match" })).toBe("lib/b.ts\n[1 file]");
  expect(await search({ pattern: "one\\s+two|three.four", multiline: true, output_mode: "content" })).toBe(
    "lib/b.ts:1:one\nlib/b.ts:2:two match\n[1 match in 1 file]",
  );
});

test("lookaround and backreferences are understood without being asked for", async () => {
  expect(await search({ pattern: "(?<=two )match", output_mode: "count" })).toBe("lib/b.ts:1\n[1 file, 1 match]");
  expect(await search({ pattern: "(e)\\1", output_mode: "content" })).toBe("lib/b.ts:3:three\n[1 match in 1 file]");
});

test("no match is told with what was searched", async () => {
  expect(await search({ pattern: "Match", glob: "*.ts", type: "ts" })).toBe(
    "No match for Match in ROOT with glob *.ts, type ts. Ignored and binary files are not searched. The search minds case; -i does not.",
  );
});

const mistakes: readonly [Partial<GrepArgs>, string][] = [
  [{ path: "lib.t" }, "lib.ts?"],
  [{ type: "typescript" }, 'no file type "typescript"'],
  [{ glob: "{a,b" }, "malformed"],
  [{ pattern: "func(" }, "unclosed group"],
  [{ pattern: "interface {" }, "literal brace"],
  [{ pattern: "\0" }, "could not be started"],
  [{ path: "\0" }, "not"],
  [{ path: "/dev/null" }, "neither a file nor a directory"],
];

test.each(mistakes)("a mistake is an error with a sentence: %j", async (args, sentence) => {
  using dir = tempDir();
  makeFiles(dir.path);
  const { text, isError } = await placeAt(dir.path).run(grepTool, { pattern: "match", ...args });
  expect(isError).toBe(true);
  expect(text).toContain(sentence);
});

test("without ripgrep, what only ripgrep can do is refused", async () => {
  using dir = tempDir();
  makeFiles(dir.path);
  for (const args of [{ pattern: "match", pcre: true }, { pattern: "(?=m)" }, { pattern: "\\<match" }]) {
    const { text, isError } = await grep(args, contextAt(dir.path), walkBackend);
    expect([isError, text]).toEqual([true, expect.stringContaining("ripgrep (rg) is not installed")]);
  }
});

test("an abort ends the search", async () => {
  using dir = tempDir();
  makeFiles(dir.path);
  const stop = new AbortController();
  const running = grepTool.run({ pattern: "match" }, contextAt(dir.path, { signal: stop.signal }));
  stop.abort();
  expect(await running).toEqual({ text: "The search was stopped.", isError: true });
});

test("a model is told of it briefly", () => {
  expect(grepTool.description.length).toBeLessThanOrEqual(900);
  expect(Buffer.byteLength(JSON.stringify(toolSpec(grepTool)))).toBeLessThanOrEqual(2000);
});
