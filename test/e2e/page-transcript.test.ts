/** The transcript as a person meets it, in Chromium, on the program and a fake provider. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { saveLongSession } from "../bench/support/long-page.ts";
import { testBrowser } from "../support/browser.ts";
import { serveFake } from "../support/workspace.ts";
import { files, paragraphs, picture, transcriptScript } from "./page-transcript-script.ts";

const browser = testBrowser();

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

const callOf = (page: Page, text: string) => page.locator(".call", { hasText: text }).last();

async function open(page: Page, text: string) {
  const call = callOf(page, text);
  await call.locator(".call-head").click();
  return call.locator(".call-body");
}

/** How far the end is below what is seen, in px. */
const belowEnd = (page: Page) =>
  page.locator(".transcript-list").evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);

/** Between two frames what was said last is not laid out yet. */
async function samples(take: () => Promise<number>): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < 10; at += 1) taken.push(await take());
  return taken;
}

test("every kind of item: thoughts, calls that open, files, pictures, changes, and ends that say what to do", async () => {
  await using served = await serveFake(transcriptScript, { files });
  await Bun.write(join(served.home.project, "picture.png"), Buffer.from(picture, "base64"));
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "A tour, please.\nIn two lines.");
  await page.getByText(/It is .*done/).waitFor();
  expect(await page.locator(".call").evaluateAll((calls) => calls.map((call) => call.className))).toEqual([
    ..."call done,".repeat(5).slice(0, -1).split(","),
    ...["call failed", "call failed"],
  ]);
  await page.getByRole("button", { name: /^Thought/ }).click();
  await page.getByText("Then I change one and run the tests.").last().waitFor();
  expect(await (await open(page, "12 passed")).textContent()).toContain("12 passed");
  expect(await callOf(page, "12 passed").locator(".shell-status").textContent()).toStartWith("exit code 3");
  expect(await callOf(page, "missing.ts").locator(".call-note").textContent()).toContain("does not exist");
  const change = await open(page, "Edit");
  expect(await change.textContent()).toContain("good morning");
  await tab.shot("transcript-open");
  const grep = await open(page, "Search for");
  expect(await grep.getByRole("button", { name: "src/app.ts", exact: true }).count()).toBe(1);
  const shown = await open(page, "picture.png");
  await shown.getByRole("button", { name: /Enlarge/ }).click();
  await page.getByRole("dialog").getByRole("img").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await say(page, "cut it");
  await page.getByText("Cut off:").waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("You said: Go on.").waitFor();
  await say(page, "fail now");
  await page.getByRole("button", { name: "Try again" }).waitFor();
  expect(await belowEnd(page)).toBeLessThan(2);
  expect(await page.getByRole("button", { name: "Newest" }).count()).toBe(0);
  await page.keyboard.press("Alt+k");
  const focused = page.locator("article:focus");
  await focused.waitFor();
  for (const key of ["j", "j", "j", "j", "j", "j"]) await page.keyboard.press(key);
  await page.locator("article.marker:focus").waitFor();
  await page.keyboard.press("k");
  await page.locator("article.user:focus", { hasText: "fail now" }).waitFor();
  expect(await tab.axe(".transcript")).toEqual([]);
  await tab.shot("transcript");
  await tab.emulate({ theme: "light" });
  await tab.shot("transcript");
  expect(await tab.axe(".transcript")).toEqual([]);
  expect(served.fake.problems).toEqual([]);
});

