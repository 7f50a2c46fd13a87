import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { AgentEvent } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { sessionFile } from "../../agent/session.ts";
import { listSessions, projectDir } from "../../agent/session-list.ts";
import { metaFile, writeTitle } from "../../agent/session-meta.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventOf, oneOfEach, said } from "./session-events.ts";

function sessionAt(dir: string, updatedAt: number, events: readonly AgentEvent[]): void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, sessionFile);
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  utimesSync(path, updatedAt / 1000, updatedAt / 1000);
}

const bill = (seq: number, totalCostUsd: number) =>
  eventOf(seq, { type: "callEnded", message: "m1", usage: noUsage, costUsd: 1, totalCostUsd, durationMs: 1 });

test("sessions are listed newest first with first prompt, model and cost", async () => {
  using temp = tempDir();
  const dir = (id: string) => join(temp.path, id);
  const model = { provider: "anthropic", model: "claude-x" };
  sessionAt(dir("aaaaaaaaaaaa"), 1_000, [said(1, "  first\n thing "), said(2, "second")]);
  sessionAt(dir("bbbbbbbbbbbb"), 3_000, oneOfEach);
  sessionAt(dir("cccccccccccc"), 2_000, []);
  mkdirSync(dir("not a session"));
  writeFileSync(dir("a file"), "");
  const place = (id: string) => ({ id, dir: dir(id), size: statSync(join(dir(id), sessionFile)).size });
  const at = 1_700_000_000_001;
  expect(await listSessions(temp.path)).toEqual([
    { ...place("bbbbbbbbbbbb"), updatedAt: 3_000, createdAt: at, title: "hello", model, costUsd: 0.5, messages: 5 },
    { ...place("cccccccccccc"), updatedAt: 2_000, title: "" },
    { ...place("aaaaaaaaaaaa"), updatedAt: 1_000, createdAt: at, title: "first thing", messages: 2 },
  ]);
  expect((await listSessions(temp.path, { limit: 1 })).map((each) => each.id)).toEqual(["bbbbbbbbbbbb"]);
  expect(await listSessions(dir("nowhere"))).toEqual([]);
});

test("a huge transcript shows its first prompt and its last bill", async () => {
  using temp = tempDir();
  const filler = Array.from({ length: 300 }, (_, index) => said(index + 2, "x".repeat(1000)));
  sessionAt(join(temp.path, "a"), 1_000, [said(1, "start"), bill(2, 1), ...filler, bill(999, 7.5), said(1000, "end")]);
  const [summary] = await listSessions(temp.path);
  expect([summary?.title, summary?.costUsd]).toEqual(["start", 7.5]);
});

test("a bill far behind its end is found, results as long as can be behind it", async () => {
  using temp = tempDir();
  const long = Array.from({ length: 4 }, (_, index) => said(index + 3, "x".repeat(50_000)));
  sessionAt(join(temp.path, "a"), 1_000, [said(1, "start"), bill(2, 1.5), ...long]);
  expect(await listSessions(temp.path)).toMatchObject([{ title: "start", costUsd: 1.5, messages: 6 }]);
});

test("a name stands in place of the first prompt until it is taken away", async () => {
  using temp = tempDir();
  const dir = join(temp.path, "a");
  sessionAt(dir, 1_000, [said(1, "start")]);
  const title = async () => (await listSessions(temp.path))[0]?.title;
  await writeTitle(dir, `  The\n${"long ".repeat(100)}`);
  expect(await title()).toBe(`The ${"long ".repeat(23)}…`);
  expect(readdirSync(dir).sort()).toEqual([metaFile, sessionFile]);
  expect(statSync(join(dir, metaFile)).mode & 0o777).toBe(0o600);
  await writeTitle(dir, " ");
  expect(await title()).toBe("start");
  for (const damaged of ["{", "null", '{"title":7}', '{"title":""}']) {
    writeFileSync(join(dir, metaFile), damaged);
    expect(await title()).toBe("start");
  }
});

test("a first prompt longer than the window still gives a title of bounded length", async () => {
  using temp = tempDir();
  sessionAt(join(temp.path, "a"), 1_000, [said(1, `say "é"\n${"word ".repeat(50_000)}`)]);
  const [summary] = await listSessions(temp.path);
  expect(summary?.title.startsWith('say "é" word word ')).toBe(true);
  expect(summary?.title).toHaveLength(120);
});

test("a project's directory is readable, bounded and its own", () => {
  using temp = tempDir();
  const env = { XDG_DATA_HOME: join(temp.path, "data"), HOME: "/home/u" };
  const slug = (cwd: string) => basename(projectDir(cwd, env));
  expect(dirname(projectDir("/a/b", env))).toBe(join(temp.path, "data/sagent/projects"));
  expect(slug("/srv/app one")).toMatch(/^srv-app-one-[0-9a-f]{12}$/);
  expect(slug("/")).toMatch(/^root-[0-9a-f]{12}$/);
  expect(new Set(["/a/b", "/a-b", "/a b", "/a/b/c", "/A/b"].map(slug)).size).toBe(5);
  expect(slug(`/${"deep/".repeat(200)}`).length).toBeLessThanOrEqual(200);
  const [real, link] = [join(temp.path, "real"), join(temp.path, "link")];
  mkdirSync(real);
  symlinkSync(real, link);
  expect(slug(link)).toBe(slug(`${real}/.`));
});

test("data lives under the home directory unless XDG says an absolute place", () => {
  const home = "/home/u/.local/share/sagent/projects";
  expect(dirname(projectDir("/a", { HOME: "/home/u" }))).toBe(home);
  expect(dirname(projectDir("/a", { HOME: "/home/u", XDG_DATA_HOME: "relative" }))).toBe(home);
});
