import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openWorktree } from "../../server/worktrees.ts";
import { commitAll, makeRepo, type Repo } from "./repo.ts";

/** A repository with a commit, and a place for its worktrees. */
function place() {
  const repo = makeRepo();
  repo.put("sub/a.txt", "one\n");
  commitAll(repo);
  const home = join(repo.root, "../worktrees");
  const open = (label: string, more: { cwd?: string; again?: string } = {}) =>
    openWorktree({ cwd: repo.root, env: repo.env, home, label, isTrusted, ...more });
  return { repo, home, open, [Symbol.dispose]: () => repo[Symbol.dispose]() };
}

const isTrusted = async () => false;
const branches = (repo: Repo) => repo.run("branch", "--format=%(refname:short)").trim().split("\n");

test("many are made and removed at once, and leave nothing", async () => {
  using at = place();
  const trees = await Promise.all(Array.from({ length: 12 }, () => at.open("worker")));
  expect(new Set(trees.map(({ root }) => root)).size).toBe(12);
  expect(branches(at.repo)).toHaveLength(13);
  await Promise.all(trees.map((tree) => tree[Symbol.asyncDispose]()));
  expect([branches(at.repo), readdirSync(at.home)]).toEqual([["main"], []]);
  expect(trees.map((tree) => tree.farewell())).toEqual(
    Array.from(trees, () => "It changed nothing in its worktree, which was removed."),
  );
});

test("one begins in the parent's directory, and is kept with what was changed in it", async () => {
  using at = place();
  const tree = await at.open("My Worker!", { cwd: join(at.repo.root, "sub") });
  expect(tree.cwd).toBe(join(tree.root, "sub"));
  expect(readFileSync(join(tree.cwd, "a.txt"), "utf8")).toBe("one\n");
  writeFileSync(join(tree.cwd, "b.txt"), "b\n");
  await tree[Symbol.asyncDispose]();
  expect(tree.farewell()).toMatch(
    /^Its worktree is kept: branch sagent\/my-worker-\w{8} in .*, with changes in no commit in 1 file \(sub\/b\.txt\)\. See/,
  );
  const again = await at.open("worker", { again: tree.root });
  expect([again.root, again.briefing, existsSync(join(again.root, "sub/b.txt"))]).toEqual([tree.root, "", true]);
});

test("one begins in the same directory where the parent's is named through a symlink", async () => {
  using at = place();
  const way = join(at.repo.root, "../way");
  symlinkSync(join(at.repo.root, "sub"), way);
  const tree = await at.open("worker", { cwd: way });
  expect(tree.cwd).toBe(join(tree.root, "sub"));
  await tree[Symbol.asyncDispose]();
});

test("one that is gone is made again, with what its branch has", async () => {
  using at = place();
  const tree = await at.open("worker");
  writeFileSync(join(tree.root, "b.txt"), "b\n");
  at.repo.run("-C", tree.root, "add", "b.txt");
  at.repo.run("-C", tree.root, "commit", "--quiet", "--message", "b");
  at.repo.run("worktree", "remove", "--force", tree.root);
  const again = await at.open("worker", { again: tree.root });
  expect(readFileSync(join(again.root, "b.txt"), "utf8")).toBe("b\n");
  await again[Symbol.asyncDispose]();
  expect(again.farewell()).toContain("with 1 commit.");
});

test("a detached HEAD will do, submodules are told of, and what the parent has not committed too", async () => {
  using at = place();
  using other = makeRepo();
  other.put("x.txt", "x\n");
  commitAll(other);
  at.repo.run("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.root, "lib");
  commitAll(at.repo);
  at.repo.run("checkout", "--quiet", "--detach");
  at.repo.put("new.txt", "n\n");
  const tree = await at.open("worker");
  expect(tree.briefing).toEndWith(
    "What is in no commit yet is not in it: 1 file (new.txt). Submodules are empty in it: lib.",
  );
  expect(tree.spawned).toEndWith("What is in no commit yet is not in it: 1 file (new.txt).");
  await tree[Symbol.asyncDispose]();
  expect(tree.farewell()).toBe("It changed nothing in its worktree, which was removed.");
});

test("a bare repository, an empty one and none at all are refused with a sentence", async () => {
  using none = makeRepo({ init: false });
  const open = (cwd: string) =>
    openWorktree({ cwd, env: none.env, home: join(none.root, "../trees"), label: "a", isTrusted });
  const cannot = "A worktree of its own cannot be made: ";
  await expect(open(none.root)).rejects.toThrow(`${cannot}${none.root} is in no git repository.`);
  mkdirSync(join(none.root, "bare"));
  none.run("init", "--bare", "--quiet", "bare");
  await expect(open(join(none.root, "bare"))).rejects.toThrow(
    `${cannot}${none.root}/bare is a bare repository: it has no files to work on.`,
  );
  none.run("init", "--quiet", "--initial-branch=main");
  await expect(open(none.root)).rejects.toThrow(`${cannot}There is no commit yet.`);
});
