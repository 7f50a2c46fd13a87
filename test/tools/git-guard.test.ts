/** A repository that came from a stranger: whatever its settings name, git runs none of it unless a person trusts it. */
import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openWorktree } from "../../server/worktrees.ts";
import { type GitArgs, gitRepo, guardedGit, trustingGit } from "./git-rig.ts";

const hooks = ["pre-commit", "commit-msg", "post-commit", "post-index-change", "post-checkout", "post-merge"];

/** Every program that it names leaves a mark. */
function strangersRepo(settings: readonly string[]) {
  const repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.commitFile(".gitattributes", "*.txt filter=own diff=own merge=own\n");
  repo.run("branch", "side");
  repo.commitFile("a.txt", "two\n");
  repo.run("switch", "--quiet", "side");
  repo.commitFile("a.txt", "three\n");
  repo.run("switch", "--quiet", "main");
  const mark = join(repo.root, "../mark");
  const run = `sh -c 'echo ran >> ${mark}; cat; exit 0' --`;
  for (const name of settings) repo.run("config", name, run);
  mkdirSync(join(repo.root, ".git/hooks"), { recursive: true });
  for (const name of hooks) {
    const path = join(repo.root, ".git/hooks", name);
    writeFileSync(path, `#!/bin/sh\necho ${name} >> ${mark}\n`);
    chmodSync(path, 0o755);
  }
  rmSync(mark, { force: true });
  repo.put("a.txt", "changed\n");
  return { ...repo, mark, [Symbol.dispose]: () => repo[Symbol.dispose]() };
}

const looking = [
  "core.fsmonitor",
  "core.pager",
  "diff.external",
  "diff.own.command",
  "diff.own.textconv",
  "core.editor",
];
const needed = ["filter.own.clean", "filter.own.smudge", "merge.own.driver", "gpg.program", "trailer.own.command"];

test("looking at it runs nothing of it, whatever is asked", async () => {
  using repo = strangersRepo([...looking, ...needed]);
  for (const operation of ["status", "diff", "log", "worktrees"] as const) {
    const { isError } = await repo.ask(repo.place, { operation }, guardedGit);
    expect([operation, isError, existsSync(repo.mark)]).toEqual([operation, false, false]);
  }
  expect((await repo.ask(repo.place, { operation: "review", ref: "side" }, guardedGit)).isError).toBe(false);
  expect(existsSync(repo.mark)).toBe(false);
  await repo.ask(repo.place, { operation: "diff" }, trustingGit);
  expect(existsSync(repo.mark)).toBe(true);
});

test("commits and merges are made without its hooks, which is said", async () => {
  using repo = strangersRepo(looking);
  const note = `\n[Hooks of the repository were not run (${hooks.toSorted().join(", ")}), as the directory is not trusted: sagent trust]`;
  const committed = await repo.ask(repo.place, { operation: "commit", message: "m", paths: ["a.txt"] }, guardedGit);
  expect([committed.isError, committed.text.endsWith(note)]).toEqual([false, true]);
  const merged = await repo.ask(repo.place, { operation: "merge", ref: "side", keepConflicts: true }, guardedGit);
  expect([merged.isError, merged.text.endsWith(note)]).toEqual([false, true]);
  expect((await repo.ask(repo.place, { operation: "abort" }, guardedGit)).isError).toBe(false);
  expect(existsSync(repo.mark)).toBe(false);
});

for (const setting of needed) {
  test(`nothing is committed, merged or made without ${setting}, which the result depends on`, async () => {
    using repo = strangersRepo([setting]);
    const wishes: readonly GitArgs[] = [
      { operation: "commit", message: "m", paths: ["a.txt"], attribution: true },
      { operation: "merge", ref: "side" },
    ];
    for (const wish of wishes) {
      const { text, isError } = await repo.ask(repo.place, wish, guardedGit);
      expect([text, isError]).toEqual([expect.stringContaining(`run programs for that (${setting})`), true]);
    }
    const wish = { cwd: repo.root, env: repo.env, home: join(repo.root, "../trees"), label: "a" };
    const opening = openWorktree({ ...wish, isTrusted: async () => false });
    await expect(opening).rejects.toThrow(`run programs for that (${setting})`);
    expect(existsSync(repo.mark)).toBe(false);
  });
}
