import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { SessionLockedError, SessionNotFoundError, SessionWriteError } from "../../agent/error.ts";
import { Session, sessionFile } from "../../agent/session.ts";
import { Shelf } from "../../server/shelf.ts";
import { user } from "../agent/entries.ts";
import { must } from "../support/must.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventsOf, saved } from "./saved.ts";

const [a, b, c] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"] as const;
const one = eventsOf([user(1, "hello")]);
const titles = async (shelf: Shelf) => (await shelf.list()).map(({ id, title }) => `${id[0]} ${title}`);

test("the list follows what changes on the disk, and knows only what is named by an id", async () => {
  using temp = tempDir();
  const shelf = new Shelf(temp.path);
  expect(await shelf.list()).toEqual([]);
  expect(await new Shelf(join(temp.path, "nowhere")).list()).toEqual([]);
  saved(temp.path, a, eventsOf([user(1, "first")]), 1_000);
  const dir = saved(temp.path, b, eventsOf([user(1, "second")]), 2_000);
  saved(temp.path, "by hand", one);
  mkdirSync(join(temp.path, "dddddddddddd"));
  const size = statSync(join(dir, sessionFile)).size;
  expect(await titles(shelf)).toEqual(["b second", "a first"]);
  expect(await shelf.get(b)).toEqual({
    ...{ id: b, dir, updatedAt: 2_000, size },
    ...{ createdAt: 1_700_000_000_000, title: "second", messages: 1 },
  });
  saved(temp.path, a, eventsOf([user(1, "other"), user(2, "more")]), 3_000);
  expect((await shelf.list()).map(({ id, title, messages }) => [id, title, messages])).toEqual([
    [a, "other", 2],
    [b, "second", 1],
  ]);
});

test("what has not changed is not read again", async () => {
  using temp = tempDir();
  const shelf = new Shelf(temp.path);
  const path = join(saved(temp.path, a, eventsOf([user(1, "before")]), 1_000), sessionFile);
  expect(await titles(shelf)).toEqual(["a before"]);
  saved(temp.path, a, eventsOf([user(1, "behind")]), 1_000);
  expect(await titles(shelf)).toEqual(["a before"]);
  utimesSync(path, 2, 2);
  expect(await titles(shelf)).toEqual(["a behind"]);
});

test("a session is renamed while it is open, and keeps its place in the list", async () => {
  using temp = tempDir();
  const shelf = new Shelf(temp.path);
  const dir = saved(temp.path, a, one, 1_000);
  saved(temp.path, b, one, 2_000);
  await using _ = await Session.open(dir);
  expect(await titles(shelf)).toEqual(["b hello", "a hello"]);
  await shelf.rename(a, "The\n plan");
  expect(await titles(shelf)).toEqual(["b hello", "a The plan"]);
  await shelf.rename(a, "");
  expect(await titles(shelf)).toEqual(["b hello", "a hello"]);
});

test("ids that are none reach no path", async () => {
  using temp = tempDir();
  const project = join(temp.path, "project");
  saved(project, a, one);
  saved(temp.path, "outside", one);
  saved(project, join(a, "aaaaaaaaaaaa"), one);
  const shelf = new Shelf(project);
  for (const id of [
    "",
    ".",
    "..",
    "../outside",
    "trash",
    `${a}/${a}`,
    `${a}/`,
    a.toUpperCase(),
    `${a}\n`,
    `${a}\0`,
    b,
  ]) {
    for (const act of [shelf.get(id), shelf.rename(id, "x"), shelf.remove(id), shelf.restore(id)]) {
      expect(await act.catch((error: unknown) => error)).toBeInstanceOf(SessionNotFoundError);
    }
  }
  expect([readdirSync(project), readdirSync(join(temp.path, "outside"))]).toEqual([[a], [sessionFile]]);
});

test("what is thrown away is gone from the list and comes back whole, its name with it", async () => {
  using temp = tempDir();
  const shelf = new Shelf(temp.path);
  const dir = saved(temp.path, a, one, 1_000);
  saved(temp.path, b, one, 2_000);
  writeFileSync(join(dir, "kept.txt"), "x");
  await shelf.rename(a, "Named");
  const before = await shelf.get(a);
  await shelf.remove(a);
  expect(existsSync(dir)).toBe(false);
  expect(await titles(shelf)).toEqual(["b hello"]);
  expect(statSync(join(temp.path, "trash")).mode & 0o777).toBe(0o700);
  await shelf.restore(a);
  expect(await shelf.get(a)).toEqual(before);
  expect(readdirSync(dir).sort()).toEqual(["kept.txt", "meta.json", sessionFile]);
  await (await Session.open(dir)).close();
  await expect(shelf.restore(a)).rejects.toBeInstanceOf(SessionNotFoundError);
});

test("the trash is emptied of what has lain there for 30 days, however old it was", async () => {
  using temp = tempDir();
  const day = 24 * 60 * 60 * 1000;
  const old = Date.now() - 100 * day;
  for (const id of [a, b, c]) saved(temp.path, id, one, old);
  const shelf = new Shelf(temp.path);
  await shelf.remove(a);
  await shelf.remove(b);
  const thrownAt = (id: string, at: number) => utimesSync(join(temp.path, "trash", id), at / 1000, at / 1000);
  thrownAt(a, Date.now() - 31 * day);
  thrownAt(b, Date.now() - 29 * day);
  writeFileSync(join(temp.path, "trash", "notes"), "x");
  await shelf.remove(c);
  expect(readdirSync(join(temp.path, "trash")).sort()).toEqual([b, c, "notes"]);
  thrownAt(b, Date.now() - 31 * day);
  await new Shelf(temp.path).list();
  expect(readdirSync(join(temp.path, "trash")).sort()).toEqual([c, "notes"]);
});

test("what another process writes is marked and not thrown away; what this one writes is not thrown away either", async () => {
  using temp = tempDir();
  const shelf = new Shelf(temp.path);
  const [held, open] = [join(temp.path, a), saved(temp.path, b, one)];
  await using writer = Bun.spawn([process.execPath, join(import.meta.dir, "../agent/session-writer.ts"), held], {
    stdout: "pipe",
    stderr: "inherit",
  });
  await must((await writer.stdout.getReader().read()).value);
  await using session = await Session.open(open);
  const holders = async () => new Map((await shelf.list()).map(({ id, heldBy }) => [id, heldBy]));
  expect(await holders()).toEqual(
    new Map([
      [a, { pid: writer.pid, host: hostname(), since: expect.any(Number) }],
      [b, undefined],
    ]),
  );
  for (const id of [a, b]) await expect(shelf.remove(id)).rejects.toBeInstanceOf(SessionLockedError);
  writer.kill("SIGKILL");
  await writer.exited;
  await session.close();
  expect(await holders()).toEqual(new Map([a, b].map((id) => [id, undefined])));
  for (const id of [a, b]) await shelf.remove(id);
  expect(await shelf.list()).toEqual([]);
});

test("a disk that refuses is said in a sentence, and the session stays", async () => {
  using temp = tempDir();
  saved(temp.path, a, one);
  writeFileSync(join(temp.path, "trash"), "in the way");
  const shelf = new Shelf(temp.path);
  await expect(shelf.remove(a)).rejects.toBeInstanceOf(SessionWriteError);
  expect(await titles(shelf)).toEqual(["a hello"]);
  await (await Session.open(join(temp.path, a))).close();
});
