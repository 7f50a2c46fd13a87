/** The plan that an agent keeps, above the field: ticking, folded, there again after a reload, gone once all is done. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const steps = ["Read the parser", "Write the tests", "Mend the <b>parser</b>"];
const statuses = ["completed", "in_progress", "pending"] as const;
/** A call of Todo with so many steps done. */
const todo = (done: number) => ({
  call: "Todo",
  args: { todos: steps.map((content, at) => ({ content, status: statuses[Math.max(0, Math.min(2, at - done + 1))] })) },
});

test("a plan ticks above the field, survives a reload, and leaves once it is done", async () => {
  await using served = await serveFake([
    { parts: [todo(0)] },
    { parts: [todo(1)] },
    { parts: [{ text: "One is done." }] },
    { parts: [todo(3)] },
    { parts: [{ text: "All is done." }] },
  ]);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Mend it.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "One is done." }).waitFor();
  const plan = page.locator(".plan");
  const shown = () => plan.locator("li").evaluateAll((items) => items.map(({ textContent }) => textContent));
  const expected = ["Read the parser, done", "Write the tests, in progress", "Mend the <b>parser</b>, to do"];
  expect([await plan.locator(".plan-count").textContent(), await shown()]).toEqual(["Plan 1 of 3", expected]);
  await tab.shot("plan");

  await plan.locator("summary").click();
  expect(await plan.locator("ol").isVisible()).toBe(false);
  await page.waitForFunction(() => localStorage.getItem("sagent.prefs")?.includes('"planOpen":false'));
  await page.reload();
  await plan.waitFor();
  expect([await plan.locator("ol").isVisible(), await plan.locator("summary").textContent()]).toEqual([
    false,
    "Plan 1 of 3Write the tests",
  ]);

  await page.getByLabel(/^Message( to|$)/).fill("Go on.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "All is done." }).waitFor();
  expect(await plan.count()).toBe(0);
  expect(served.fake.problems).toEqual([]);
});
