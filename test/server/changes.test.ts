import { expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentEvent } from "../../agent/event.ts";
import { Changes } from "../../server/changes.ts";
import { Originals } from "../../server/originals.ts";
import { makeHands } from "./edits.ts";
import { commitAll, makeRepo } from "./repo.ts";

async function makePlace(options?: { init: boolean }) {
  const repo = makeRepo(options);
  const { root, git } = repo;
  const originals = await Originals.open(join(root, "../session"));
  const changes = new Changes({ root, git, originals });
  const note = async (...work: Promise<AgentEvent>[]) => {
    for (const event of work) originals.note(await event);
    await originals.settled();
  };
  return { repo, root, originals, changes, note, ...makeHands(root), [Symbol.dispose]: () => repo[Symbol.dispose]() };
}

const untouched = { agents: [], times: 0, lastAt: null };

test("what the fleet touched is told against the session's start, the rest against git, newest first", async () => {
  using place = await makePlace();
  for (const name of ["edited", "restored", "removed", "byhand"]) place.repo.put(name, "one\ntwo\n");
  commitAll(place.repo);
  place.repo.put("edited", "one\ntwo\nby hand before\n");
  await place.note(place.edit("edited", "two", "2", "Agent", 10), place.write("made", "a\nb\n", "Helper", 40));
  await place.note(place.edit("restored", "one", "1", "Agent", 20), place.edit("removed", "one", "1", "Agent", 30));
  await place.note(place.edit("edited", "one", "1", "Helper", 50), place.edit("restored", "1", "one", "Agent", 15));
  unlinkSync(join(place.root, "removed"));
  place.repo.put("byhand", "one\ntwo\nthree\n");
  place.repo.put("loose", "x\ny\nz");
  const session = { against: "session" } as const;
  expect(await place.changes.changes()).toEqual([
    {
      path: "edited",
      status: "modified",
      ...session,
      added: 2,
      removed: 2,
      agents: ["Agent", "Helper"],
      times: 2,
      lastAt: 50,
      git: "modified",
    },
    {
      path: "made",
      status: "added",
      ...session,
      added: 2,
      removed: 0,
      agents: ["Helper"],
      times: 1,
      lastAt: 40,
      git: "untracked",
    },
    {
      path: "removed",
      status: "deleted",
      ...session,
      added: 0,
      removed: 2,
      agents: ["Agent"],
      times: 1,
      lastAt: 30,
      git: "deleted",
    },
    {
      path: "restored",
      status: "unchanged",
      ...session,
      added: 0,
      removed: 0,
      agents: ["Agent"],
      times: 2,
      lastAt: 15,
    },
    { path: "byhand", status: "modified", against: "git", added: 1, removed: 0, ...untouched, git: "modified" },
    { path: "loose", status: "untracked", against: "git", added: 3, removed: 0, ...untouched, git: "untracked" },
  ]);
});

test("a diff is against the session's start or against the last commit, as asked", async () => {
  using place = await makePlace();
  place.repo.put("a.ts", "one\ntwo\nthree\n");
  commitAll(place.repo);
  place.repo.put("a.ts", "one\ntwo\nthree\nfour\n");
  await place.note(place.edit("a.ts", "two", "2"));
  const shape = { path: "a.ts", created: false, deleted: false, binary: false };
  expect(await place.changes.diff("a.ts", "session")).toEqual({
    ...shape,
    against: "session",
    hunks: [{ oldStart: 1, oldLines: 4, newStart: 1, newLines: 4, lines: [" one", "-two", "+2", " three", " four"] }],
  });
  expect(await place.changes.diff("./a.ts", "git")).toEqual({
    ...shape,
    against: "git",
    hunks: [{ oldStart: 1, oldLines: 3, newStart: 1, newLines: 4, lines: [" one", "-two", "+2", " three", "+four"] }],
  });
  place.repo.put("b.ts", "new");
  expect(await place.changes.diff("b.ts", "git")).toMatchObject({
    created: true,
    hunks: [{ lines: ["+new", "\\ No newline at end of file"] }],
  });
  unlinkSync(join(place.root, "a.ts"));
  expect(await place.changes.diff("a.ts", "session")).toMatchObject({
    deleted: true,
    hunks: [{ oldLines: 4, newLines: 0 }],
  });
  expect(await place.changes.diff("a.ts", "git")).toMatchObject({
    deleted: true,
    hunks: [{ oldLines: 3, newLines: 0 }],
  });
});

