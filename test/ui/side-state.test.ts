/** The rules behind the side's tabs: what changed, the tree of files, windows of a text, terminals. */
import { expect, test } from "bun:test";
import type { FileChange, FileDiff, Tree, TreeEntry } from "../../server/file-types.ts";
import {
  countByAgents,
  emptyDiffWords,
  filterChanges,
  groupChanges,
  hunkLines,
  splitPath,
  sumLines,
} from "../../ui/state/changes.ts";
import { chunkOf, textOf, withNext, withPrevious } from "../../ui/state/file-text.ts";
import { foldersOf, inProject, treeKey, treeRows } from "../../ui/state/files.ts";
import { ackInSums, makeTyping, namedTerminals, noteTitle, titles } from "../../ui/state/terminals.ts";

const change = (path: string, agents: string[], added: number | null = 1): FileChange => ({
  path,
  status: "modified",
  against: agents.length > 0 ? "session" : "git",
  added,
  removed: added,
  agents,
  times: agents.length,
  lastAt: null,
});

test("changes stand by who made them, and their lines are summed where they are known", () => {
  const [mine, other] = [change("a.ts", ["main"], 3), change("b.png", [], null)];
  expect(groupChanges([other, mine])).toEqual([
    { title: "By agents", changes: [mine] },
    { title: "Other changes in git", changes: [other] },
  ]);
  expect(groupChanges([])).toEqual([]);
  expect(sumLines([mine, other])).toEqual({ added: 3, removed: 3 });
  expect(sumLines([other])).toEqual({ added: null, removed: null });
  expect(splitPath("src/deep/a.ts")).toEqual({ name: "a.ts", folder: "src/deep" });
  expect(splitPath("/a.ts")).toEqual({ name: "a.ts", folder: "/" });
});

test("changes are found by words of their path or their agents; only those of agents that still differ are counted", () => {
  const all = [change("src/App.ts", ["main"]), change("src/app.css", ["main", "painter"]), change("notes.md", [])];
  const found = (words: string) => filterChanges(all, words).map(({ path }) => path);
  expect(["", "  ", "app", "SRC css", "painter", "main notes"].map(found)).toEqual([
    ...[all.map(({ path }) => path), all.map(({ path }) => path)],
    ...[["src/App.ts", "src/app.css"], ["src/app.css"], ["src/app.css"], []],
  ]);
  expect(countByAgents(all)).toBe(2);
  expect(countByAgents([{ ...change("a", ["main"]), status: "unchanged" }])).toBe(0);
});

test("a diff without lines says why", () => {
  const diff: FileDiff = { path: "a", against: "git", created: false, deleted: false, binary: false, hunks: [] };
  const hunk = { oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: [" same", "-old", "+new", "+more"] };
  expect(emptyDiffWords({ ...diff, hunks: [hunk] })).toBeUndefined();
  expect(hunkLines({ hunks: [hunk] })).toEqual({ added: 2, removed: 1 });
  const cases = [diff, { ...diff, against: "session" as const }, { ...diff, binary: true }];
  const words = [...cases, { ...diff, tooBig: true }, { ...diff, created: true }, { ...diff, deleted: true }];
  expect(new Set(words.map(emptyDiffWords)).size).toBe(6);
  expect(words.map(emptyDiffWords)).not.toContain(undefined);
});

const entry = (name: string, type: TreeEntry["type"] = "file", isIgnored = false): TreeEntry => ({
  name,
  type,
  isIgnored,
  isLink: false,
  size: 1,
  modifiedAt: 0,
  isChanged: false,
});
const level = (path: string, entries: TreeEntry[], total = entries.length): [string, Tree] => [
  path,
  { path, entries, total },
];
const levels = new Map([
  level("", [entry("lib", "directory", true), entry("src", "directory"), entry("z.ts")], 9),
  level("lib", [entry("deep", "directory")]),
  level("lib/deep", [entry("a.js")]),
]);

test("the tree shows what is open, dims all below what is ignored, and says what it leaves out", () => {
  const rows = treeRows(levels, new Set(["lib", "lib/deep", "src"]));
  expect(rows.map(({ path, level, isIgnored, left }) => [path, level, isIgnored, left])).toEqual([
    ["lib", 1, true, 0],
    ["lib/deep", 2, true, 0],
    ["lib/deep/a.js", 3, true, 0],
    ["src", 1, false, 0],
    ["z.ts", 1, false, 6],
  ]);
  expect(treeRows(levels, new Set(["lib/deep"])).map(({ path }) => path)).toEqual(["lib", "src", "z.ts"]);
  expect(foldersOf("a/b/c.ts")).toEqual(["a", "a/b"]);
  expect(inProject("/home/me/it/src/a.ts", "/home/me/it")).toBe("src/a.ts");
  expect(inProject("./src/a.ts", "/home/me/it")).toBe("src/a.ts");
});

