/** Children that wait for their first message and whose parent hears of nothing. */
import { expect, test } from "bun:test";
import { Fleet } from "../../agent/fleet.ts";
import { AuthError } from "../../agent/provider-error.ts";
import { Session } from "../../agent/session.ts";
import { scriptedModel, tempDir } from "../support/index.ts";
import { answered } from "./agent-rig.ts";
import { link } from "./fleet-rig.ts";

const wish = { prompt: "", persistent: true, notify: "never", label: "a" } as const;

test("a child without a prompt asks no model until it is spoken to, and its failure wakes nobody", async () => {
  const root = scriptedModel([answered("never")]);
  const child = scriptedModel([new AuthError({ provider: "P" })]);
  await using fleet = new Fleet({ build: async (_, __, tools) => ({ model: child, tools, system: "" }) });
  const main = fleet.root({ model: root, tools: [], cwd: "/w" });
  await fleet.spawn("main", wish, link());
  expect([fleet.living().map(({ label, state }) => `${label} ${state}`), child.requests.length]).toEqual([
    ["main idle", "a idle"],
    0,
  ]);
  fleet.command("a", { type: "prompt", text: "go" });
  await fleet.quiet();
  expect([child.requests.length > 0, root.requests.length, main.isBusy]).toEqual([true, 0, false]);
});

test("it is there again in the next process, and waits still", async () => {
  using temp = tempDir();
  const dir = `${temp.path}/s`;
  const child = scriptedModel([answered("ok")]);
  for (const again of [false, true]) {
    await using session = again ? await Session.open(dir) : await Session.create(dir);
    await using fleet = new Fleet({ build: async (_, __, tools) => ({ model: child, tools, system: "" }) });
    const root = fleet.root({ model: scriptedModel([answered("never")]), session, tools: [], cwd: "/w" });
    if (!again) await fleet.spawn("main", wish, link());
    expect(await fleet.restore(root)).toEqual([]);
    expect(fleet.living().map(({ path, state }) => `${path} ${state}`)).toEqual(["main idle", "main/a idle"]);
  }
  expect(child.requests.length).toBe(0);
});
