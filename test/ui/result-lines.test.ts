/** What the real tools say is read back: so a change of their words shows here. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bashTool } from "../../tools/bash.ts";
import { globTool } from "../../tools/glob.ts";
import { grepTool } from "../../tools/grep.ts";
import { listTool } from "../../tools/list.ts";
import { readTool } from "../../tools/read.ts";
import { type FoundLine, foundLines, readResult, shellResult } from "../../ui/state/result-lines.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "../tools/tool-bench.ts";

function planted() {
  const dir = tempDir();
  mkdirSync(join(dir.path, "src"));
  writeFileSync(join(dir.path, "src/a-1-b.ts"), "one\ntwo: 2\nthree\n");
  writeFileSync(join(dir.path, "notes.md"), "two\n");
  return { dir, place: placeAt(dir.path), at: (name: string) => join(dir.path, name) };
}

test("a file that was read has its lines and where they begin", async () => {
  const { dir, place, at } = planted();
  using _ = dir;
  const whole = await place.run(readTool, { file_path: at("src/a-1-b.ts") });
  expect(readResult(whole.text)).toEqual({ start: 1, code: "one\ntwo: 2\nthree", notes: [] });
  const part = readResult((await place.run(readTool, { file_path: at("src/a-1-b.ts"), offset: 2, limit: 1 })).text);
  expect([part?.start, part?.code, part?.notes.length]).toEqual([2, "two: 2", 1]);
  const missing = await place.run(readTool, { file_path: at("nope") });
  expect(readResult(missing.text)).toBeUndefined();
});

test("what was found is links", async () => {
  const { dir, place, at } = planted();
  using _ = dir;
  const content = { pattern: "two", output_mode: "content", "-C": 1 } as const;
  const { text } = await place.run(grepTool, content);
  const lines = foundLines({ name: "Grep", args: content, result: text });
  expect(lines.filter(({ type }) => type === "match")).toEqual([
    { type: "match", path: at("notes.md"), line: 1, text: "two", context: false },
    { type: "match", path: at("src/a-1-b.ts"), line: 1, text: "one", context: true },
    { type: "match", path: at("src/a-1-b.ts"), line: 2, text: "two: 2", context: false },
    { type: "match", path: at("src/a-1-b.ts"), line: 3, text: "three", context: true },
  ]);
});

test("files, counts and directories", async () => {
  const { dir, place, at } = planted();
  using _ = dir;
  const path = (name: string, count?: number): FoundLine => ({
    type: "path",
    path: at(name),
    count,
    directory: name.endsWith("/"),
  });
  const count = { pattern: "two", output_mode: "count" } as const;
  const counted = foundLines({ name: "Grep", args: count, result: (await place.run(grepTool, count)).text });
  expect(counted.filter(({ type }) => type === "path")).toEqual([path("notes.md", 1), path("src/a-1-b.ts", 1)]);
  const globbed = await place.run(globTool, { pattern: "**/*.ts" });
  expect(foundLines({ name: "Glob", args: {}, result: globbed.text })).toEqual([path("src/a-1-b.ts")]);
  for (const long of [false, true]) {
    const listed = await place.run(listTool, { path: dir.path, long });
    const lines = foundLines({ name: "List", args: { path: dir.path }, result: listed.text });
    expect(lines).toEqual([path("notes.md"), path("src/")]);
  }
  const none = await place.run(globTool, { pattern: "*.zig" });
  expect(foundLines({ name: "Glob", args: {}, result: none.text })).toEqual([{ type: "note", text: none.text }]);
});

test("a command's output, apart from how it ended", async () => {
  const { dir, place } = planted();
  using _ = dir;
  const quiet = await place.run(bashTool, { command: "true" });
  expect(shellResult(quiet.text)).toEqual({ output: "", notes: [], status: "exit code 0" });
  const failed = await place.run(bashTool, { command: "echo '[a]'; echo b; cd src; exit 3" });
  const { output, notes, status } = shellResult(failed.text);
  expect([output, notes.length, status]).toEqual(["[a]\nb", 1, "exit code 3"]);
});
