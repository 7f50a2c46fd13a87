/** Who writes before the page has heard from the server loses nothing. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

test("what is written before the server has answered stays in the field, and is sent", async () => {
  await using served = await serveFake(() => ({ parts: [{ text: "Hello." }] }));
  await using tab = await browser.open(served.link);
  const { page } = tab;
  const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
  await page.routeWebSocket(/\/api\/socket/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage(async (frame) => {
      await mayAnswer;
      socket.send(frame);
    });
  });
  await page.reload();
  const field = page.locator(".composer textarea");
  await field.fill("Hi.");
  answer();
  await page.locator(".sidebar", { hasText: "project" }).waitFor();
  await page.waitForFunction(() => localStorage.getItem("sagent.draft.new:") === null);
  expect(await field.inputValue()).toBe("Hi.");
  await field.press("Enter");
  await page.getByText("Hello.").last().waitFor();
  expect(await field.inputValue()).toBe("");
});
