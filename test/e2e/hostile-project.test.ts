/** To open a stranger's project runs nothing of it, on any surface, until a person says that it is trusted. */
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { freshHome, launch } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeReply } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { serve } from "../support/workspace.ts";
import { writeHostile } from "./hostile-files.ts";

const browser = testBrowser();

const call = (name: string, args: Record<string, unknown>): FakeReply => ({ parts: [{ call: name, args }] });

/** What an agent does that looks around and changes a file. */
const work = [
  call("Read", { file_path: "a.txt" }),
  call("Grep", { pattern: "one", path: "." }),
  call("ToolSearch", { query: "Git RepoMap CodeSearch Skill" }),
  call("Git", { operation: "status" }),
  call("Git", { operation: "diff" }),
  call("Edit", { file_path: "a.txt", old_string: "one", new_string: "two" }),
  call("Edit", { file_path: "b.ts", old_string: "1", new_string: "2" }),
  call("Git", { operation: "commit", message: "m", paths: ["a.txt"] }),
  call("RepoMap", {}),
  call("Skill", { skill: "evil" }),
  { parts: [{ text: "All of it is done." }] },
];

/** What is said of each thing that is left out. */
const left = [
  "/.mcp.json is not obeyed",
  "/.claude/settings.json (its hooks) is not obeyed",
  "/.sagent/settings.json (its hooks) is not obeyed",
  "/.sagent/plugins/evil is not obeyed",
  "/.sagent/tools is not obeyed",
  "/evil-package is not obeyed",
  "/.sagent/models.json is not read",
];

test("headless: nothing of it runs, each thing that is left out is said once, and no escape reaches the terminal", async () => {
  await using fake = await startFakeProvider(work);
  using home = freshHome(fake);
  const { ran } = writeHostile(home);
  const end = await home.run(["-p", "Go."]);
  expect([end.code, end.stdout, ran()]).toEqual([0, "All of it is done.\n", []]);
  for (const name of left) expect([name, end.stderr.split(name).length - 1]).toEqual([name, 1]);
  expect(end.stderr).toContain("sagent trust");
  expect([...end.stderr].filter((char) => /[\p{Cc}\p{Cf}]/u.test(char) && char !== "\n")).toEqual([]);
  expect(fake.problems).toEqual([]);
  const failed = fake.requests.at(-1)?.view.messages.flatMap(({ results }) => results.filter(({ isError }) => isError));
  expect(failed?.map(({ text }) => text)).toEqual([
    expect.stringContaining("(filter.evil.clean, filter.evil.smudge), and the directory is not trusted"),
    expect.stringContaining("is larger than 1 MB"),
  ]);
});

test("a command with a shell line is refused, and says why", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Done." }] }]);
  using home = freshHome(fake);
  const { ran } = writeHostile(home);
  const end = await home.run(["-p", "/evil"]);
  expect([end.code === 0, ran()]).toEqual([false, []]);
  expect(end.stderr).toContain("sagent trust");
});

test("on a terminal and in the workspace nothing of it runs either", async () => {
  await using fake = await startFakeProvider([...work, ...work]);
  using home = freshHome(fake);
  const { ran } = writeHostile(home);
  let shown = "";
  const terminal = { cols: 100, rows: 30, data: (_: unknown, bytes: Uint8Array) => (shown += Buffer.from(bytes)) };
  const talk = Bun.spawn([...launch, "--terminal"], { cwd: home.project, env: home.env, terminal });
  using _ = { [Symbol.dispose]: () => talk.kill("SIGKILL") };
  talk.terminal?.write("Go.\r");
  await until(() => shown.includes("All of it is done."));
  talk.terminal?.write("\u0004");
  await talk.exited;
  expect([shown.includes("owned"), shown.includes("/.mcp.json is not obeyed")]).toEqual([false, true]);
  expect(ran()).toEqual([]);

  await using served = await serve(home);
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(10_000);
  await page.locator("#composer-field").fill("Go.");
  await page.keyboard.press("Enter");
  await page.getByText("All of it is done.").waitFor();
  const changes = await page.evaluate(async () => (await fetch("/api/files/tree?path=")).status);
  expect([changes, ran()]).toEqual([200, []]);
});

test("where a person trusts it, the same things run", async () => {
  await using fake = await startFakeProvider(work);
  using home = freshHome(fake);
  const { ran } = writeHostile(home);
  rmSync(join(home.project, ".sagent/models.json"));
  expect((await home.run(["trust"])).code).toBe(0);
  const end = await home.run(["-p", "/evil"]);
  expect([end.code, end.stderr.includes("not obeyed")]).toEqual([0, false]);
  const wanted = ["command", "git-clean", "hook", "lsp", "mcp", "package", "plugin", "tool"];
  expect(ran()).toEqual(expect.arrayContaining(wanted));
});
