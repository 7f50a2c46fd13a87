import { expect, test } from "bun:test";
import { nameMatcher } from "../../../tools/code/match-name.ts";
import { stem, wordsOf } from "../../../tools/code/words.ts";
import { codeRig } from "./rig.ts";

test("names are matched exactly, by prefix, humps, parts and near misses, in that order", () => {
  const fits = (typed: string, names: string[]) => {
    const match = nameMatcher(typed);
    return names.map((name) => match(name)?.fit ?? "none");
  };
  const names = [
    "parseConfig",
    "parse_config",
    "ParseConfigFile",
    "pickConfig",
    "tryParseConfig",
    "parsConfig",
    "paint",
  ];
  expect(fits("parseConfig", names)).toEqual(["exact", "exact", "prefix", "none", "part", "near", "none"]);
  expect(fits("pCfg", names)).toEqual(["humps", "humps", "humps", "humps", "none", "humps", "none"]);
  expect(fits("pcf", ["ParseConfigFile", "parseConfig", "plan"])).toEqual(["humps", "none", "none"]);
  expect(fits("prase", ["parse", "phase", "praise", "erase"])).toEqual(["near", "near", "near", "near"]);
  const match = nameMatcher("run");
  const scores = ["run", "RUN", "runAll", "rerun"].map((name) => match(name)?.score ?? 0);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
});

test("names come apart into words, and words to their stems", () => {
  expect(wordsOf("HTTPServerError_v2 http-server")).toEqual(["http", "server", "error", "v", "2", "http", "server"]);
  expect(new Set(["retry", "retries", "retrying", "retried"].map(stem)).size).toBe(1);
  for (const word of ["retries", "sessions", "locked", "locking", "status"])
    expect(word.startsWith(stem(word))).toBe(true);
});

const files = {
  "src/lock.ts": `/** Takes the lock of a session, or says who holds it. */
export function acquireLease(path: string): Lease {
  return openLease(path);
}
export class Lease {
  release(): void {}
}
function openLease(path: string): Lease { return new Lease(); }
`,
  "src/main.ts": `import { acquireLease } from "./lock.ts";
// acquireLease is only mentioned here
export function start() {
  const text = "acquireLeaseX";
  return acquireLease("a");
}
`,
  "test/lock.test.ts": `import { acquireLease } from "../src/lock.ts";
acquireLease("b").release();
`,
  "lib/other.py": "class Door:\n    def release(self):\n        pass\n",
};

test("where something is defined", async () => {
  using rig = codeRig(files);
  expect(await rig.search({ query: "acquireLease" })).toBe(`1 definition in ${rig.root} (4 files)
src/lock.ts:2  function acquireLease — export function acquireLease(path: string): Lease
    Takes the lock of a session, or says who holds it.`);
  expect(await rig.search({ query: "release" })).toBe(`2 definitions in ${rig.root} (4 files)
lib/other.py:2  method Door.release — def release(self):
src/lock.ts:6  method Lease.release — release(): void`);
  expect(await rig.search({ query: "Lease.release" })).toBe(`1 definition in ${rig.root} (4 files)
src/lock.ts:6  method Lease.release — release(): void`);
  expect(await rig.search({ query: "release", path: "lib" })).toBe(`1 definition in lib (1 file)
lib/other.py:2  method Door.release — def release(self):`);
});

test("what comes near, and free words over names and comments", async () => {
  using rig = codeRig(files);
  expect(await rig.search({ query: "acquierLease" })).toBe(`Nothing is named exactly acquierLease; what comes near it:
1 definition in ${rig.root} (4 files)
src/lock.ts:2  function acquireLease — export function acquireLease(path: string): Lease  [near]
    Takes the lock of a session, or says who holds it.`);
  const words = await rig.search({ query: "who holds the session's lock" });
  expect(words).toContain(
    "src/lock.ts:2  function acquireLease — export function acquireLease(path: string): Lease  [words]",
  );
  expect(await rig.search({ query: "zebra crossing" })).toBe(
    `No definition fits zebra crossing in ${rig.root} (4 files).`,
  );
});

test("who uses something: the program before its tests, no definitions, no comments", async () => {
  using rig = codeRig(files);
  expect(await rig.search({ query: "acquireLease", find: "uses" })).toBe(`4 uses of acquireLease in 2 files (by name)
defined at src/lock.ts:2  function — export function acquireLease(path: string): Lease
src/main.ts:1  import { acquireLease } from "./lock.ts";
src/main.ts:5  return acquireLease("a");  (in function start)
test/lock.test.ts:1  import { acquireLease } from "../src/lock.ts";
test/lock.test.ts:2  acquireLease("b").release();`);
  expect(await rig.search({ query: "nowhere", find: "uses" })).toBe(
    `Nothing is named nowhere in ${rig.root} (4 files), so nothing uses it there.`,
  );
  expect(await rig.search({ query: "start", find: "uses" })).toBe(
    `Nothing uses start in ${rig.root} (4 files); it is defined at src/main.ts:3.`,
  );
});

test("what is in a file or a directory", async () => {
  using rig = codeRig(files);
  expect(await rig.search({ find: "outline", path: "src/lock.ts" })).toBe(`src/lock.ts: 4 definitions
2-4  function  export function acquireLease(path: string): Lease  — Takes the lock of a session, or says who holds it.
5-7  class  export class Lease
  6  method  release(): void
8  function  function openLease(path: string): Lease`);
  expect(await rig.search({ find: "outline", path: "src" })).toBe(`2 files in src
src/lock.ts: function acquireLease, class Lease
src/main.ts: function start`);
});
