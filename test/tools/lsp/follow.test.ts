import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, formFor, toolSpec } from "../../../agent/tool.ts";
import { followEdits } from "../../../tools/lsp/after-edit.ts";
import { Languages } from "../../../tools/lsp/languages.ts";
import { standardTools, ToolSettings } from "../../../tools/registry.ts";
import { scriptedModel } from "../../support/index.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { placeAt } from "../tool-bench.ts";
import { toyProject } from "./toy-project.ts";

const { info } = scriptedModel([]);

test("a model is told of the same tools, in the same form", () => {
  const plain = standardTools();
  const followed = followEdits(plain, new Languages());
  for (const id of ["claude-x", "gpt-5", "gemini-3"]) {
    const specs = ({ tools }: typeof plain) =>
      tools.map((tool) => toolSpec(formFor(tool, { ...info, id, wireId: id })));
    expect(specs(followed)).toEqual(specs(plain));
  }
  expect(followed.shelf.map(({ name }) => name)).toEqual(plain.shelf.map(({ name }) => name));
});

test("every way to write a file says what it broke", async () => {
  await using toy = toyProject({ files: { "a.toy": "def one\nuse one\n" } });
  const { tools, shelf } = followEdits(standardTools(), toy.languages);
  const multiEdit = await shelf.find(({ name }) => name === "MultiEdit")?.load();
  await toy.lsp({ op: "diagnostics", file_path: "a.toy" });
  const say = async (name: string, args: object) => {
    const tool = findTool(tools, name) ?? multiEdit;
    return tool && (await toy.run(tool, args)).text;
  };
  expect(await say("Write", { file_path: "b.toy", content: "bad luck\n" })).toEndWith("b.toy:1: error: luck is bad");
  const edits = [{ file_path: "a.toy", old_string: "def one", new_string: "bad idea" }];
  expect(await say("MultiEdit", { edits })).toEndWith(
    "New errors (toy):\na.toy:1: error: idea is bad\na.toy:2: error: one is not defined [T1]",
  );
  const input = "*** Begin Patch\n*** Update File: b.toy\n@@\n-bad luck\n+bad turn\n*** End Patch\n";
  expect(await say("apply_patch", { input })).toEndWith("New errors (toy):\nb.toy:1: error: turn is bad");
});

test("switched off, or where no project is trusted, nothing of it is even loaded", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a.ts"), "one\n");
  const place = placeAt(dir.path);
  const off = new Languages({ settings: new ToolSettings(["LSP.afterEdits=off"]), isTrusted: async () => true });
  for (const languages of [off, new Languages()]) {
    const write = followEdits(standardTools(), languages).tools.find(({ name }) => name === "Write");
    await place.run(write ?? expect.unreachable(), { file_path: "b.ts", content: "two" } as never);
    await Bun.sleep(50);
    expect(languages.pool).toBeUndefined();
  }
});
