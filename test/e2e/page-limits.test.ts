/** How far the provider lets one go, where the page shows the cost: told by the headers of a real answer. */
import { expect, test } from "bun:test";
import { freshHome } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser();
const waitMs = 20_000;

test("a window that is nearly used up shows beside the cost; all of them stand behind it", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "Hello." }] }]);
  using home = freshHome(fake);
  using gateway = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${fake.url("anthropic")}${pathname}${search}`, request);
      const headers = new Headers(answer.headers);
      headers.set("anthropic-ratelimit-unified-5h-utilization", "0.92");
      headers.set("anthropic-ratelimit-unified-5h-reset", String(Math.round(Date.now() / 1000) + 7_200));
      headers.set("anthropic-ratelimit-tokens-limit", "1000000");
      headers.set("anthropic-ratelimit-tokens-remaining", "750000");
      return new Response(answer.body, { status: answer.status, headers });
    },
  });
  await using served = await serve(home, [], { ANTHROPIC_BASE_URL: `http://127.0.0.1:${gateway.port}` });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await page.getByRole("textbox").fill("Hi.");
  await page.keyboard.press("Enter");
  await page.getByText("Hello.").waitFor();
  const chip = page.getByRole("button", { name: /^Cost/ });
  await chip.getByText("5h 92 %").waitFor();
  await chip.click();
  await page.getByText("92 % used").waitFor();
  await page.getByText("750k of 1M left").waitFor();
  expect(await page.locator(".popover .bar").count()).toBe(2);
  expect(await tab.axe(".controls, .popover")).toEqual([]);
}, 60_000);
