/** A page that stops reading: what it costs is bounded, others do not wait, and once it reads again it is told how things stand. */
import { expect, test } from "bun:test";
import { z } from "zod";
import { Fleet } from "../../agent/fleet.ts";
import { defineTool } from "../../agent/tool.ts";
import { LiveStore, type Store } from "../../ui/state/store.ts";
import { wireTo } from "../support/cuts.ts";
import { hubSession, serveHub } from "../support/hub-server.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { until } from "../support/until.ts";

const flood = defineTool({
  name: "Flood",
  description: "Puts out 50 MB.",
  schema: z.object({}),
  async run(_args, { progress }) {
    const text = "0123456789abcde\n".repeat(4_096);
    for (let at = 0; at < 800; at += 1) {
      progress({ type: "output", stream: "stdout", text });
      await Bun.sleep(2);
    }
    return "That was the flood.";
  },
});

/** What a person sees, without what only a page that was there all the time can know. */
function seen(page: Store): unknown {
  const hidden = new Set(["durationMs", "startedAt", "label"]);
  return JSON.parse(
    JSON.stringify(page.transcript?.view()?.items, (key, value) => (hidden.has(key) ? undefined : value)),
  );
}

test("a page that does not read costs at most 16 MiB, and catches up", async () => {
  const model = scriptedModel([
    { parts: [{ call: "Flood", args: {} }] },
    { parts: [{ text: "And that was all." }] },
    { parts: [{ text: "You are welcome." }] },
  ]);
  await using fleet = new Fleet();
  const agent = fleet.root({ model, tools: [flood] });
  await using served = serveHub(fleet);
  const { clients } = served;
  let most = 0;
  fleet.subscribe(() => {
    for (const socket of clients.keys()) most = Math.max(most, socket.getBufferedAmount());
  });
  const wires = await Promise.all([0, 1].map(() => wireTo(served.address, "")));
  const [slow, quick] = wires.map(({ url }) => new LiveStore(url));
  if (!slow || !quick) throw new Error("There are no pages.");
  for (const page of [slow, quick]) page.openSession(hubSession);
  await until(() => [slow, quick].every((page) => page.transcript?.view() !== undefined));
  wires[0]?.hold(true);
  agent.send({ type: "prompt", text: "Say a lot." });
  const count = (page: Store) => page.transcript?.view()?.items.length ?? 0;
  await until(() => count(quick) === 3, 60_000);
  expect([...clients.values()].map((client) => client.isStalled).toSorted()).toEqual([false, true]);
  expect(count(slow)).toBeLessThan(3);
  expect(most).toBeGreaterThan(4 * 1024 * 1024);
  expect(most).toBeLessThanOrEqual(16 * 1024 * 1024);
  wires[0]?.hold(false);
  await until(() => count(slow) === 3, 60_000);
  agent.send({ type: "prompt", text: "And?" });
  await until(() => [slow, quick].every((page) => page.transcript?.view()?.items.length === 5));
  expect(seen(slow)).toEqual(seen(quick));
  for (const each of [slow, quick, ...wires]) each[Symbol.dispose]();
}, 120_000);
