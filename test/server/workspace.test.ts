/** The life of sessions in the workspace: work goes on unwatched, what rests is unloaded, and nothing is done twice. */
import { expect, test } from "bun:test";
import { Requests } from "../../server/socket.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { until } from "../support/until.ts";
import { freshHome } from "./program.ts";
import { open, page } from "./workspace-rig.ts";

test("work goes on when the page is closed, and a later page sees what it came to", async () => {
  await using place = await open([
    { parts: [{ call: "Bash", args: { command: "sleep 0.3; echo slow" } }] },
    { parts: [{ text: "Done." }] },
  ]);
  const { workspace } = place;
  const first = page();
  await workspace.enter(first.client);
  const { id, hub } = await workspace.create({ text: "Go." });
  hub.join(first.client);
  workspace.leave(first.client);
  expect(workspace.isWorking(id)).toBe(true);
  await until(() => !workspace.isWorking(id));
  const [row] = await workspace.rows();
  expect(row).toMatchObject({ id, title: "Go.", state: "idle" });
  const second = page();
  hub.join(second.client);
  hub.watch(second.client, "main");
  const snapshot = second.frames.find((frame) => frame.type === "snapshot");
  const last = snapshot?.type === "snapshot" ? snapshot.timeline.findLast(({ type }) => type === "message") : undefined;
  expect(last).toMatchObject({ message: { parts: [{ type: "text", text: "Done." }] } });
});

test("what rests unwatched is unloaded, what is watched or at work is not, and it comes back whole", async () => {
  await using place = await open(
    [
      { parts: [{ text: "One." }] },
      { parts: [{ call: "Bash", args: { command: "sleep 0.6" } }] },
      { parts: [{ text: "Two." }] },
    ],
    100,
  );
  const { workspace } = place;
  const watcher = page();
  const { id, hub } = await workspace.create({ text: "First." });
  hub.join(watcher.client);
  workspace.watched(id);
  await until(() => !workspace.isWorking(id));
  await Bun.sleep(250);
  expect(workspace.get(id)).toBeDefined();
  hub.leave(watcher.client);
  workspace.watched(id);
  await until(() => workspace.get(id) === undefined);
  expect((await workspace.rows())[0]).toMatchObject({ id, state: "saved" });

  const again = await workspace.load(id);
  again.composed.agent.send({ type: "prompt", text: "Second." });
  await Bun.sleep(300);
  expect(workspace.get(id)).toBeDefined();
  await until(() => workspace.get(id) === undefined);
  const whole = await workspace.load(id);
  const reader = page();
  whole.hub.join(reader.client);
  whole.hub.watch(reader.client, "main");
  const snapshot = reader.frames.find((frame) => frame.type === "snapshot");
  const said = snapshot?.type === "snapshot" ? JSON.stringify(snapshot.timeline) : "";
  for (const words of ["First.", "One.", "Second.", "Two."]) expect(said).toContain(`"text":"${words}"`);
});

test("a session is loaded once, however many ask for it at the same time", async () => {
  await using place = await open([{ parts: [{ text: "Hello." }] }]);
  const { workspace } = place;
  const { id } = await workspace.create({ text: "Hi." });
  await until(() => !workspace.isWorking(id));
  await workspace.unload(id);
  const all = await Promise.all(Array.from({ length: 10 }, () => workspace.load(id)));
  expect(new Set(all).size).toBe(1);
  await expect(workspace.load("0123456789ab")).rejects.toThrow();
});

test("what is asked twice under one key is done once and answered twice", async () => {
  const requests = new Requests();
  let done = 0;
  const work = async () => {
    done += 1;
    await Bun.sleep(10);
    return done;
  };
  const answers = await Promise.all([requests.once("a", work), requests.once("a", work), requests.once("b", work)]);
  expect(answers).toEqual([
    { type: "done", key: "a", value: 2 },
    { type: "done", key: "a", value: 2 },
    { type: "done", key: "b", value: 2 },
  ]);
  expect(done).toBe(2);
  const failed = await requests.once("c", () => Promise.reject(new Error("No.")));
  expect(failed).toMatchObject({ type: "done", key: "c", error: { message: "No." } });
});

test("the program serves a project once: a second one tells of the first, also without a terminal", async () => {
  await using fake = await startFakeProvider([]);
  using home = freshHome(fake);
  const { serve } = await import("../support/workspace.ts");
  await using first = await serve(home);
  const second = await home.run(["serve", "--no-open"]);
  expect(second.code).toBe(0);
  expect(second.stdout).toContain("already served");
  const link = /http\S+/.exec(second.stdout)?.[0] ?? "";
  expect(new URL(link).origin).toBe(first.address);
  expect((await fetch(link, { redirect: "manual" })).status).toBe(303);
  expect((await fetch(link, { redirect: "manual" })).status).toBe(401);
});
