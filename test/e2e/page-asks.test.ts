/** One question after another: a click or a key that was meant for one is no answer to the next, and the keyboard stays with them. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
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
