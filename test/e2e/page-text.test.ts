/** Markdown, code in colour, terminal text and changes, as a person sees them. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import { serveFake } from "../support/workspace.ts";
import { files, textScript } from "./page-text-script.ts";

const browser = testBrowser();

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

/** The colours of the pieces of the first code that is coloured. */
const colours = (page: Page) =>
  page
    .locator(".prose .code code", { has: page.locator("span") })
    .first()
    .locator("span")
    .evaluateAll((pieces) => [...new Set(pieces.map((piece) => getComputedStyle(piece).color))]);

async function open(page: Page, text: string) {
  const call = page.locator(".call", { hasText: text }).last();
  await call.locator(".call-head").click();
  return call.locator(".call-body");
}

test("rich text, code in colour in both themes, terminal text, changes in one column and two, and files that open", async () => {
  await using served = await serveFake(textScript, { files });
  await using tab = await browser.open(served.link, { theme: "dark", size: { width: 1280, height: 1000 } });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await say(page, "A tour, please.");
  await page.getByText("That is all of it.").waitFor();
  await page.locator(".prose .code code span").first().waitFor();
  const dark = await colours(page);
  expect(dark.length).toBeGreaterThan(4);
  expect(asked.some((path) => /^\/assets\/highlight\.worker-\w+\.js$/.test(path))).toBe(true);
  await tab.shot("text-prose");
  await tab.emulate({ theme: "light" });
  await page.locator(':root[data-theme="light"]').waitFor();
  const light = await colours(page);
  expect(light.length).toBeGreaterThan(4);
  expect(light.filter((colour) => dark.includes(colour))).toEqual([]);
  await tab.shot("text-prose");
  expect(await tab.axe(".transcript")).toEqual([]);
  const read = await open(page, "Read");
  expect(await read.locator(".gutter").textContent()).toStartWith("1\n2\n3\n");
  const shell = await open(page, "Run");
  expect(await shell.locator(".ansi").textContent()).toContain("(12 ms)\n");
  expect(await shell.locator(".ansi").textContent()).not.toContain("60%");
  await tab.shot("text-shell");
  const change = await open(page, "Edit");
  expect(await change.locator("mark").allTextContents()).toEqual(["1.5", "hour", "2", "day"]);
  expect(await change.locator("tr").first().locator("td").count()).toBe(3);
  await tab.shot("text-diff");
  await change.getByRole("button", { name: "Side by side" }).click();
  expect(await change.locator("tr").first().locator("td").count()).toBe(4);
  await tab.shot("text-split");
  expect(await tab.axe(".transcript")).toEqual([]);
  await tab.emulate({ theme: "dark" });
  await tab.shot("text-split");
  expect(await tab.axe(".transcript")).toEqual([]);
  await page.locator(".transcript-list").focus();
  await page.keyboard.press("End");
  await page.locator("button.path", { hasText: "src/rates.ts:7" }).click();
  await page.getByRole("tab", { name: "Files", selected: true }).waitFor();
});

test("what a command prints as it runs has its colours, and lines that it writes over are gone", async () => {
  await using served = await serveFake(textScript, { files });
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "Some colours.");
  const shell = await open(page, "Run");
  const printed = shell.locator(".ansi");
  await printed.getByText("colour 7").waitFor();
  expect(await printed.textContent()).not.toContain("60%");
  expect(await printed.locator(".fg-a1").first().textContent()).toBe("✗");
  await tab.shot("text-ansi");
  expect(await tab.axe(".transcript")).toEqual([]);
  await tab.emulate({ theme: "light" });
  await page.locator(':root[data-theme="light"]').waitFor();
  await tab.shot("text-ansi");
  expect(await tab.axe(".transcript")).toEqual([]);
  await page.getByRole("button", { name: "Stop this call" }).click();
  await page.locator(".call.cancelled").waitFor();
});

test("a table and a long code grow at their ends only, and all of it is there at last, on a phone too", async () => {
  await using served = await serveFake(textScript, { files });
  await using tab = await browser.open(served.link, { size: "phone" });
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await say(page, "Let it grow.");
  await page.locator(".prose tr", { hasText: "row 12" }).waitFor();
  await page
    .locator(".prose tr")
    .nth(3)
    .evaluate((row) => row.setAttribute("data-kept", "row"));
  await page.locator(".prose .part", { hasText: "line30 " }).waitFor();
  await page
    .locator(".prose .part")
    .first()
    .evaluate((part) => part.setAttribute("data-kept", "part"));
  await page.locator(".prose .part", { hasText: "line70 " }).waitFor();
  expect(
    await page.locator("[data-kept]").evaluateAll((all) => all.map((each) => each.getAttribute("data-kept"))),
  ).toEqual(["row", "part"]);
  await tab.shot("text-growing");
  await page.getByText("It has grown.").waitFor();
  expect(await page.locator(".prose tr").count()).toBe(61);
  await page.locator(".prose .code code span").first().waitFor();
  const code = (await page.locator(".prose .code code").textContent()) ?? "";
  expect(code.split("\n").length).toBe(120);
  await say(page, "A tour, please.");
  await page.getByText("That is all of it.").waitFor();
  await tab.shot("text-prose");
  expect(await tab.axe(".transcript")).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
