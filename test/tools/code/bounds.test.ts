/** Trees that are too large to look at whole, such as somebody's home. */
import { expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { leftOut } from "../../../tools/code/call.ts";
import { Projects } from "../../../tools/code/project.ts";
import { codeRig } from "./rig.ts";

const files = Object.fromEntries(
  ["a", "b", "c", "d"].map((name) => [`${name}.ts`, `export function ${name}One() {}\n`]),
);
const usual = {
  signal: new AbortController().signal,
  onProgress: () => {},
  limitMs: 60_000,
  lookMs: 60_000,
  maxFiles: 9,
};

test("of too many files the first are looked at, the call says so, and what was known of the others is kept", async () => {
  using rig = codeRig(files);
  for (const name of Object.keys(files)) utimesSync(join(rig.root, name), 1, 1);
  const projects = new Projects({ XDG_CACHE_HOME: rig.cache });
  const look = (options: Partial<typeof usual>) =>
    projects.use(rig.root, { ...usual, ...options }, async ({ survey }) => [
      [...survey.files].join(" "),
      survey.parsed,
      leftOut(survey),
    ]);
  expect(await look({})).toEqual(["a.ts b.ts c.ts d.ts", 4, ""]);
  const cut = "Only the first 2 files were looked at; name a smaller path.";
  expect(await look({ maxFiles: 2 })).toEqual(["a.ts b.ts", 0, cut]);
  expect(await look({ lookMs: -1 })).toEqual(["", 0, "Only the first 0 files were looked at; name a smaller path."]);
  expect(await look({})).toEqual(["a.ts b.ts c.ts d.ts", 0, ""]);
});

test("what a package manager has put there is passed over, unless it is what is named", async () => {
  using rig = codeRig({ "a.ts": "export function own() {}\n", "node_modules/x/i.ts": "export function theirs() {}\n" });
  expect(await rig.map()).toContain("1 of 1 files");
  expect(await rig.search({ query: "theirs" })).not.toContain("i.ts");
  expect(await rig.search({ query: "theirs", path: "node_modules/x" })).toContain("i.ts");
});
