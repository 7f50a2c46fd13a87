import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { projectDir } from "../../agent/session-list.ts";
import { user } from "../agent/entries.ts";
import { freshHome, type Home } from "./program.ts";
import { eventsOf, saved } from "./saved.ts";

const [a, b] = ["aaaaaaaaaaaa", "bbbbbbbbbbbb"] as const;

/** A home with two sessions in it. */
function homeWithTwo(): Home {
  const home = freshHome();
  const project = projectDir(home.project, home.env);
  saved(project, a, eventsOf([user(1, "one")]), 1_000);
  saved(project, b, eventsOf([user(1, "two")]), 2_000);
  return home;
}

const listed = async (home: Home) => {
  const { stdout } = await home.run(["sessions"]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => `${line[0]} ${line.split("  ").at(-1)}`);
};
const ran = { code: 0, stderr: "" };

test("a session is named, thrown away and taken back, by the beginning of its id", async () => {
  using home = homeWithTwo();
  expect(await home.run(["sessions", "rename", "aaa", "The", "first plan"])).toEqual({ ...ran, stdout: "" });
  expect(await listed(home)).toEqual(["b two", "a The first plan"]);
  expect(await home.run(["sessions", "rm", "aaa"])).toEqual({
    ...ran,
    stdout: `${a} is in the trash for 30 days; sagent sessions restore ${a} takes it back.\n`,
  });
  expect(await listed(home)).toEqual(["b two"]);
  expect(readdirSync(join(projectDir(home.project, home.env), "trash"))).toEqual([a]);
  expect(await home.run(["sessions", "restore", a])).toEqual({ ...ran, stdout: "" });
  expect(await listed(home)).toEqual(["b two", "a The first plan"]);
});

test("a session is exported to standard output", async () => {
  using home = homeWithTwo();
  const markdown = await home.run(["sessions", "export", "bbb"]);
  expect(markdown).toMatchObject(ran);
  expect(markdown.stdout).toStartWith("# two\n");
  expect(markdown.stdout).toEndWith("## User\n\n*1970-01-01 00:00 UTC*\n\ntwo\n\n");
  const json = await home.run(["sessions", "export", "bbb", "json"]);
  expect(z.object({ events: z.array(z.unknown()) }).parse(JSON.parse(json.stdout)).events).toEqual(
    eventsOf([user(1, "two")]),
  );
  const wrong = await home.run(["sessions", "export", "bbb", "pdf"]);
  expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
  expect(wrong.stderr).toContain("markdown, json, html");
});

test("words that mean nothing, and ids that mean none or several, are refused and change nothing", async () => {
  using home = homeWithTwo();
  for (const words of [["rename", a], ["rm"], ["rm", ""], ["rm", a, b], ["export"], ["restore"], ["move", a]]) {
    const { code, stderr } = await home.run(["sessions", ...words]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("sagent sessions rename ID TITLE")]);
  }
  for (const words of [
    ["rm", "ccc"],
    ["restore", a],
    ["rename", "ccc", "x"],
    ["restore", "../x"],
  ]) {
    const { code, stderr } = await home.run(["sessions", ...words]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("There is no one session")]);
  }
  expect(await listed(home)).toEqual(["b two", "a one"]);
});
