import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalPath, displayPath, resolvePath, suggestPaths } from "../../tools/path.ts";
import { tempDir } from "../support/temp-dir.ts";

const workspace = { root: "/work/project", cwd: "/work/project/src", reads: new Map(), env: { HOME: "/home/me" } };

test("paths resolve against the shell's directory, ~ against home", () => {
  const cases = {
    "a.ts": "/work/project/src/a.ts",
    "../b": "/work/project/b",
    "/c": "/c",
    "~": "/home/me",
    "~/d/": "/home/me/d",
    "~x": "/work/project/src/~x",
  };
  for (const [given, wanted] of Object.entries(cases)) expect(resolvePath(given, workspace)).toBe(wanted);
});

test("people read paths relative to the root, or absolute outside", () => {
  expect(displayPath("/work/project/src/a.ts", workspace)).toBe("src/a.ts");
  expect(displayPath("/work/other", workspace)).toBe("/work/other");
  expect(displayPath("/work/project", workspace)).toBe("/work/project");
  expect(displayPath("/work/project/..x", workspace)).toBe("..x");
});

test("the canonical path goes through links, of files that exist or not", () => {
  using dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  mkdirSync(at("real"));
  writeFileSync(at("real/file"), "");
  symlinkSync("real", at("link"));
  symlinkSync("real/new", at("dangling"));
  symlinkSync("circle", at("circle"));
  expect(canonicalPath(at("link/file"))).toBe(at("real/file"));
  expect(canonicalPath(at("link/none/x"))).toBe(at("real/none/x"));
  expect(canonicalPath(at("dangling"))).toBe(at("real/new"));
  expect(canonicalPath(at("circle"))).toBe(at("circle"));
});

test("near names are suggested for one that is missing", () => {
  using dir = tempDir();
  for (const name of ["config.json", "README.md", "main.ts"]) writeFileSync(join(dir.path, name), "");
  const suggest = (name: string) => suggestPaths(join(dir.path, name));
  expect(suggest("confg.json")).toBe(`Did you mean ${dir.path}/config.json?`);
  expect(suggest("readme.md")).toBe(`Did you mean ${dir.path}/README.md?`);
  expect(suggest("main.js")).toBe(`Did you mean ${dir.path}/main.ts?`);
  expect(suggest("unlike.anything")).toBe("");
  expect(suggest("no/such/file")).toBe(`The directory ${dir.path}/no/such does not exist either.`);
});
