import { expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Git } from "../../server/git.ts";
import { parsePatch } from "../../server/git-output.ts";
import { commitAll, makeRepo } from "./repo.ts";

test("every kind of change is told by its name, however odd the name", async () => {
  using repo = makeRepo();
  const odd = 'a "b"\n\té 日.ts';
  for (const path of ["kept", "edited", "deleted", "old name", "staged", odd]) repo.put(path, `${path}\n`.repeat(5));
  commitAll(repo);
  repo.put("edited", "edited\n");
  repo.put(odd, "odd\n");
  unlinkSync(join(repo.root, "deleted"));
  repo.run("mv", "old name", "new name");
  repo.put("staged", "staged\n");
  repo.put("added", "added\n");
  repo.run("add", "staged", "added");
  repo.put("sub/dir/new.ts", "new\n");
  const status = await repo.git.status();
  expect(status?.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: odd, status: "modified" },
    { path: "added", status: "added" },
    { path: "deleted", status: "deleted" },
    { path: "edited", status: "modified" },
    { path: "new name", from: "old name", status: "renamed" },
    { path: "staged", status: "modified" },
    { path: "sub/dir/new.ts", status: "untracked" },
  ]);
  expect(Object.fromEntries(await repo.git.counts())).toEqual({
    [odd]: { added: 1, removed: 10 },
    added: { added: 1, removed: 0 },
    deleted: { added: 0, removed: 5 },
    edited: { added: 0, removed: 4 },
    "new name": { added: 0, removed: 0 },
    staged: { added: 0, removed: 4 },
  });
  expect([...(await repo.git.changedPaths())].filter((path) => path.startsWith("sub"))).toEqual([
    "sub/dir/new.ts",
    "sub/dir",
    "sub",
  ]);
});

test("a project below a repository's top sees its own part, from its own root", async () => {
  using repo = makeRepo();
  repo.put("outside.ts", "one\n");
  repo.put("pack/inside.ts", "one\n");
  repo.put("package/other.ts", "one\n");
  commitAll(repo);
  for (const path of ["outside.ts", "pack/inside.ts", "package/other.ts"]) repo.put(path, "two\n");
  const git = new Git(join(repo.root, "pack"), repo.env);
  expect(await git.status()).toEqual([{ path: "inside.ts", status: "modified" }]);
  expect([...(await git.counts())]).toEqual([["inside.ts", { added: 1, removed: 1 }]]);
  expect((await git.patch("inside.ts"))?.hunks).toEqual([
    { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ["-one", "+two"] },
  ]);
});

test("no repository, no git, no commit and a broken repository are no failure", async () => {
  using bare = makeRepo({ init: false });
  expect([await bare.git.status(), (await bare.git.counts()).size, await bare.git.patch("a")]).toEqual([
    undefined,
    0,
    undefined,
  ]);
  using repo = makeRepo();
  repo.put("new.ts", "new\n");
  repo.run("add", "new.ts");
  expect(await repo.git.status()).toEqual([{ path: "new.ts", status: "added" }]);
  expect(await repo.git.patch("new.ts")).toBeUndefined();
  expect(await new Git(repo.root, { PATH: "/nonexistent" }).status()).toBeUndefined();
  writeFileSync(join(repo.root, ".git/HEAD"), "garbage");
  expect(await repo.git.status()).toBeUndefined();
  rmSync(repo.root, { recursive: true });
  expect(await repo.git.status()).toBeUndefined();
});