test("renames, binaries, clean files and what is too big are told as such", async () => {
  using place = await makePlace();
  place.repo.put("old.ts", "one\ntwo\nthree\nfour\n");
  place.repo.put("pic.png", Buffer.from([0, 1]));
  place.repo.put("clean.ts", "clean\n");
  commitAll(place.repo);
  place.repo.run("mv", "old.ts", "new.ts");
  place.repo.put("new.ts", "one\ntwo\nthree\n4\n");
  place.repo.put("pic.png", Buffer.from([0, 2]));
  place.repo.put("huge.txt", "x\n".repeat(1_100_000));
  place.repo.put("long.txt", "x\n".repeat(25_000));
  place.repo.put("blob", Buffer.from([0, 2]));
  const rows = (await place.changes.changes()).map(({ path, from, added, removed }) => [path, from, added, removed]);
  expect(rows).toEqual([
    ["blob", undefined, null, null],
    ["huge.txt", undefined, null, null],
    ["long.txt", undefined, 25_000, 0],
    ["new.ts", "old.ts", 1, 1],
    ["pic.png", undefined, null, null],
  ]);
  const told = async (path: string) => {
    const { binary, tooBig, from, hunks } = await place.changes.diff(path, "git");
    return [binary, tooBig ?? false, from ?? "", hunks.length];
  };
  expect(await Promise.all(["blob", "huge.txt", "long.txt", "new.ts", "pic.png", "clean.ts"].map(told))).toEqual([
    [true, false, "", 0],
    [false, true, "", 0],
    [false, true, "", 0],
    [false, false, "old.ts", 1],
    [true, false, "", 0],
    [false, false, "", 0],
  ]);
});

test("a file whose start is not known shows its edits one after another", async () => {
  using place = await makePlace({ init: false });
  place.repo.put("a.ts", "one\ntwo\n");
  const first = await place.edit("a.ts", "one", "1");
  place.repo.put("a.ts", "zero\n1\ntwo\n");
  const second = await place.write("a.ts", "zero\n1\n2\n");
  await place.note(Promise.resolve(first), Promise.resolve(second));
  expect(await place.changes.changes()).toMatchObject([
    { path: "a.ts", status: "modified", added: 2, removed: 2, times: 2 },
  ]);
  const { isPiecewise, hunks } = await place.changes.diff("a.ts", "session");
  expect([isPiecewise, hunks.map(({ lines }) => lines)]).toEqual([
    true,
    [
      ["-one", "+1", " two"],
      [" zero", " 1", "-two", "+2"],
    ],
  ]);
});

test("files outside the project are shown only where the fleet changed them", async () => {
  using place = await makePlace({ init: false });
  const outside = join(place.root, "../outside.ts");
  writeFileSync(outside, "one\n");
  writeFileSync(join(place.root, "../secret"), "secret\n");
  symlinkSync("../secret", join(place.root, "link"));
  await place.note(place.edit("../outside.ts", "one", "two"));
  const path = join(place.root, "..", "outside.ts");
  expect((await place.changes.changes()).map((change) => change.path)).toEqual([path]);
  expect((await place.changes.diff(path, "session")).hunks[0]?.lines).toEqual(["-one", "+two"]);
  const secret = join(place.root, "../secret");
  for (const wanted of [secret, "../secret", "link", "/etc/passwd", "a\0b"]) {
    await expect(place.changes.diff(wanted, "session")).rejects.toThrow(/was refused|was not changed/);
    await expect(place.changes.diff(wanted, "git")).rejects.toThrow(/was refused|Git tells nothing/);
  }
});

test("an untracked symlink that leads out, a directory in a file's place and an embedded repository break nothing", async () => {
  using place = await makePlace();
  place.repo.put("a.ts", "one\n");
  commitAll(place.repo);
  await place.note(place.edit("a.ts", "one", "two"));
  rmSync(join(place.root, "a.ts"));
  mkdirSync(join(place.root, "a.ts"));
  symlinkSync("/etc/passwd", join(place.root, "link"));
  place.repo.run("init", "--quiet", "inner");
  place.repo.put("inner/x", "x\n");
  const rows = (await place.changes.changes()).map(({ path, status, added }) => [path, status, added]);
  expect(rows).toEqual([
    ["a.ts", "modified", null],
    ["inner/", "untracked", null],
    ["link", "untracked", null],
  ]);
  await expect(place.changes.diff("link", "git")).rejects.toThrow("leads out of the project");
  await expect(place.changes.diff("a.ts", "session")).rejects.toThrow("is a directory");
});
