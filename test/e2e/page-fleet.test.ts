/** The fleet and its questions in the page: who works, what passes, what it cost; steering any of them; answering any of them. */
import { expect, test } from "bun:test";
import type { Locator, Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const saidTo = ({ view }: FakeRequest) => view.messages.flatMap(({ texts }) => texts).join("\n");
const callsOf = ({ view }: FakeRequest) => view.messages.flatMap(({ calls }) => calls).length;

/** A parent that spawns some who stay: two that report, one that runs a tool for long, and two that talk for long. */
function fleetScript(request: FakeRequest): FakeStep {
  const said = saidTo(request);
  if (said.includes("Coordinate")) {
    if (callsOf(request) > 0) return { parts: [{ text: "They are at work." }] };
    const calls = ["reader", "writer", "runner", "talker-1", "talker-2"].map((label) => ({
      call: "AgentSpawn",
      args: { label, prompt: `You are the ${label}.`, persistent: true },
    }));
    return { parts: [{ text: "I split it." }, ...calls] };
  }
  if (said.includes("stand down")) return { parts: [{ text: "Standing down." }] };
  if (said.includes("You are the talker")) {
    return {
      parts: [{ text: "Word by word. ".repeat(2_000) }],
      chunkChars: 20,
      fault: { type: "drip", atChunk: 0, ms: 40 },
    };
  }
  if (callsOf(request) > 0) return { parts: [{ text: "My part is done." }] };
  if (said.includes("You are the runner")) return { parts: [{ call: "Bash", args: { command: "sleep 60" } }] };
  return { parts: [{ call: "AgentSend", args: { to: "main", content: "Half of it is done." } }] };
}

const rowOf = (page: Page, label: string) => page.locator(`[role=treeitem][data-label="${label}"]`);
const messageField = (page: Page) => page.getByLabel(/^Message( to|$)/);

async function begin(page: Page): Promise<void> {
  await messageField(page).fill("Coordinate this.");
  await page.keyboard.press("Enter");
  for (const label of ["reader", "writer"]) await rowOf(page, label).getByText("Done").waitFor();
  await rowOf(page, "runner").getByText("sleep 60").waitFor();
}

test("keys lead through the tree, open any agent, and halt just the one they are on; its tools are stopped apart", async () => {
  await using served = await serveFake(fleetScript);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await begin(page);
  expect(await rowOf(page, "runner").getAttribute("aria-level")).toBe("2");
  expect(await rowOf(page, "runner").getAttribute("aria-posinset")).toBe("3");
  expect(await tab.axe()).toEqual([]);
  await tab.shot("fleet-tree");

  await page.keyboard.press("Alt+g");
  await page.keyboard.type("read");
  await page.keyboard.press("Enter");
  await until(() => new URL(page.url()).hash.endsWith("/reader"));
  await page.locator(".transcript", { hasText: "You are the reader." }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type("Please stand down.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "Standing down." }).waitFor();

  await page.keyboard.press("Alt+g");
  await page.keyboard.type("talker-1");
  await page.keyboard.press("Delete");
  await rowOf(page, "talker-1").getByText("Stopped").waitFor();
  expect(await rowOf(page, "talker-2").getByText("Answers").count()).toBe(1);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+Delete");
  await rowOf(page, "runner").getByText("Done").waitFor();
  const heard = served.fake.requests.filter((request) => saidTo(request).includes("You are the runner")).at(-1);
  expect(JSON.stringify(heard?.view.messages.flatMap(({ results }) => results))).toMatch(/cancelled|stopped/i);

  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await until(async () => (await page.getByRole("treeitem").count()) === 1);
  await page.keyboard.press("ArrowRight");
  await until(async () => (await page.getByRole("treeitem").count()) === 6);
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Open" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More of the fleet" }).click();
  await page.getByRole("menuitem", { name: "Halt all" }).click();
  await rowOf(page, "talker-2").getByText("Stopped").waitFor();
  expect(served.fake.problems).toEqual([]);
});

test("a pattern retunes many and nobody else; a message leads to where it arrived", async () => {
  await using served = await serveFake(fleetScript);
  await using tab = await browser.open(served.link, { reducedMotion: true });
  const { page } = tab;
  await begin(page);
  await rowOf(page, "writer").hover();
  await rowOf(page, "writer").getByRole("button", { name: "What to do with writer" }).click();
  await page.getByRole("menuitem", { name: "Retune" }).click();
  const dialog = page.locator("dialog");
  await dialog.getByLabel("Who").fill("{reader,writer}");
  await dialog.getByLabel("Effort").selectOption("high");
  await dialog.getByLabel("Status").fill("in haste");
  expect(await tab.axe("dialog")).toEqual([]);
  await dialog.getByRole("button", { name: "Retune" }).click();
  await page.locator(".toast", { hasText: "reader, writer will change" }).waitFor();
  await rowOf(page, "reader").getByText("in haste").waitFor();
  const labels = ["reader", "writer", "runner"];
  const asked = (label: string) =>
    served.fake.requests.find((request) => saidTo(request).includes(`more effort, ${label}.`));
  for (const label of labels) {
    await rowOf(page, label).click();
    await page.locator(".transcript", { hasText: `You are the ${label}.` }).waitFor();
    await messageField(page).fill(`Go on with more effort, ${label}.`);
    await page.keyboard.press("Enter");
    await until(() => asked(label) !== undefined);
  }
  const isHigh = labels.map((label) => JSON.stringify(asked(label)?.body).includes('"effort":"high"'));
  expect(isHigh).toEqual([true, true, false]);

  await page
    .getByRole("button", { name: /^writer to main .*Half of it is done/ })
    .first()
    .click();
  await until(() => !/\/(?:reader|writer|runner)$/.test(page.url()));
  await page.locator(".transcript", { hasText: "Half of it is done." }).waitFor();
  expect(served.fake.problems).toEqual([]);
});

/** Of each lane, and at last of all. */
const costsIn = (table: Locator) =>
  table.locator("td[data-usd]").evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-usd"))));

test("a person spawns a child; the timeline shows who did what, and its sums are the costs; details tell the rest", async () => {
  await using served = await serveFake(fleetScript);
  await using tab = await browser.open(served.link, { reducedMotion: true, theme: "dark" });
  const { page } = tab;
  await begin(page);
  const dialog = page.locator("dialog");
  await page.getByRole("button", { name: "Spawn an agent" }).click();
  await dialog.getByLabel("Task").fill("You are the late one.");
  await dialog.getByLabel("Name").fill("late");
  await dialog.getByRole("button", { name: "Spawn", exact: true }).click();
  await page.locator(".transcript", { hasText: "You are the late one." }).waitFor();
  await rowOf(page, "late").getByText("Done").waitFor();
  expect(await rowOf(page, "late").getAttribute("aria-level")).toBe("2");

  await page.keyboard.press("Alt+t");
  await page.locator(".timeline-lane").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Period");
  await page.locator(".timeline-foot", { hasText: /^main · Model .* · \$/ }).waitFor();
  await page.locator(".timeline-now").waitFor();
  expect(await tab.axe("dialog")).toEqual([]);
  await tab.shot("timeline");
  await dialog.getByRole("button", { name: "Table" }).click();
  expect(await tab.axe("dialog")).toEqual([]);
  const costs = await costsIn(dialog);
  const [all = 0, ...own] = costs.toReversed();
  const billed = Number((await page.locator(".fleet-cost").textContent())?.replace("$", ""));
  expect(own).toHaveLength(7);
  expect(own.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(all, 9);
  expect(all).toBeCloseTo(billed, 3);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+5");
  await page.getByText("The whole tree").waitFor();
  await page.locator(".details-row", { hasText: "Tools" }).first().waitFor();
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