test("a growing answer keeps to the end until the person scrolls, and blocks that are finished stay the same", async () => {
  await using served = await serveFake(transcriptScript);
  await using tab = await browser.open(served.link, { size: "phone" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "talk to me");
  await page.getByText("Paragraph 12").waitFor();
  expect(Math.min(...(await samples(() => belowEnd(page))))).toBeLessThan(2);
  const first = page.locator("article.assistant .prose").first();
  await first.evaluate((block) => {
    block.dataset.first = "kept";
  });
  await page.locator(".transcript-list").hover();
  await page.mouse.wheel(0, -60);
  await page.getByRole("button", { name: "Newest" }).waitFor();
  const stood = await page.locator(".transcript-list").evaluate((list) => list.scrollTop);
  await page.waitForFunction(() =>
    (document.querySelector(".transcript-list")?.textContent ?? "").includes("Paragraph 25"),
  );
  expect(await page.locator(".transcript-list").evaluate((list) => list.scrollTop)).toBe(stood);
  await tab.shot("transcript-growing");
  await page.getByRole("button", { name: "Newest" }).click();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
  expect(await belowEnd(page)).toBeLessThan(2);
  await page.getByText(`Paragraph ${paragraphs.length - 1}`).waitFor();
  expect(await first.getAttribute("data-first")).toBe("kept");
  expect(await page.getByRole("button", { name: "Newest" }).count()).toBe(0);
});

test("a running call goes to the background, is waited for again, and is stopped, all from its line", async () => {
  await using served = await serveFake(transcriptScript);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "work hard");
  const call = page.locator(".call.running");
  await call.locator(".call-head").click();
  await call.locator(".call-body").getByText("begun", { exact: true }).waitFor();
  await call.getByRole("button", { name: "Send to the background" }).click();
  const away = page.locator(".call.background");
  await away.getByText("in the background", { exact: true }).waitFor();
  await page.getByText("Nothing more.").waitFor();
  await tab.shot("transcript-background");
  await away.getByRole("button", { name: "Wait for it again" }).click();
  await call.waitFor();
  await call.getByRole("button", { name: "Stop this call" }).click();
  await page.locator(".call.cancelled").waitFor();
  await page.getByText("The background call of Bash was cancelled").waitFor();
  await page.getByRole("button", { name: "Show the call" }).click();
  await page.locator(".found-row .call.cancelled").waitFor();
});

test("an agent's card leads to its own transcript, and back to the place that was left", async () => {
  await using served = await serveFake(transcriptScript);
  await using tab = await browser.open(served.link, { size: { width: 1100, height: 500 } });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "talk to me");
  await page.getByText(`Paragraph ${paragraphs.length - 1}`).waitFor();
  await say(page, "get a helper");
  await page.getByText("The helper is at work.").waitFor();
  await (await open(page, "Start agent")).getByRole("button", { name: "helper" }).click();
  await page.locator(".transcript").getByText("I am the helper.").waitFor();
  await page.goBack();
  await page.getByText("The helper is at work.").waitFor();
  const list = page.locator(".transcript-list");
  await list.hover();
  await page.mouse.wheel(0, -700);
  await page.waitForTimeout(400);
  const place = await list.evaluate(topRow);
  await page.goForward();
  await page.locator(".transcript").getByText("I am the helper.").waitFor();
  await page.goBack();
  await page.getByText("Paragraph 12").waitFor();
  await page.waitForTimeout(200);
  expect(await list.evaluate(topRow)).toBe(place);
});

/** The row at the top of the view, and how far it reaches above it. */
function topRow(list: Element): string {
  const top = list.getBoundingClientRect().top;
  const row = [...list.querySelectorAll("article")].find((each) => each.getBoundingClientRect().bottom > top + 1);
  return `${row?.id} ${Math.round((row?.getBoundingClientRect().top ?? 0) - top)}`;
}

test("older pages come as they are reached, without a jump; few rows are mounted; a place is found again", async () => {
  await using served = await serveFake(transcriptScript);
  saveLongSession(served.home, "0123456789ab", 400);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await page.evaluate(() => {
    location.hash = "0123456789ab";
  });
  await page.getByText("Part 396 builds").waitFor();
  expect(await belowEnd(page)).toBeLessThan(2);
  await page.locator(".transcript-list").hover();
  const jumps = await page.evaluate(scrollUp);
  expect(jumps).toBeLessThan(2);
  await page.locator(".said", { hasText: "look at part 0 and" }).waitFor();
  expect(await page.locator("article.item").count()).toBeLessThan(300);
  await page.locator(".transcript-list").focus();
  await page.keyboard.press("End");
  await page.getByText("Part 396 builds").waitFor();
});

/** Goes up to the first message, a step a frame; resolves to the most that a row moved otherwise than it was scrolled, in px. */
async function scrollUp(): Promise<number> {
  const list = document.querySelector(".transcript-list");
  if (!list) return Number.NaN;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let most = 0;
  for (let still = 0; still < 20; ) {
    const row = [...list.querySelectorAll("article")].find((each) => each.getBoundingClientRect().bottom > 200);
    const before = row?.getBoundingClientRect().top ?? 0;
    const from = list.scrollTop;
    list.dispatchEvent(new WheelEvent("wheel", { deltaY: -300 }));
    list.scrollTop -= 300;
    await frame();
    await frame();
    const moved = (row?.getBoundingClientRect().top ?? 0) - before;
    if (row?.isConnected && from > 300) most = Math.max(most, Math.abs(moved - 300));
    still = from === 0 ? still + 1 : 0;
  }
  return most;
}
