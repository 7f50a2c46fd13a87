import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listTool } from "../../tools/list.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type Place, placeAt } from "./tool-bench.ts";

function plant(root: string): Place {
  mkdirSync(join(root, "src"));
  for (const [name, text] of Object.entries({ "b.txt": "22", "a.txt": "1", ".env": "" })) {
    writeFileSync(join(root, name), text);
    utimesSync(join(root, name), 1_700_000_000, 1_700_000_000 + text.length);
  }
  symlinkSync("src", join(root, "link"));
  return placeAt(root);
}

test("names, directories with a slash, links with where they lead", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  expect(await place.run(listTool, { path: "." })).toEqual({ text: "a.txt\nb.txt\nlink -> src\nsrc/" });
  const all = await place.run(listTool, { path: ".", show_hidden: true, sort: "name_desc" });
  expect(all.text).toBe("src/\nlink -> src\nb.txt\na.txt\n.env");
});

test("the long form has size and time", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  const { text } = await place.run(listTool, { path: dir.path, long: true, sort: "mtime", max_results: 2 });
  const rows = ["         1  2023-11-14T22:13Z  a.txt", "         2  2023-11-14T22:13Z  b.txt"];
  expect(text).toBe(`${rows.join("\n")}\n[2 of 4. Raise max_results to see more, or narrow down with Glob.]`);
});

test("500 unless told otherwise", async () => {
  using dir = tempDir({ memory: true });
  for (let index = 0; index < 501; index++) writeFileSync(join(dir.path, `f${index}`), "");
  const place = placeAt(dir.path);
  const few = (await place.run(listTool, { path: "." })).text.split("\n");
  expect([few.length, few.at(-1)]).toEqual([
    501,
    "[500 of 501. Raise max_results to see more, or narrow down with Glob.]",
  ]);
  expect((await place.run(listTool, { path: ".", max_results: 501 })).text.split("\n").length).toBe(501);
});

test("empty, missing and file are told apart", async () => {
  using dir = tempDir();
  const place = plant(dir.path);
  expect(await place.run(listTool, { path: "src" })).toEqual({ text: `${dir.path}/src is empty.` });
  writeFileSync(join(dir.path, "src/.x"), "");
  const hidden = `${dir.path}/src is empty (1 hidden; show_hidden shows them).`;
  expect(await place.run(listTool, { path: "src" })).toEqual({ text: hidden });
  expect(await place.run(listTool, { path: "scr" })).toMatchObject({ isError: true });
  const file = `${dir.path}/a.txt is not a directory; use Read to see a file.`;
  expect(await place.run(listTool, { path: "a.txt" })).toEqual({ text: file, isError: true });
});

test("names cannot break the lines or steer a terminal", async () => {
  using dir = tempDir();
  writeFileSync(join(dir.path, "a\nb\u001b[31m"), "");
  expect(await placeAt(dir.path).run(listTool, { path: "." })).toEqual({ text: "a?b?[31m" });
});
