import { expect, test } from "bun:test";
import { chmodSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf } from "../../../agent/message.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";
import { toyProject } from "./toy-project.ts";

const files = { "a.toy": "def one\nuse one five\n", "b.toy": "use one\nbad luck\n" };
const edit = (file_path: string, old_string: string, new_string: string) => ({ file_path, old_string, new_string });

/** A result that tells of no errors. */
const quiet = /^Edited a\.toy: 1 replacement, now around lines \d-\d\.$/;

test("an edit says which errors it brought in, in other open files too, each once", async () => {
  await using toy = toyProject({ files });
  const run = async (...args: Parameters<typeof edit>) => (await toy.run(toy.edit, edit(...args))).text;
  await toy.lsp({ op: "diagnostics", file_path: "b.toy" });
  expect(await run("a.toy", "def one", "def won")).toEndWith(
    ".\nNew errors (toy):\na.toy:2: error: one is not defined [T1]\nb.toy:1: error: one is not defined [T1]",
  );
  expect(await run("a.toy", "five", "six")).toEndWith(".\nNew errors (toy):\na.toy:2: error: six is not defined [T1]");
  expect(await run("a.toy", "use", "\nuse")).toMatch(quiet);
  expect(await run("a.toy", "def won", "def one")).toMatch(quiet);
});

test("the first edit starts the server and waits for nothing; what it broke is told with the next", async () => {
  await using toy = toyProject({ files, isTrusted: true, server: { startMs: 100 } });
  const first = await toy.run(toy.edit, edit("a.toy", "def one", "def won"));
  expect(first.text).toMatch(quiet);
  await until(() => toy.pool.servers[0]?.isReady === true);
  const second = await toy.run(toy.edit, edit("b.toy", "bad luck", "bad idea"));
  expect(second.text).toEndWith(
    "New errors (toy):\nb.toy:2: error: idea is bad\nb.toy:1: error: one is not defined [T1]\na.toy:2: error: one is not defined [T1]",
  );
});

test("what an edit broke in a file that was opened only since the last edit is told too", async () => {
  await using toy = toyProject({ files: { "a.toy": "def one\n", "b.toy": "use one\n" } });
  await toy.lsp({ op: "symbols", file_path: "a.toy" });
  expect((await toy.run(toy.edit, edit("a.toy", "one", "one\n"))).text).toMatch(quiet);
  await toy.lsp({ op: "symbols", file_path: "b.toy" });
  const { text, details } = await toy.run(toy.edit, edit("a.toy", "one", "won"));
  expect(text).toEndWith("New errors (toy):\nb.toy:1: error: one is not defined [T1]");
  const problem = { path: toy.path("b.toy"), line: 1, kind: "error", text: "one is not defined" };
  expect(problemsOf(details)).toEqual([problem]);
});

test("where nothing is trusted, an edit starts no server and says nothing", async () => {
  await using toy = toyProject({ files });
  expect((await toy.run(toy.edit, edit("a.toy", "def one", "def won"))).text).not.toContain("\n");
  await toy.run(toy.edit, edit("a.toy", "def won", "def one"));
  expect([toy.pool.servers.length, toy.heard()]).toEqual([0, []]);
});

test("where the server only tells by itself, an edit waits for what it tells", async () => {
  await using toy = toyProject({ files, server: { push: "versioned" } });
  await toy.lsp({ op: "diagnostics", file_path: "a.toy" });
  const { text } = await toy.run(toy.edit, edit("a.toy", "def one", "def one\nbad luck"));
  expect(text).toEndWith("New errors (toy):\na.toy:2: error: luck is bad");
});

test("an edit is made and told without what a server does not say", async () => {
  await using toy = toyProject({ files, server: { fault: "hang", at: "textDocument/diagnostic" } });
  await toy.lsp({ op: "symbols", file_path: "a.toy" });
  const { text, isError } = await toy.run(toy.edit, edit("a.toy", "def one", "bad luck"));
  expect([text, isError]).toEqual([expect.stringMatching(quiet), undefined]);
  expect(toy.read("a.toy")).toBe("bad luck\nuse one five\n");
  const asked = () => toy.heard().filter((line) => line === "heard textDocument/diagnostic").length;
  await toy.run(toy.edit, edit("a.toy", "bad luck", "def one"));
  expect(asked()).toBe(1);
});

const rename = { op: "rename", file_path: "a.toy", name: "one", new_name: "first" } as const;

test("a rename changes all files in one step, which keeps their modes and is told as a diff", async () => {
  await using toy = toyProject({ files });
  chmodSync(toy.path("b.toy"), 0o751);
  const { text, details } = await toy.lsp(rename);
  expect(text).toBe(
    "one is now first: 3 places in 2 files.\na.toy:\n@@ 1\n-def one\n+def first\n-use one five\n+use first five\nb.toy:\n@@ 1\n-use one\n+use first",
  );
  expect([toy.read("a.toy"), toy.read("b.toy")]).toEqual(["def first\nuse first five\n", "use first\nbad luck\n"]);
  expect(statSync(toy.path("b.toy")).mode & 0o777).toBe(0o751);
  expect(details).toMatchObject({
    type: "diffs",
    files: [
      { path: toy.path("a.toy"), created: false, deleted: false },
      { path: toy.path("b.toy"), created: false, deleted: false },
    ],
  });
});

test("a rename may be looked at first", async () => {
  await using toy = toyProject({ files });
  const { text, details } = await toy.lsp({ ...rename, dry_run: true });
  expect(text).toStartWith(
    "one would become first: 3 places in 2 files. Nothing was changed.\na.toy:\n@@ 1\n-def one\n",
  );
  expect([details, toy.read("a.toy"), toy.read("b.toy")]).toEqual([undefined, files["a.toy"], files["b.toy"]]);
});

test("a rename changes no file that changed since it was read, and then none at all", async () => {
  await using toy = toyProject({ files });
  const path = toy.path("b.toy");
  toy.place.workspace.reads.set(path, { mtimeMs: 1, size: 1, hash: "other", window: null });
  const { text, isError } = await toy.lsp(rename);
  expect([isError, text]).toEqual([true, expect.stringContaining("was changed by someone else since you read it")]);
  expect([toy.read("a.toy"), toy.read("b.toy")]).toEqual([files["a.toy"], files["b.toy"]]);
});

test("a rename that a file of elsewhere is part of is refused", async () => {
  using other = tempDir();
  await using toy = toyProject({ files });
  writeFileSync(join(other.path, "c.toy"), "use one\n");
  symlinkSync(join(other.path, "c.toy"), toy.path("c.toy"));
  const { text, isError } = await toy.lsp(rename);
  expect([text, isError]).toEqual([
    `one is also named in ${join(other.path, "c.toy")}, which is not this project's; nothing was changed.`,
    true,
  ]);
  expect(toy.read("a.toy")).toBe(files["a.toy"]);
});
