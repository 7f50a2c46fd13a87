import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gitRepo, trustingGit } from "./git-rig.ts";

test("only the files that are named are committed, new and deleted ones too", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.commitFile("gone.txt", "x\n");
  repo.put("a.txt", "two\n");
  repo.put("b*.txt", "new\n");
  repo.put("bc.txt", "left\n");
  repo.put("staged.txt", "left\n");
  repo.run("add", "staged.txt");
  rmSync(join(repo.root, "gone.txt"));
  const { text } = await repo.git({
    operation: "commit",
    message: "Change\n\nWhy.",
    paths: ["a.txt", "b*.txt", "gone.txt"],
  });
  expect(text).toMatch(/^Committed \w+ on main: Change\n\n a\.txt +\| 2 \+-\n b\*\.txt +\| 1 \+\n gone\.txt \| 1 -\n/);
  expect(repo.run("log", "-1", "--format=%B").trim()).toBe("Change\n\nWhy.");
  expect(repo.run("status", "--short")).toBe("A  staged.txt\n?? bc.txt\n");
});

test("a trailer is added only where it is asked for", async () => {
  using repo = gitRepo();
  repo.put("a.txt", "one\n");
  await repo.git({ operation: "commit", message: "One", paths: ["a.txt"], attribution: true });
  expect(repo.run("log", "-1", "--format=%B").trim()).toBe("One\n\nAssisted-by: sagent");
});

test("directories, files outside and files without changes are not committed", async () => {
  using repo = gitRepo();
  repo.commitFile("dir/a.txt", "one\n");
  const refusal = async (path: string) => (await repo.git({ operation: "commit", message: "m", paths: [path] })).text;
  expect(await refusal(".")).toBe(". is a directory: name each file that is to be committed. Nothing was committed.");
  expect(await refusal("dir")).toBe(
    "dir is a directory: name each file that is to be committed. Nothing was committed.",
  );
  expect(await refusal("../x")).toBe("../x is outside of the repository at project. Nothing was committed.");
  expect(await refusal("dir/a.txt")).toBe("These files have no changes to commit.");
  expect(await refusal("none.txt")).toContain("pathspec 'none.txt' did not match any files");
  expect((await repo.git({ operation: "commit", message: "m" })).text).toBe("This operation needs `paths`.");
});

test("hooks are respected, and what they, a missing key or a missing name say is told", async () => {
  using repo = gitRepo();
  repo.put("a.txt", "one\n");
  const commit = (place = repo.place) => repo.ask(place, { operation: "commit", message: "m", paths: ["a.txt"] });
  const nameless = repo.at(repo.root, { GIT_AUTHOR_NAME: "", GIT_AUTHOR_EMAIL: "", EMAIL: "" });
  repo.run("config", "user.useConfigOnly", "true");
  expect((await commit(nameless)).isError).toBe(true);
  repo.put(".git/hooks/pre-commit", "#!/bin/sh\necho 'no tabs, please' >&2\nexit 1\n");
  chmodSync(join(repo.root, ".git/hooks/pre-commit"), 0o755);
  expect((await commit()).text).toBe(
    "Nothing was committed; the files are staged. git commit failed (1):\nno tabs, please",
  );
  rmSync(join(repo.root, ".git/hooks/pre-commit"));
  repo.run("config", "commit.gpgSign", "true");
  repo.run("config", "gpg.program", "false");
  expect((await commit()).text).toStartWith(
    "The commit could not be signed, as the settings ask for it, so nothing was committed;",
  );
  expect((await repo.git({ operation: "log" })).text).toBe("There is no commit yet.");
});

test("status, diff and log are for reading, and long ones go on with an offset", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n", "first");
  repo.commitFile("big.txt", "", "second");
  repo.put("a.txt", "two\n");
  expect((await repo.git({ operation: "status" })).text.trim()).toBe("## main\n M a.txt");
  const { text } = await repo.git({ operation: "diff" });
  expect(text).toContain(" a.txt | 2 +-\n 1 file changed");
  expect(text).toEndWith("@@ -1 +1 @@\n-one\n+two");
  expect((await repo.git({ operation: "log" })).text.trim().replace(/^\w+ [\d-]+ /gm, "")).toBe(
    "Test: second (HEAD -> main)\nTest: first",
  );
  repo.put("big.txt", Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join(""));
  const seen: string[] = [];
  for (let offset: number | undefined = 1; offset !== undefined; ) {
    const page: string = (await repo.git({ operation: "diff", paths: ["big.txt"], offset })).text;
    seen.push(...(page.match(/^\+line \d+$/gm) ?? []));
    const next: string | undefined = /go on with offset (\d+)\.\]$/.exec(page)?.[1];
    offset = next === undefined ? undefined : Number(next);
  }
  expect(seen).toEqual(Array.from({ length: 20_000 }, (_, index) => `+line ${index}`));
  expect((await repo.git({ operation: "diff", ref: "HEAD~1..HEAD" })).text).toContain("big.txt");
  expect((await repo.git({ operation: "diff", ref: "--output=x" })).text).toStartWith(
    'There is no branch or commit "--output=x"',
  );
  expect(existsSync(join(repo.root, "x"))).toBe(false);
});

