/** What providers tell of their limits reaches the person in the terminal and the result of a run. */
import { expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvent } from "../../agent/event.ts";
import { Fleet } from "../../agent/fleet.ts";
import type { UsageWindow } from "../../agent/model.ts";
import { TerminalAsks } from "../../server/terminal-asks.ts";
import { runCommand } from "../../server/terminal-commands.ts";
import { readUsageNotes, UsageNotes } from "../../server/usage-notes.ts";
import { Windows, windowLines } from "../../server/windows.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { tempDir } from "../support/temp-dir.ts";
import { freshHome } from "./program.ts";

const minute = 60_000;

test.each<[string, UsageWindow, string]>([
  ["a share and its end", { name: "5h", used: 0.424, resetAt: 130 * minute }, "acme 5h: 42% used, anew in 2 h 10 min"],
  ["a count", { name: "tokens", limit: 1_000_000, remaining: 4_000 }, "acme tokens: 4,000 of 1,000,000 left"],
  ["what is left alone", { name: "requests", remaining: 3, resetAt: 61_000 }, "acme requests: 3 left, anew in 2 min"],
  ["soon", { name: "r", limit: 9, resetAt: 2_500 }, "acme r: 9 at most, anew in 3 s"],
  ["days", { name: "7d", used: 1, resetAt: 3 * 24 * 60 * minute }, "acme 7d: 100% used, anew in 3 days"],
  ["the past", { name: "7d", used: 0, resetAt: -1 }, "acme 7d: 0% used, anew now"],
])("%s in a line", (_, window, line) => {
  expect(windowLines([{ provider: "acme", windows: [window] }], 0)).toEqual([line]);
});

test("the newest of each provider counts, whichever agent heard it", async () => {
  const windows = new Windows();
  const fleet = new Fleet();
  fleet.subscribe((event) => windows.note(event));
  const limits = (used: number) => ({ parts: [{ text: "Done." }], limits: [{ name: "5h", used }] });
  const answers = [limits(0.1), limits(0.2)];
  const root = fleet.root({ model: scriptedModel(() => answers.shift() ?? limits(1)) });
  await root.run("one");
  await root.run("two");
  const printed: string[] = [];
  const scene = {
    fleet,
    root,
    windows,
    asks: new TerminalAsks(fleet, root.label),
    print: (text: string) => void printed.push(text),
  };
  runCommand("/cost", scene);
  runCommand("/usage", scene);
  expect(printed).toEqual(["$0.0000", "scripted 5h: 20% used", "$0.0000", "scripted 5h: 20% used"]);
});

test("a run's result holds what the headers of its answers told, and it is kept for `sagent usage`", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello." }] }]);
  using home = freshHome(fake);
  using gateway = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${fake.url("anthropic")}${pathname}${search}`, request);
      const headers = new Headers(answer.headers);
      headers.set("anthropic-ratelimit-unified-5h-utilization", "0.25");
      headers.set("anthropic-ratelimit-unified-5h-reset", "1800000000");
      return new Response(answer.body, { status: answer.status, headers });
    },
  });
  const env = { ANTHROPIC_BASE_URL: `http://127.0.0.1:${gateway.port}` };
  expect(await home.run(["usage"])).toMatchObject({ code: 0, stdout: "No provider has told of its limits yet.\n" });
  const { code, stdout } = await home.run(["-p", "Hi.", "--output-format", "json"], { env });
  const windows = [{ name: "5h", used: 0.25, resetAt: 1_800_000_000_000 }];
  expect([code, JSON.parse(stdout).limits]).toEqual([0, [{ provider: "anthropic", windows }]]);
  expect(fake.problems).toEqual([]);

  const kept = await home.run(["usage", "--json"]);
  expect(JSON.parse(kept.stdout)).toEqual([{ provider: "anthropic", heardAt: expect.any(Number), windows }]);
  const [head, row] = (await home.run(["usage"])).stdout.split("\n");
  expect(head).toMatch(/^PROVIDER +ACCOUNT +WINDOW +STATE +HEARD$/);
  expect(row).toMatch(/^anthropic +5h +25% used, anew .* (ago|now)$/);
  expect((await home.run(["usage", "--provider", "openai", "--json"])).stdout).toBe("[]\n");
});

const heard = (at: number, account?: string): AgentEvent => ({
  type: "limits",
  seq: 1,
  agent: "main",
  at,
  provider: "acme",
  ...(account === undefined ? {} : { account }),
  windows: [{ name: "5h", used: at / 100 }],
});

test("runs that hear at once keep all of it, the newest of each account, for their owner's eyes only", async () => {
  using temp = tempDir();
  const env = { XDG_STATE_HOME: temp.path };
  const hear = async (...events: AgentEvent[]) => {
    await using notes = new UsageNotes(env);
    for (const event of events) notes.note(event);
  };
  await Promise.all([hear(heard(1), heard(3)), hear(heard(2), heard(2, "work")), hear(heard(1, "lab"))]);
  const all = await readUsageNotes(env);
  expect(all.map(({ account, heardAt }) => [account, heardAt])).toEqual([
    [undefined, 3],
    ["lab", 1],
    ["work", 2],
  ]);
  expect((await stat(join(temp.path, "sagent", "usage.json"))).mode & 0o777).toBe(0o600);
  await Bun.write(join(temp.path, "sagent", "usage.json"), "broken");
  await hear(heard(9));
  expect((await readUsageNotes(env)).map(({ heardAt }) => heardAt)).toEqual([9]);
});
