/** One question after another: a click or a key that was meant for one is no answer to the next, and the keyboard stays with them. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const ask = (question: string) => ({ call: "Ask", args: { question, choices: ["Yes", "No"] } });

test("a double click answers one question; the keyboard goes on to the next, and from the last to the field", async () => {
  const questions = ["First?", "Second?", "Third?"];
  await using served = await serveFake([{ parts: questions.map(ask) }, { parts: [{ text: "All answered." }] }]);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Ask me.");
  await page.keyboard.press("Enter");
  const card = page.locator(".ask");
  await card.filter({ hasText: "1 of 3" }).waitFor();
  await card.getByRole("button", { name: "Yes" }).click({ clickCount: 2, delay: 60 });
  await card.filter({ hasText: "1 of 2" }).waitFor();
  await page.waitForTimeout(700);
  expect(await card.textContent()).toContain("1 of 2");

  await page.waitForFunction(() => document.activeElement?.classList.contains("ask"));
  await page.keyboard.press("2");
  await card.filter({ hasText: "Third?" }).waitFor();
  await page.waitForTimeout(700);
  await page.keyboard.press("1");
  await page.locator(".transcript", { hasText: "All answered." }).waitFor();
  await page.waitForFunction(() => document.activeElement instanceof HTMLTextAreaElement);
  expect(served.fake.problems).toEqual([]);
});

/** The browser's own notices cannot be seen from here: what is asked of it is kept. Runs in the page. */
function lookAway(): void {
  class Kept extends EventTarget {
    static readonly permission = "granted";
    static requestPermission = () => Promise.resolve("granted");
    constructor(title: string, options: { body: string }) {
      super();
      document.body.dataset.told = `${document.body.dataset.told ?? ""}${title}: ${options.body}|`;
    }
  }
  Object.defineProperty(window, "Notification", { value: Kept });
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
}

test("who looks elsewhere is told by the browser and the title of what waits and what failed", async () => {
  await using served = await serveFake([
    { parts: [{ text: "Hello." }] },
    { parts: [ask("Go on?")] },
    { status: 400, body: { type: "error", error: { type: "invalid_request_error", message: "No." } } },
  ]);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Work.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "Hello." }).waitFor();
  await page.evaluate(lookAway);
  await page.keyboard.press("Control+k");
  await page.locator("dialog[open] input").fill("> notify me");
  await page.getByRole("option", { name: /Notify me/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  const told = () => page.evaluate(() => document.body.dataset.told ?? "");
  await page.getByLabel(/^Message( to|$)/).fill("Ask me.");
  await page.keyboard.press("Enter");
  await until(async () => (await told()).includes("waits for you"));
  expect(await page.title()).toStartWith("(1) ");
  await page.locator(".ask").waitFor();
  await page.waitForTimeout(700);
  await page.locator(".ask-choice", { hasText: "Yes" }).click();
  await until(async () => (await told()).includes("has failed"));
  await until(async () => (await page.title()).startsWith("✗ "));
});