test("nothing that a repository's config names is run, and its index is not written", async () => {
  using repo = makeRepo();
  repo.put("a.bin", "one\n");
  repo.put("b.ts", "one\n");
  repo.put(".gitattributes", "*.bin diff=evil\n*.ts filter=evil\n*.md filter=a=b.c\n");
  repo.put("c.md", "one\n");
  commitAll(repo);
  const mark = join(repo.root, "../ran");
  const script = join(repo.root, "../evil.sh");
  writeFileSync(script, `#!/bin/sh\necho "$0" "$@" >> '${mark}'\ncat\n`);
  chmodSync(script, 0o755);
  const keys = [
    "core.fsmonitor",
    "core.pager",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "core.sshCommand",
  ];
  const filters = [
    "filter.evil.clean",
    "filter.evil.process",
    "filter.evil.smudge",
    "filter.a=b.c.clean",
    "gpg.program",
    "core.editor",
  ];
  for (const key of [...keys, ...filters, "pager.status", "pager.diff"]) {
    writeFileSync(
      join(repo.root, ".git/config"),
      `${readFileSync(join(repo.root, ".git/config"), "utf8")}${asConfig(key, script)}`,
    );
  }
  mkdirSync(join(repo.root, ".git/hooks"), { recursive: true });
  for (const hook of ["post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout"]) {
    writeFileSync(join(repo.root, ".git/hooks", hook), readFileSync(script));
    chmodSync(join(repo.root, ".git/hooks", hook), 0o755);
  }
  for (const path of ["a.bin", "b.ts", "c.md"]) repo.put(path, "two\n");
  const before = statSync(join(repo.root, ".git/index"));
  const status = await repo.git.status();
  const counts = await repo.git.counts();
  const patches = await Promise.all(["a.bin", "b.ts", "c.md"].map((path) => repo.git.patch(path)));
  expect(status?.map(({ path }) => path)).toEqual(["a.bin", "b.ts", "c.md"]);
  expect([...counts.values()]).toEqual(Array.from({ length: 3 }, () => ({ added: 1, removed: 1 })));
  expect(patches.map((patch) => patch?.hunks[0]?.lines)).toEqual(Array.from({ length: 3 }, () => ["-one", "+two"]));
  expect(existsSync(mark)).toBe(false);
  expect(statSync(join(repo.root, ".git/index")).mtimeMs).toBe(before.mtimeMs);
  Bun.spawnSync(["git", "status"], { cwd: repo.root, env: repo.env });
  expect(existsSync(mark)).toBe(true);
});

function asConfig(key: string, value: string): string {
  const [section, name, last] = [
    key.slice(0, key.indexOf(".")),
    key.slice(key.indexOf(".") + 1, key.lastIndexOf(".")),
    key.slice(key.lastIndexOf(".") + 1),
  ];
  const header = key.split(".").length > 2 ? `[${section} "${name}"]` : `[${section}]`;
  return `${header}\n\t${last} = ${value}\n`;
}

test("the environment's own git settings do not lead it elsewhere", async () => {
  using repo = makeRepo();
  using other = makeRepo();
  other.put("other.ts", "other\n");
  repo.put("own.ts", "own\n");
  const env = {
    ...repo.env,
    GIT_DIR: join(other.root, ".git"),
    GIT_WORK_TREE: other.root,
    GIT_EXTERNAL_DIFF: "/bin/false",
  };
  expect(await new Git(repo.root, env).status()).toEqual([{ path: "own.ts", status: "untracked" }]);
});

test("a rename that was edited past likeness, binaries and missing last breaks are read from patches", async () => {
  using repo = makeRepo();
  repo.put("old.ts", "one\ntwo\nthree\n");
  repo.put("pic", Buffer.from([0, 1, 2]));
  repo.put("tail", "a\nb");
  commitAll(repo);
  repo.run("mv", "old.ts", "new.ts");
  expect((await repo.git.patch("new.ts", "old.ts"))?.hunks).toEqual([]);
  repo.put("new.ts", "nothing\nlike it\n");
  expect((await repo.git.patch("new.ts", "old.ts"))?.hunks.map(({ lines }) => lines)).toEqual([
    ["+nothing", "+like it"],
  ]);
  repo.put("pic", Buffer.from([0, 3]));
  expect(await repo.git.patch("pic")).toEqual({ binary: true, hunks: [] });
  repo.put("tail", "a\nc");
  expect((await repo.git.patch("tail"))?.hunks[0]?.lines).toEqual([
    " a",
    "-b",
    "\\ No newline at end of file",
    "+c",
    "\\ No newline at end of file",
  ]);
  renameSync(join(repo.root, "tail"), join(repo.root, "--output=x"));
  repo.run("add", "--all");
  expect((await repo.git.patch("--output=x"))?.hunks[0]?.newLines).toBe(2);
});

test("a name that git would take for a pattern is a name", async () => {
  using repo = makeRepo();
  const names = [":!a", ":(glob)**", "*", "[a]", ":a"];
  for (const name of [...names, "a", "b"]) repo.put(name, "one\n");
  commitAll(repo);
  for (const name of [...names, "a", "b"]) repo.put(name, `${name}\n`);
  const patches = await Promise.all(names.map((name) => repo.git.patch(name)));
  expect(patches.map((patch) => patch?.hunks.map(({ lines }) => lines))).toEqual(
    names.map((name) => [["-one", `+${name}`]]),
  );
});

test("lines of a hunk that look like headers are lines", () => {
  const patch = [
    "diff --git a/x b/x",
    "--- a/x",
    "+++ b/x",
    "@@ -1,2 +1,2 @@ f",
    "--- a",
    "-@@ -1 +1 @@",
    "+++ b",
    "+Binary files differ",
    "",
  ];
  expect(parsePatch(patch.join("\n"))).toEqual({
    binary: false,
    hunks: [{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2, lines: patch.slice(4, 8) }],
  });
});
