/** A thousand agents and twenty thousand calls of models in the page: what is in sight is mounted, and nothing else is touched. */
import { expect, test } from "bun:test";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import { projectDir } from "../../agent/session-list.ts";
import { freshHome } from "../server/program.ts";
import { eventsOf, saved } from "../server/saved.ts";
import { testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser();

const agents = 1_000;
const callsEach = 19;
const session = "0123456789ab";
const usage = { input: 100, output: 10, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
const settings = {
  effort: "none",
  thinkingBudget: "none",
  thinkingOutput: "none",
  tier: "auto",
  cacheTtlSec: 300,
} as const;
const beganAt = Date.now() - 120_000;
const labels = Array.from({ length: agents }, (_, index) => `w${String(index).padStart(3, "0")}`);

/** A root whose children have all worked, and are no more. */
function history(cwd: string): AgentEvent[] {
  const model = { provider: "anthropic", model: "claude-opus-5-5" };
  const begun: EventBody = { type: "started", protocol: 1, sessionId: session, model, settings, resumed: false, cwd };
  const call = (index: number): EventBody => ({
    ...{ type: "callEnded", message: `m${index}`, usage, costUsd: 0.001 },
    ...{ totalCostUsd: 0, durationMs: 400 },
  });
  const spawned = labels.map(
    (child): EventBody => ({ type: "spawned", child, childPath: `main/${child}`, persistent: false }),
  );
  const ended = labels.map(
    (child): EventBody => ({ type: "childEnded", child, reason: "done", usage, costUsd: callsEach * 0.001 }),
  );
  const own = labels.flatMap((label, at) =>
    eventsOf([begun, ...Array.from({ length: callsEach }, (_, index) => call(index))], label).map(
      (event): AgentEvent => ({ ...event, path: `main/${label}`, at: beganAt + at * 100 + event.seq * 500 }),
    ),
  );
  const root = eventsOf([begun, ...spawned, ...ended]);
  return [...root.slice(0, 1 + agents), ...own, ...root.slice(1 + agents)];
}

test("a thousand rows and lanes: few are mounted, the order stays, and who works touches its own row only", async () => {
  await using fake = await startFakeProvider(() => ({ parts: [{ text: "I still know all of them." }] }));
  using home = freshHome(fake);
  saved(projectDir(home.project, home.env), session, history(home.project));
  await using served = await serve(home);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.locator(`[data-session="${session}"]`).click();
  await page.locator(".fleet-sum", { hasText: `${agents + 1} agents` }).waitFor();
  await page.locator(".fleet-cost", { hasText: "$19.00" }).waitFor();
  const shown = () =>
    page.getByRole("treeitem").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-label") ?? ""));
  const first = await shown();
  expect(first.length).toBeLessThan(40);
  expect(first).toEqual(["main", ...labels].slice(0, first.length));

  await page.evaluate(watchRows);
  await page.getByLabel(/^Message( to|$)/).fill("Do you remember?");
  await page.keyboard.press("Enter");
  await page.locator('[role=treeitem][data-label="main"]').getByText("Done").waitFor();
  expect(await page.evaluate(touchedRows)).toEqual(["main"]);
  expect(await shown()).toEqual(first);
  const active = (label: string) => page.locator(`[role=tree][aria-activedescendant="agent-${label}"]:focus`).waitFor();
  await page.keyboard.press("Alt+g");
  await page.keyboard.press("End");
  await active("w999");
  await page.locator('[role=treeitem][data-label="w999"]').waitFor();
  await page.keyboard.type("w500");
  await active("w500");
  await page.locator('[role=treeitem][data-label="w500"]').waitFor();
  expect((await shown()).length).toBeLessThan(60);

  await page.keyboard.press("Alt+t");
  await page.locator(".timeline-tools", { hasText: `${agents + 1} agents` }).waitFor();
  const lanes = page.locator(".timeline-lane");
  await lanes.first().waitFor();
  expect(await lanes.count()).toBeLessThan(60);
  for (const key of ["+", "+", "ArrowRight", "-", "0"]) await page.keyboard.press(key);
  await tab.shot("timeline-many");
  await page.getByRole("button", { name: "Table" }).click();
  const all = await page.locator("tfoot td").allTextContents();
  expect(all.slice(0, 3)).toEqual([String(agents * callsEach + 1), "0", "0"]);
  expect(fake.problems).toEqual([]);
});

/** In the page: notes the labels of the rows in which anything changes. */
function watchRows(): void {
  const touched = new Set<string>();
  const note = (node: Node) => {
    const row = (node instanceof Element ? node : node.parentElement)?.closest("[role=treeitem]");
    if (row) touched.add(row.getAttribute("data-label") ?? "");
  };
  const tree = document.querySelector("[role=tree]");
  const watch = { subtree: true, childList: true, characterData: true, attributes: true };
  if (tree) new MutationObserver((all) => all.forEach(({ target }) => void note(target))).observe(tree, watch);
  Object.assign(globalThis, { touched });
}

/** In the page. */
function touchedRows(): string[] {
  return [...(globalThis as unknown as { touched: Set<string> }).touched];
}
