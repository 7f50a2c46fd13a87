/** One purse for a tree: the sum of what each spends, capped before calls are sent, however many are sent at once. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { Purse } from "../../agent/budget.ts";
import { AbortedError } from "../../agent/error.ts";
import { noUsage } from "../../agent/message.ts";
import type { Model, PriceRow } from "../../agent/model.ts";
import { eventsOf, type ScriptedStep, scriptedModel } from "../support/index.ts";
import { type FleetRig, fleetRig, link, spawns } from "./fleet-rig.ts";

/** A token of an answer costs one cent, one of a prompt nothing. */
const cent: PriceRow = {
  tier: "auto",
  above: 0,
  input: 0,
  output: 10_000,
  cacheWrite: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
};
const info = { prices: [cent], maxResponseTokens: 40 };
const prompt = "go";

const costs = (cents: number, wait?: number): ScriptedStep => ({
  parts: [{ text: "done" }],
  usage: { input: 0, output: cents },
  ...(wait ? { wait } : {}),
});

/** A fleet with a cap, and its purse. */
function capped(capUsd: number, scripts: Parameters<typeof fleetRig>[0]): FleetRig & { readonly purse: Purse } {
  const purse = new Purse({ capUsd });
  return { ...fleetRig(scripts, { root: { purse }, info }), purse };
}

function sumOfShares(rig: FleetRig): number {
  return rig.fleet.shares().reduce((sum, { costUsd }) => sum + costUsd, 0);
}

test("the tree's cost is one number, of the dead too, and each agent's share adds up to it", async () => {
  await using rig = fleetRig(
    {
      main: [spawns({ prompt, label: "a" }), costs(7)],
      a: [spawns({ prompt, label: "b" }), costs(20)],
      b: [costs(40)],
    },
    { info },
  );
  const { costUsd } = await rig.root.run("begin");
  const spent = eventsOf(rig.events, "callEnded");
  const own = (label: string) =>
    spent.filter(({ agent }) => agent === label).reduce((sum, each) => sum + each.costUsd, 0);
  expect(rig.fleet.shares().map(({ label, costUsd }) => [label, costUsd])).toEqual([
    ["main", own("main")],
    ["a", own("a")],
    ["b", own("b")],
  ]);
  expect(costUsd).toBeCloseTo(own("main"), 9);
  expect(rig.root.snapshot().treeCostUsd).toBeCloseTo(sumOfShares(rig), 9);
  expect(spent.at(-1)?.totalCostUsd).toBeCloseTo(sumOfShares(rig), 9);
  expect(eventsOf(rig.events, "childEnded").map(({ child, costUsd }) => [child, costUsd])).toEqual([
    ["b", own("b")],
    ["a", own("a") + own("b")],
  ]);
});

test("a child's cap is a slice: what it may not spend, its parent may", async () => {
  await using rig = capped(1.5, { main: costs(40), a: [costs(40), costs(40)] });
  await rig.fleet.spawn("main", { prompt, label: "a", persistent: true, maxBudgetUsd: 0.5 }, link());
  await rig.settle();
  rig.fleet.command("a", { type: "prompt", text: "more" });
  await rig.settle();
  expect(eventsOf(rig.events, "error").map(({ agent, error }) => [agent, error.message])).toEqual([
    ["a", "The budget of $0.50 has $0.10 left and the next call may cost $0.40; it was not sent."],
  ]);
  expect(rig.said("main").filter((line) => line.startsWith("peer"))).toEqual([
    "peer a I am at rest. My last words: done",
    "peer a I failed: The budget of $0.50 has $0.10 left and the next call may cost $0.40; it was not sent.",
  ]);
  expect([rig.model("a").requests.length, rig.model("main").requests.length]).toEqual([1, 2]);
  expect(rig.fleet.living().map(({ label, subtreeUsd, leftUsd }) => [label, subtreeUsd, leftUsd])).toEqual([
    ["main", expect.closeTo(1.2, 9), expect.closeTo(0.3, 9)],
    ["a", 0.4, expect.closeTo(0.1, 9)],
  ]);
});

test("a call that is stopped is booked as far as the vendor says", async () => {
  const model = scriptedModel([], { info });
  const billed: Model = {
    ...model,
    async *stream(_request, signal) {
      yield { type: "text", text: "so far" };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      yield { type: "error", error: new AbortedError(), parts: [], usage: { ...noUsage, output: 10 } };
    },
  };
  const build = async () => ({ model: billed, tools: [], system: "" });
  await using rig = fleetRig({ main: costs(1) }, { fleet: { build }, info });
  const stop = new AbortController();
  const spawned = rig.fleet.spawn("main", { prompt, label: "a" }, link(stop.signal));
  await rig.settle();
  stop.abort();
  await spawned;
  expect([rig.root.snapshot().treeCostUsd, sumOfShares(rig)]).toEqual([0.1, 0.1]);
});

/** What a call costs and how long it takes, in cents and ms. */
const calls = fc.array(fc.record({ cents: fc.nat(40), wait: fc.nat(5) }), { minLength: 1, maxLength: 25 });

/** Runs a child a call, all at once, and resolves to the most that was ever spent and what each child came to. */
async function atOnce(capUsd: number, made: readonly { cents: number; wait: number }[]) {
  const scripts = Object.fromEntries(made.map(({ cents, wait }, index) => [`c${index}`, [costs(cents, wait)]]));
  await using rig = capped(capUsd, scripts);
  let most = 0;
  rig.fleet.subscribe((event) => {
    if (event.type === "callEnded") most = Math.max(most, rig.purse.spentUsd);
  });
  const results = made.map((_, index) => rig.fleet.spawn("main", { prompt, label: `c${index}` }, link()));
  await rig.clock.advance(100);
  const outputs = await Promise.all(results);
  const share = sumOfShares(rig);
  return { most, share, spent: rig.purse.spentUsd, left: rig.purse.reservedUsd, outputs };
}

test("many agents at once never exceed the cap where estimates hold; each is answered or refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 300 }), calls, async (capCents, made) => {
      const { most, share, spent, left, outputs } = await atOnce(capCents / 100, made);
      if (most > capCents / 100 + 1e-9) throw new Error(`${most} of ${capCents / 100} was spent`);
      if (Math.abs(share - spent) > 1e-9) throw new Error(`the shares are ${share}, the tree ${spent}`);
      if (left > 1e-9) throw new Error(`${left} is still reserved`);
      const odd = outputs.filter(({ text }) => text !== "done" && !text.includes("it was not sent"));
      if (odd.length > 0) throw new Error(odd[0]?.text);
    }),
    { numRuns: 150 },
  );
});

test("where a vendor bills more than was estimated, the cap is exceeded by the errors of calls in flight and no more", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 40, max: 300 }), fc.nat(20), fc.nat(8), async (capCents, error, extra) => {
      const made = Array.from({ length: 4 + extra }, () => ({ cents: 40 + error, wait: 1 }));
      const { spent, outputs } = await atOnce(capCents / 100, made);
      const answered = outputs.filter(({ text }) => text === "done").length;
      const fitted = Math.floor(capCents / 40);
      if (answered > fitted) throw new Error(`${answered} calls were sent where ${fitted} fit`);
      const bound = (capCents + answered * error) / 100;
      if (spent > bound + 1e-9) throw new Error(`${spent} is over ${bound}`);
    }),
    { numRuns: 60 },
  );
});