test("more than can be kept is not cut in silence", async () => {
  using repo = gitRepo();
  repo.commitFile("big.txt", "");
  repo.put("big.txt", "a line that is as long as others are\n".repeat(250_000));
  expect((await repo.git({ operation: "diff" })).text).toBe(
    "git diff says more than 8 MiB: ask for less, by paths or a smaller range.",
  );
});

test("what the outside has set for another repository, and its pager and editor, do not count", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  const hostile = {
    GIT_DIR: "/nowhere",
    GIT_WORK_TREE: "/",
    GIT_INDEX_FILE: "/nowhere",
    GIT_PAGER: "false",
    GIT_EDITOR: "false",
  };
  const { text, isError } = await repo.ask(repo.at(repo.root, hostile), { operation: "log" });
  expect([isError, text]).toEqual([false, expect.stringContaining("put a.txt")]);
});

test("outside of a repository, in a bare one, and when it is stopped, it says so", async () => {
  using none = gitRepo({ init: false });
  expect(await none.git({ operation: "status" })).toEqual({ text: "project is in no git repository.", isError: true });
  none.run("init", "--bare", "--quiet", ".");
  expect((await none.git({ operation: "status" })).text).toBe(
    "project is a bare repository: it has no files to work on.",
  );
  using repo = gitRepo();
  repo.place.stop.abort();
  expect(await repo.place.run(trustingGit, { operation: "status" })).toEqual({
    text: "Git was stopped.",
    isError: true,
  });
});

test("worktrees are listed, worked in and removed, but not with changes and never the main one", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.run("worktree", "add", "--quiet", "-b", "side", "../side");
  const side = join(repo.root, "../side");
  expect((await repo.git({ operation: "worktrees" })).text).toBe("main in project\nside in side");
  await Bun.write(join(side, "b.txt"), "b\n");
  const remove = () => repo.git({ operation: "remove", worktree: "side" });
  expect((await remove()).text).toBe(
    "side has changes that are in no commit: 1 file (b.txt). Commit them there first, or undo them.",
  );
  await repo.git({ operation: "commit", worktree: "side", message: "b", paths: ["b.txt"] });
  expect(repo.run("log", "side", "--format=%s")).toBe("b\nput a.txt\n");
  expect((await remove()).text).toBe("Removed side. Its branch side stays: it has commits that are not in HEAD.");
  expect((await repo.git({ operation: "remove", worktree: "main" })).text).toBe(
    "This is the repository's main worktree; it stays.",
  );
  expect((await repo.git({ operation: "status", worktree: "none" })).text).toStartWith(
    'There is no worktree "none". There are: main in ',
  );
});

test("of a worktree what is in no commit is told by review, and merging waits for it", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.run("worktree", "add", "--quiet", "-b", "side", "../side");
  await Bun.write(join(repo.root, "../side/a.txt"), "two\n");
  expect((await repo.git({ operation: "review", ref: "side" })).text).toBe(
    "side has no commit that the present branch does not have.\nIn its worktree are changes that are in no commit: 1 file (a.txt).",
  );
  expect(await repo.git({ operation: "merge", ref: "side" })).toEqual({
    text: 'The worktree of side has changes that are in no commit: 1 file (a.txt). Commit them there first (worktree: "side").',
    isError: true,
  });
  await repo.git({ operation: "commit", worktree: "side", message: "two", paths: ["a.txt"] });
  expect((await repo.git({ operation: "merge", ref: "side" })).text).toMatch(/^Merged side\.\n a\.txt \| 2 \+-/);
  expect(readFileSync(join(repo.root, "a.txt"), "utf8")).toBe("two\n");
  expect((await repo.git({ operation: "merge", ref: "side" })).text).toBe(
    "All of side is in the present branch already.",
  );
});