test("keys move in the tree as in any tree", () => {
  const rows = treeRows(levels, new Set(["lib", "lib/deep"]));
  const keys = (at: string, ...names: string[]) => names.map((key) => treeKey(rows, at, key));
  const focus = (path: string) => ({ type: "focus" as const, path });
  const toggle = (path: string) => ({ type: "toggle" as const, path });
  expect(keys("lib", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "End")).toEqual([
    ...[focus("lib/deep"), undefined, focus("lib/deep"), toggle("lib"), focus("z.ts")],
  ]);
  expect(keys("src", "ArrowRight", "ArrowLeft", "ArrowUp", "Home", "x")).toEqual([
    ...[toggle("src"), undefined, focus("lib/deep/a.js"), focus("lib"), undefined],
  ]);
  expect(keys("lib/deep/a.js", "ArrowLeft", "ArrowRight")).toEqual([focus("lib/deep"), undefined]);
  expect(keys("gone", "ArrowDown")).toEqual([undefined]);
});

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join("");
const window = (from: number, to: number) => ({
  ...{ text: lines(from, to), from: from * 10, to: to * 10, firstLine: from, lines: null, isExact: true },
});

test("a text is read on in both directions without a line lost or twice", () => {
  const text = withPrevious(withNext(textOf(window(1_000, 1_900)), window(1_900, 2_000)), window(300, 1_300));
  expect(`${text.chunks.map((chunk) => chunk.text).join("\n")}\n`).toBe(lines(300, 2_000));
  expect(text.chunks.map(({ firstLine, lines }) => [firstLine, lines])).toEqual([
    ...[
      [300, 400],
      [700, 300],
      [1_000, 400],
      [1_400, 400],
      [1_800, 100],
      [1_900, 100],
    ],
  ]);
  expect([text.from, text.to]).toEqual([3_000, 20_000]);
  expect([1, 699, 700, 1_950, 9_999].map((line) => chunkOf(text, line))).toEqual([0, 0, 1, 5, 5]);
});

test("terminals of one name are told apart; what programs call them counts, made fit to be shown; what is shown is acknowledged in sums", () => {
  const row = (id: string, title: string) => ({ id, title, cols: 80, rows: 24 });
  const rows = [row("1", "bash"), row("2", "zsh"), row("3", "bash"), { ...row("4", "sh"), exitCode: 0 }];
  expect(namedTerminals(rows, new Map([["2", ""]])).map(({ name }) => name)).toEqual(["bash", "zsh", "bash 2", "sh"]);
  noteTitle("1", ` ${"\u202e"}vim${"x".repeat(100)}`);
  noteTitle("3", "sh");
  expect(namedTerminals(rows, titles())).toEqual([
    { id: "1", name: `\ufffdvim${"x".repeat(56)}`, hasEnded: false },
    { id: "2", name: "zsh", hasEnded: false },
    { id: "3", name: "sh", hasEnded: false },
    { id: "4", name: "sh 2", hasEnded: true },
  ]);
  const told: number[] = [];
  const ack = ackInSums((units) => told.push(units));
  for (const units of [10_000, 6_000, 384, 20_000, 1]) ack(units);
  expect(told).toEqual([16_384, 20_000]);
});

test("what is typed during a short cut is sent after it, once; after a long one it no longer fits what stands there", () => {
  const sent: string[] = [];
  let [isOpen, at] = [true, 1_000];
  const typing = makeTyping(
    (data) => sent.push(data),
    () => isOpen,
    () => at,
  );
  const cut = (lastsMs: number, ...keys: readonly string[]) => {
    isOpen = false;
    for (const key of keys) typing.type(key);
    at += lastsMs;
    isOpen = true;
    typing.goOn();
  };
  typing.type("a");
  cut(4_999, "b", "c");
  cut(10);
  cut(5_000, "r", "m");
  typing.type("d");
  expect(sent).toEqual(["a", "bc", "d"]);
});
