import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gitRepo } from "./git-rig.ts";

/** A repository whose branches `main` and `side` changed the same lines of two files, and one of them deleted a third. */
function conflicting() {
  const repo = gitRepo();
  const lines = (word: string) => ["a", "b", "c", "d", word, "e", "f", "g", "h"].map((line) => `${line}\n`).join("");
  repo.commitFile("one.txt", lines("start"));
  repo.commitFile("two.txt", "x\n");
  repo.commitFile("gone.txt", "x\n");
  repo.run("checkout", "--quiet", "-b", "side");
  repo.commitFile("one.txt", lines("theirs"));
  repo.commitFile("gone.txt", "y\n");
  repo.commitFile("free.txt", "free\n");
  repo.run("checkout", "--quiet", "main");
  repo.commitFile("one.txt", lines("ours"));
  repo.run("rm", "--quiet", "gone.txt");
  repo.run("commit", "--quiet", "--message", "drop");
  return repo;
}

const read = (repo: ReturnType<typeof gitRepo>, name: string) => readFileSync(join(repo.root, name), "utf8");

test("of a merge that conflicts both sides are shown, file by file, and nothing is touched", async () => {
  using repo = conflicting();
  repo.put("two.txt", "the user's\n");
  const before = repo.run("rev-parse", "HEAD");
  const { text, isError } = await repo.git({ operation: "merge", ref: "side" });
  expect(isError).toBe(true);
  expect(text).toBe(
    [
      "side conflicts with the present branch in 2 files; nothing was changed. To resolve them here, merge with keepConflicts, edit the files and commit; or let the branch's author merge this branch first.",
      "",
      "=== gone.txt",
      "=== one.txt",
      "@@ line 2",
      "b\nc\nd\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> side\ne\nf\ng",
      "CONFLICT (modify/delete): gone.txt deleted in HEAD and modified in side.  Version side of gone.txt left in tree.",
      "CONFLICT (content): Merge conflict in one.txt",
    ].join("\n"),
  );
  expect([repo.run("rev-parse", "HEAD"), repo.run("status", "--short")]).toEqual([before, " M two.txt\n"]);
});

test("conflicts that are kept are resolved in the files, and only then committed", async () => {
  using repo = conflicting();
  const kept = await repo.git({ operation: "merge", ref: "side", keepConflicts: true });
  expect([kept.isError, kept.text.split("\n")[0]]).toEqual([
    false,
    "side is merged but for conflicts in 2 files (gone.txt, one.txt), which are now in the files. Edit them, then commit all of them by their paths; or take the merge back with abort.",
  ]);
  expect((await repo.git({ operation: "status" })).text).toStartWith("A merge is under way:");
  expect((await repo.git({ operation: "merge", ref: "side" })).text).toStartWith("A merge is already under way:");
  const commit = (...paths: string[]) => repo.git({ operation: "commit", message: "Merge side", paths });
  expect((await commit("one.txt", "gone.txt")).text).toBe(
    "There are still conflict markers in one.txt. Nothing was committed.",
  );
  repo.put("one.txt", "both\n");
  expect((await commit("one.txt")).text).toBe("Conflicts are left in gone.txt. Nothing was committed.");
  expect((await commit("one.txt", "gone.txt")).text).toMatch(/^Committed \w+ on main: Merge side/);
  expect(repo.run("log", "-1", "--format=%P").trim().split(" ")).toHaveLength(2);
  expect([read(repo, "free.txt"), repo.run("status", "--short")]).toEqual(["free\n", ""]);
});

test("a merge that is under way is taken back whole", async () => {
  using repo = conflicting();
  expect((await repo.git({ operation: "abort" })).text).toBe("No merge is under way.");
  await repo.git({ operation: "merge", ref: "side", keepConflicts: true });
  expect((await repo.git({ operation: "abort" })).text).toBe(
    "The merge was taken back; everything is as it was before it.",
  );
  expect(repo.run("status", "--short")).toBe("");
});

test("a merge without a commit is left to be looked at, one with a message has it", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.run("checkout", "--quiet", "-b", "side");
  repo.commitFile("b.txt", "b\n");
  repo.run("checkout", "--quiet", "main");
  const looked = await repo.git({ operation: "merge", ref: "side", noCommit: true });
  expect(looked.text).toMatch(/^side is merged and not yet committed:.*\n b\.txt \| 1 \+/);
  expect(repo.run("log", "--format=%s")).toBe("put a.txt\n");
  await repo.git({ operation: "abort" });
  await repo.git({ operation: "merge", ref: "side", message: "Take b" });
  expect(repo.run("log", "-1", "--format=%s %P").split(" ")).toHaveLength(4);
});

test("changes of the person's own that a merge would overwrite keep it from being made", async () => {
  using repo = gitRepo();
  repo.commitFile("a.txt", "one\n");
  repo.run("checkout", "--quiet", "-b", "side");
  repo.commitFile("a.txt", "two\n");
  repo.run("checkout", "--quiet", "main");
  repo.put("a.txt", "mine\n");
  const { text, isError } = await repo.git({ operation: "merge", ref: "side" });
  expect([isError, text]).toEqual([
    true,
    expect.stringMatching(
      /^Nothing was merged\. git merge failed \(1\):\n[\s\S]*would be overwritten by merge:\n\ta\.txt/,
    ),
  ]);
  expect(read(repo, "a.txt")).toBe("mine\n");
});
