/** Three tabs, a reply that streams, and a network that is cut five hundred times: what each tab shows in the end is the log. */
import { expect, test } from "bun:test";
import { LiveStore } from "../../ui/state/store.ts";
import type { AgentView } from "../../ui/state/view.ts";
import { wireTo } from "../support/cuts.ts";
import type { FakeStep } from "../support/fake-types.ts";
import { cookieOf } from "../support/socket.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const words = (seed: number) =>
  Array.from({ length: 500 }, (_, index) => `w${seed}-${index}${index % 17 === 0 ? "\n" : " "}`).join("");

/** What a person sees, without what only a client that was there all the time can know. */
function seen({ items, queue }: AgentView): unknown {
  const plain = items.map((item) => ({ ...item, durationMs: undefined }));
  return JSON.parse(
    JSON.stringify({ items: plain, queue }, (key, value) =>
      ["durationMs", "startedAt", "label", "output"].includes(key) ? undefined : value,
    ),
  );
}

test("500 cuts while a reply streams: every tab ends as the log is, nothing doubled, nothing lost", async () => {
  const turns = 6;
  const reply = (seed: number): FakeStep => ({
    parts: [{ text: words(seed) }],
    chunkChars: 5,
    fault: { type: "drip", atChunk: 0, ms: 1 },
  });
  await using served = await serveFake((_request, index) => reply(index));
  const cookie = await cookieOf(served.link);
  const wires = await Promise.all([0, 1, 2].map(() => wireTo(served.address, cookie)));
  const tabs = wires.map(({ url }) => new LiveStore(url));
  const [first] = tabs;
  if (!first) throw new Error("There is no tab.");
  const { session } = (await first.request({ type: "create", text: "turn 0" })) as { session: string };
  for (const tab of tabs) tab.openSession(session);
  await until(() => tabs.every((tab) => tab.transcript?.view() !== undefined));

  let cuts = 0;
  let turn = 1;
  const asked: Promise<unknown>[] = [];
  while (cuts < 500) {
    for (const wire of wires) if (wire.cut()) cuts += 1;
    const idle = tabs.some((tab) => tab.transcript?.view()?.card.state === "idle");
    if (turn < turns && idle && cuts > turn * (500 / turns)) {
      asked.push(first.command("main", { type: "prompt", policy: "when-idle", text: `turn ${turn}` }));
      turn += 1;
    }
    await Bun.sleep(10);
  }
  await Promise.all(asked);
  const done = (view: AgentView | undefined) =>
    view?.card.state === "idle" && view.items.filter((item) => item.type === "assistant" && !item.live).length === turn;
  await until(() => tabs.every((tab) => done(tab.transcript?.view())), 60_000);

  using fresh = new LiveStore(wires[0]?.url ?? "");
  fresh.openSession(session);
  await until(() => done(fresh.transcript?.view()));
  const log = fresh.transcript?.view();
  if (!log) throw new Error("There is no transcript.");
  for (const tab of tabs) {
    const view = tab.transcript?.view();
    if (!view) throw new Error("A tab has no transcript.");
    expect(seen(view)).toEqual(seen(log));
  }
  const texts = log.items.flatMap((item) =>
    item.type === "assistant" ? item.parts.map((part) => (part.type === "text" ? part.text : "")) : [],
  );
  expect(texts).toEqual(Array.from({ length: turn }, (_, index) => words(index)));
  const said = log.items.flatMap((item) => (item.type === "user" ? [item.text] : []));
  expect(said).toEqual(Array.from({ length: turn }, (_, index) => `turn ${index}`));
  expect(wires.reduce((sum, { connections }) => sum + connections, 0)).toBeGreaterThan(500);
  for (const each of [...tabs, ...wires]) each[Symbol.dispose]();
  expect(served.fake.problems).toEqual([]);
}, 120_000);

test("a connection that died without a word is noticed and made anew, and what was asked meanwhile is done once", async () => {
  await using served = await serveFake((_request, index) => ({ parts: [{ text: `Answer ${index}.` }] }));
  using wire = await wireTo(served.address, await cookieOf(served.link));
  using page = new LiveStore(wire.url, { silentMs: 300, answerMs: 200, lostMs: 5_000 });
  const { session } = (await page.request({ type: "create", text: "One" })) as { session: string };
  page.openSession(session);
  const answers = () => page.transcript?.view()?.items.filter(({ type }) => type === "assistant").length ?? 0;
  await until(() => answers() === 1);
  const before = wire.connections;
  wire.hold(true);
  await page.command("main", { type: "prompt", text: "Two" });
  await until(() => answers() === 2);
  expect(wire.connections).toBeGreaterThan(before);
  await Bun.sleep(700);
  expect(answers()).toBe(2);
  expect(served.fake.requests).toHaveLength(2);
});
