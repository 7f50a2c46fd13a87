/** The fleet and its questions in the page: who works, what passes, what it cost; steering any of them; answering any of them. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const saidTo = ({ view }: FakeRequest) => view.messages.flatMap(({ texts }) => texts).join("\n");
const callsOf = ({ view }: FakeRequest) => view.messages.flatMap(({ calls }) => calls).length;

/** A parent that spawns two, which report to it. */
function fleetScript(request: FakeRequest): FakeStep {
  const said = saidTo(request);
  if (said.includes("Coordinate")) {
    if (callsOf(request) > 0) return { parts: [{ text: "They are at work." }] };
    const calls = ["reader", "writer"].map((label) => ({
      call: "AgentSpawn",
      args: { label, prompt: `You are the ${label}.`, persistent: true },
    }));
    return { parts: [{ text: "I split it." }, ...calls] };
  }
  if (callsOf(request) === 0) {
    return { parts: [{ call: "AgentSend", args: { to: "main", content: "Half of it is done." } }] };
  }
  return { parts: [{ text: said.includes("stand down") ? "Standing down." : "My part is done." }] };
}

test("the tree shows every agent, opens any, retunes and spawns; messages pass; the timeline's sums are the costs", async () => {
  await using served = await serveFake(fleetScript);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Coordinate this.");
  await page.keyboard.press("Enter");
  const row = (label: string) => page.locator(`[role=treeitem][data-label="${label}"]`);
  await row("writer").getByText("Done").waitFor();
  await row("reader").getByText("Done").waitFor();
  expect(await page.getByRole("treeitem").count()).toBe(3);
  expect(await row("reader").getAttribute("aria-level")).toBe("2");
  await page.locator(".fleet-feed li", { hasText: "Half of it is done." }).first().waitFor();
  expect(await tab.axe()).toEqual([]);
  await tab.shot("fleet-tree");

  await row("main").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(() => new URL(page.url()).hash.endsWith("/reader"));
  await page.locator(".transcript", { hasText: "You are the reader." }).waitFor();
  await page.getByLabel(/^Message( to|$)/).fill("Please stand down.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "Standing down." }).waitFor();

  await row("writer").hover();
  await row("writer").getByRole("button", { name: "What to do with writer" }).click();
  await page.getByRole("menuitem", { name: "Retune" }).click();
  await page.locator("dialog").getByLabel("Effort").selectOption("high");
  expect(await tab.axe("dialog")).toEqual([]);
  await page.locator("dialog").getByRole("button", { name: "Retune" }).click();
  await row("writer").click();
  await page.getByLabel(/^Message( to|$)/).fill("Go on with more effort.");
  await page.keyboard.press("Enter");
  await until(() => served.fake.requests.some((request) => saidTo(request).includes("more effort")));
  const retuned = served.fake.requests.find((request) => saidTo(request).includes("more effort"));
  expect(JSON.stringify(retuned?.body)).toContain('"effort":"high"');

  await page.getByRole("button", { name: "Spawn an agent" }).click();
  await page.locator("dialog").getByLabel("Task").fill("You are the late one.");
  await page.locator("dialog").getByLabel("Name").fill("late");
  await page.locator("dialog").getByRole("button", { name: "Spawn", exact: true }).click();
  await row("late").getByText("Done").waitFor();
  expect(await row("late").getAttribute("aria-level")).toBe("3");

  await page.getByRole("button", { name: "Timeline" }).click();
  await page.locator(".timeline-lane .model").first().waitFor();
  const costs = await page.locator(".timeline-lane:not(.curve) .timeline-name .dim").allInnerTexts();
  const sum = costs.reduce((all, text) => all + Number(text.replace("$", "")), 0);
  const total = Number((await page.locator(".fleet-totals strong").textContent())?.replace("$", ""));
  expect(Math.abs(sum - total)).toBeLessThan(0.001);
  expect(await tab.axe("dialog")).toEqual([]);
  await tab.shot("timeline");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+5");
  await page.getByText("The whole tree").waitFor();
  expect(await tab.axe(".side")).toEqual([]);
  expect(served.fake.problems).toEqual([]);
});

/** Asks, and a child that asks too. */
function askingScript(request: FakeRequest): FakeStep {
  const said = saidTo(request);
  const answers = request.view.messages.flatMap(({ results }) => results.map(({ text }) => text)).join(" ");
  if (said.includes("You are the child")) {
    if (callsOf(request) > 0) return { parts: [{ text: `The child heard: ${answers}` }] };
    return { parts: [{ call: "Ask", args: { question: "May I go?", choices: ["Yes", "No"] } }] };
  }
  if (callsOf(request) === 0) {
    const spawn = { call: "AgentSpawn", args: { label: "kid", prompt: "You are the child.", persistent: true } };
    return { parts: [spawn, { call: "Ask", args: { question: "Which colour?", choices: ["Red", "Green", "Blue"] } }] };
  }
  return { parts: [{ text: `I heard: ${answers}` }] };
}

test("questions of all agents wait in one queue; keys answer; an answer in one tab is an answer in all", async () => {
  await using served = await serveFake(askingScript);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Ask me.");
  await page.keyboard.press("Enter");
  await page.locator(".ask", { hasText: "1 of 2" }).waitFor();
  await until(async () => (await page.title()).startsWith("(1) "));
  expect(await tab.axe()).toEqual([]);
  await tab.shot("asks");
  await using other = await tab.beside(page.url());
  await other.page.locator(".ask", { hasText: "1 of 2" }).waitFor();

  for (let step = 0; step < 2 && !(await page.locator(".ask", { hasText: "Which colour?" }).isVisible()); step += 1) {
    await page.keyboard.press("Alt+Shift+A");
  }
  await page.keyboard.press("Alt+a");
  await page.waitForTimeout(600);
  await page.keyboard.press("2");
  await page.locator(".ask", { hasText: "May I go?" }).waitFor();
  await other.page.locator(".ask", { hasText: "May I go?" }).waitFor();
  expect(await other.page.locator(".ask").count()).toBe(1);
  await other.page.locator(".ask-choice", { hasText: "No" }).click();
  await other.page.locator(".ask").waitFor({ state: "detached" });
  await page.locator(".ask").waitFor({ state: "detached" });
  await page.locator('[role=treeitem][data-label="kid"]').click();
  await page.locator(".transcript", { hasText: "The child heard" }).waitFor();
  const heard = served.fake.requests.map((request) => JSON.stringify(request.view.messages)).join("\n");
  expect(heard).toContain("Green");
  expect(heard).toContain("No");
  expect(served.fake.problems).toEqual([]);
});

test("on a phone a question is read and answered by touch, and what works is stopped", async () => {
  await using served = await serveFake((request) => {
    if (callsOf(request) === 0) {
      return { parts: [{ call: "Ask", args: { question: "Shall I wait?", choices: ["Wait", "Do not"] } }] };
    }
    if (callsOf(request) === 1) return { parts: [{ call: "Bash", args: { command: "sleep 60" } }] };
    return { parts: [{ text: "Stopped." }] };
  });
  await using tab = await browser.open(served.link, { size: "phone", theme: "dark" });
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Go.");
  await page.getByRole("button", { name: "Send" }).click();
  const choice = page.locator(".ask-choice", { hasText: "Wait" });
  await choice.waitFor();
  expect((await choice.boundingBox())?.height).toBeGreaterThanOrEqual(40);
  await tab.shot("ask-phone");
  await choice.click();
  await page.locator(".call.running", { hasText: "sleep 60" }).waitFor();
  await page
    .getByRole("button", { name: /^Stop( |$)/ })
    .first()
    .click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await tab.axe()).toEqual([]);
});
