/** Commits by names and words that git could take for something else. */
import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { gitRepo } from "./git-rig.ts";

test("names with the marks of patterns and options mean that one file", async () => {
  using repo = gitRepo();
  const odd = ["*.txt", "-a", "a b", "[x].txt", ":(top)y", "!z", "new\nline"];
  for (const name of [...odd, "x.txt", "other.txt"]) repo.put(name, "1\n");
  for (const name of odd) {
    expect([name, (await repo.git({ operation: "commit", paths: [name], message: "odd" })).isError]).toEqual([
      name,
      false,
    ]);
    expect(repo.run("show", "--name-only", "--format=", "-z", "HEAD")).toBe(`${name}\0`);
  }
  expect(repo.run("ls-files", "--others", "-z").split("\0").filter(Boolean)).toEqual(["other.txt", "x.txt"]);
});

test("a message is kept as it was written, lines that begin with # and an option's dash too", async () => {
  using repo = gitRepo();
  repo.put("a", "1\n");
  const message = "#12: mend the list\n\n# Why\n- it broke";
  expect((await repo.git({ operation: "commit", paths: ["a"], message })).isError).toBe(false);
  expect(repo.run("log", "-1", "--format=%B").trim()).toBe(message);
  repo.put("a", "2\n");
  await repo.git({ operation: "commit", paths: ["a"], message: "--amend" });
  expect(repo.run("log", "-1", "--format=%B").trim()).toBe("--amend");
});

test("through a symlink to the repository, or to a directory in it, the file is found; a link is committed as a link", async () => {
  using repo = gitRepo();
  mkdirSync(join(repo.root, "sub"));
  symlinkSync(repo.root, join(repo.root, "../way"));
  symlinkSync("sub", join(repo.root, "short"));
  symlinkSync("sub/a", join(repo.root, "link"));
  repo.put("sub/a", "1\n");
  repo.put("b", "1\n");
  const place = repo.at(join(repo.root, "../way"));
  const paths = ["short/a", "b", "link", join(repo.root, "../way/b")];
  expect((await repo.ask(place, { operation: "commit", paths, message: "all" })).isError).toBe(false);
  expect(repo.run("show", "--name-only", "--format=", "HEAD").trim().split("\n")).toEqual(["b", "link", "sub/a"]);
  expect(repo.run("ls-files", "--stage", "link")).toStartWith("120000");
});

test("files that are laid out as a repository are none", async () => {
  using repo = gitRepo({ init: false });
  const marker = join(repo.root, "ran");
  for (const each of ["objects", "refs", "hooks"]) mkdirSync(join(repo.root, "plain", each), { recursive: true });
  repo.put("plain/HEAD", "ref: refs/heads/main\n");
  repo.put("plain/config", `[core]\n\tbare = false\n\tworktree = ..\n[diff]\n\texternal = touch ${marker}\n`);
  repo.put("plain/a", "1\n");
  const place = repo.at(join(repo.root, "plain"));
  const { text, isError } = await repo.ask(place, { operation: "status" });
  expect([isError, text]).toEqual([true, expect.stringContaining("is a bare repository: it has no files to work on.")]);
});
