import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diffsOf } from "../../agent/message.ts";
import { Originals } from "../../server/originals.ts";
import { changesOfCall, undoStep } from "../../server/undo.ts";
import { applyPatchTool } from "../../tools/apply-patch.ts";
import { multiEditTool } from "../../tools/multi-edit.ts";
import { tempDir } from "../support/temp-dir.ts";
import { patchOf } from "../tools/patches.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { diffEvent } from "./edits.ts";

function project(files: Readonly<Record<string, string>>) {
  const dir = tempDir();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir.path, name), content);
  const names = ["a.txt", "b.txt", "c.txt", "d.txt"];
  return {
    path: dir.path,
    put: (name: string, content: string) => writeFileSync(join(dir.path, name), content),
    state: () =>
      names.map((name) => (existsSync(join(dir.path, name)) ? readFileSync(join(dir.path, name), "utf8") : null)),
    patch: async (...parts: string[]) =>
      (await placeAt(dir.path).run(applyPatchTool, { input: patchOf(...parts) })).details,
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

const whole = [
  "*** Update File: a.txt",
  "-one",
  "+1",
  "*** Delete File: b.txt",
  "*** Update File: c.txt",
  "*** Move to: d.txt",
  "-see",
  "+sea",
];

test("a step over several files is taken back as one", async () => {
  using dir = project({ "a.txt": "one\r\ntwo\r\n", "b.txt": "bee", "c.txt": "see\n" });
  const before = dir.state();
  const files = diffsOf(await dir.patch(...whole));
  expect(dir.state()).toEqual(["1\r\ntwo\r\n", null, null, "sea\n"]);
  expect(await undoStep(files)).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"].map((name) => join(dir.path, name)));
  expect(dir.state()).toEqual(before);
});

test("where one file is no longer as the step left it, nothing is taken back", async () => {
  using dir = project({ "a.txt": "one\n", "b.txt": "bee\n", "c.txt": "see\n" });
  const files = diffsOf(await dir.patch(...whole));
  dir.put("d.txt", "sea and more\n");
  const left = dir.state();
  await expect(undoStep(files)).rejects.toThrow(`${dir.path}/d.txt was changed since; nothing was taken back.`);
  dir.put("d.txt", "sea\n");
  dir.put("b.txt", "another\n");
  await expect(undoStep(files)).rejects.toThrow(`${dir.path}/b.txt was changed since; nothing was taken back.`);
  expect(dir.state()).toEqual([left[0] ?? null, "another\n", null, "sea\n"]);
});

test("what was taken back is unchanged against the start of the session, deleted and moved files too", async () => {
  using dir = project({ "a.txt": "one\n", "b.txt": "bee\n", "c.txt": "see\n" });
  using session = tempDir();
  await using originals = await Originals.open(session.path);
  const event = diffEvent(await dir.patch(...whole));
  originals.note(event);
  await originals.settled();
  const kept = await Promise.all(
    ["a.txt", "b.txt", "c.txt", "d.txt"].map((name) => originals.read(join(dir.path, name))),
  );
  expect(kept).toEqual(["one\n", "bee\n", "see\n", null]);
  await undoStep(changesOfCall([event], "c1"));
  expect(dir.state()).toEqual(kept.map((each) => each ?? null));
  expect(changesOfCall([event], "c2")).toEqual([]);
});

test("edits that see each other are taken back to what was there before the first", async () => {
  using dir = project({ "a.txt": "one\n" });
  const edit = (old_string: string, new_string: string) => ({ file_path: "a.txt", old_string, new_string });
  const { details } = await placeAt(dir.path).run(multiEditTool, {
    edits: [edit("one", "two\ntwo"), edit("two\ntwo", "3")],
  });
  expect(dir.state()[0]).toBe("3\n");
  await undoStep(diffsOf(details));
  expect(dir.state()[0]).toBe("one\n");
});
