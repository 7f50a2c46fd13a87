import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type WalkOptions, walk } from "../../tools/ignore.ts";
import { tempDir } from "../support/temp-dir.ts";

function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

async function filesUnder(root: string, options: Partial<WalkOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  const entries = walk(root, { hidden: true, ignore: true, ...options });
  for await (const { relative, isDirectory } of entries) if (!isDirectory) found.push(relative);
  return found;
}

function git(root: string, ...args: string[]): string {
  const done = Bun.spawnSync(["git", "-c", "core.excludesFile=/dev/null", ...args], { cwd: root });
  expect(done.exitCode).toBe(0);
  return done.stdout.toString();
}

test("entries come in path-component order, directories before their contents", async () => {
  using dir = tempDir();
  plant(dir.path, { "b/x": "", "a.txt": "", "a/z": "", "a/b/c": "", B: "" });
  const seen: string[] = [];
  for await (const { relative } of walk(dir.path, { hidden: true, ignore: true })) seen.push(relative);
  expect(seen).toEqual(["B", "a", "a/b", "a/b/c", "a/z", "a.txt", "b", "b/x"]);
});

test("links are seen and not followed", async () => {
  using dir = tempDir();
  plant(dir.path, { "real/x": "" });
  symlinkSync(".", join(dir.path, "loop"));
  symlinkSync("nowhere", join(dir.path, "dangling"));
  expect(await filesUnder(dir.path)).toEqual(["dangling", "loop", "real/x"]);
});

test("hidden names, depth and descend are the caller's choice, .git is never seen", async () => {
  using dir = tempDir();
  plant(dir.path, { ".git/config": "", ".env": "", "a/.b/c": "", "a/d/e": "", f: "" });
  expect(await filesUnder(dir.path)).toEqual([".env", "a/.b/c", "a/d/e", "f"]);
  expect(await filesUnder(dir.path, { hidden: false })).toEqual(["a/d/e", "f"]);
  expect(await filesUnder(dir.path, { maxDepth: 1 })).toEqual([".env", "f"]);
  expect(await filesUnder(dir.path, { descend: ({ name }) => name !== "d" })).toEqual([".env", "a/.b/c", "f"]);
});

test("nested rules: the nearest wins, .ignore beats .gitignore, exclude comes last", async () => {
  using dir = tempDir();
  plant(dir.path, {
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/info/exclude": "*.secret\n*.keep\n",
    ".gitignore": "*.log\n/build\n!*.keep\n",
    ".ignore": "*.big\n!wanted.log\n",
    "sub/.gitignore": "!debug.log\n*.tmp\n",
    "sub/debug.log": "",
    "sub/other.log": "",
    "sub/a.tmp": "",
    "sub/build/x": "",
    "build/x": "",
    "a.big": "",
    "a.secret": "",
    "a.keep": "",
    "wanted.log": "",
    "b.tmp": "",
  });
  const visible = ["a.keep", "b.tmp", "sub/build/x", "sub/debug.log", "wanted.log"];
  const files = (await filesUnder(dir.path)).filter((name) => !/(^|\/)\.[^/]*$/.test(name));
  expect(files).toEqual(visible);
  expect(await filesUnder(join(dir.path, "sub"), { hidden: false })).toEqual(["build/x", "debug.log"]);
});

test("a repository inside another does not take the rules of git from outside", async () => {
  using dir = tempDir();
  plant(dir.path, {
    ".gitignore": "*.a\n",
    ".ignore": "*.b\n",
    "in/.git/HEAD": "",
    "in/x.a": "",
    "in/x.b": "",
    "y.a": "",
  });
  expect(await filesUnder(dir.path, { hidden: false })).toEqual(["in/x.a"]);
});

test("a linked worktree takes the excludes of its repository", async () => {
  using dir = tempDir();
  const main = join(dir.path, "main");
  plant(main, { "a.txt": "" });
  git(main, "init", "-q");
  git(main, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x");
  plant(main, { ".git/info/exclude": "*.cache\n" });
  git(main, "worktree", "add", "-q", "../tree");
  plant(dir.path, { "tree/a.cache": "", "tree/b": "" });
  expect(await filesUnder(join(dir.path, "tree"))).toEqual(["b"]);
});

test("a walk that is aborted ends", async () => {
  using dir = tempDir();
  plant(dir.path, { a: "", b: "" });
  expect(await filesUnder(dir.path, { signal: AbortSignal.abort() })).toEqual([]);
});

test("a directory named outright is walked though a rule names it", async () => {
  using dir = tempDir();
  plant(dir.path, { ".gitignore": "node_modules/\n", "node_modules/a/b.js": "" });
  expect(await filesUnder(dir.path, { hidden: false })).toEqual([]);
  expect(await filesUnder(join(dir.path, "node_modules"))).toEqual(["a/b.js"]);
});

const names = ["a", "ab", "b.c", "abc.d", ".e", "a b", "#f", "!g", "x[y"];
const pieces = [
  "a",
  "b",
  "c",
  "*",
  "?",
  "**",
  "/",
  "[a-c]",
  "[!a]",
  "[^b]",
  "\\*",
  ".",
  "e",
  "#",
  "\\#",
  "!",
  " ",
  "\\ ",
  "[",
  "[[:alpha:]]",
];
const line = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));

test("any rules leave what git leaves", async () => {
  using dir = tempDir({ memory: true });
  const tree: Record<string, string> = {};
  for (const first of names) {
    tree[`${first}.top`] = "";
    for (const second of names) tree[`dir-${first}/${second}`] = "";
  }
  for (const first of ["a", "b.c"]) for (const second of names) tree[`deep/${first}/${second}`] = "";
  plant(dir.path, tree);
  git(dir.path, "init", "-q");
  const property = fc.asyncProperty(
    fc.array(line, { maxLength: 5 }),
    fc.array(line, { maxLength: 3 }),
    async (top, nested) => {
      plant(dir.path, { ".gitignore": top.join("\n"), "deep/.gitignore": nested.join("\n") });
      const kept = git(dir.path, "ls-files", "-z", "--others", "--exclude-standard").split("\0").filter(Boolean);
      expect((await filesUnder(dir.path)).toSorted()).toEqual(kept.toSorted());
    },
  );
  await fc.assert(property, { numRuns: 150 });
});
