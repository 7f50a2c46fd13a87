/** Models in the process, from the page: the first run without a key, a download, and an answer of real weights. */
import { expect, test } from "bun:test";
import { startHub } from "../providers/local/fake-hub.ts";
import { freshHome } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { testModel } from "../support/local-model.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser();
const name = "hf:someone/small/tiny.gguf";
const weights = Buffer.concat([Buffer.from("GGUF"), Buffer.alloc(12_000_000, "weights ")]);

test("without a key the page leads to the local models, and fetches one, with progress, a way out, and reasons", async () => {
  using hub = await startHub();
  hub.serve("/someone/small/resolve/main/tiny.gguf", weights, { slow: true });
  using home = freshHome();
  await using served = await serve(home, [], { HF_ENDPOINT: hub.url });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(10_000);
  await page.getByText("No key of a provider is set").waitFor();
  expect(await tab.axe("dialog")).toEqual([]);
  await tab.shot("local-first-run");
  await page.keyboard.press("Escape");
  await page.locator(".composer textarea").fill("hello");
  await page.keyboard.press("Enter");
  await page.locator(".composer-problem", { hasText: "no weights of a local model are on this machine" }).waitFor();
  expect(await page.locator(".composer textarea").inputValue()).toBe("hello");

  const reference = page.getByLabel(/^Another model/);
  const row = page.getByRole("region", { name });
  await reference.fill(name);
  await page.keyboard.press("Enter");
  await row.getByText(/ of 11 MB · \d+ %/).waitFor();
  await tab.shot("local-fetching");
  await row.getByRole("button", { name: "Cancel" }).click();
  await row.getByText("Cancelled; what came is kept").waitFor();
  await row.getByRole("button", { name: "Fetch" }).click();
  await row.getByRole("button", { name: "Use" }).waitFor();
  expect(hub.requests.map(({ range }) => range !== undefined)).toEqual([false, true]);

  await reference.fill("hf:someone/small/none.gguf");
  await page.keyboard.press("Enter");
  const failed = page.getByRole("region", { name: "hf:someone/small/none.gguf" });
  await failed.getByText(/No source has the model .*status 404.*Connect to a network/).waitFor();
  expect(await failed.getByRole("button", { name: "Try again" }).count()).toBe(1);
  await using phone = await tab.beside(page.url());
  await phone.emulate({ theme: "dark" });
  await phone.page.setViewportSize({ width: 360, height: 740 });
  await phone.page.reload();
  await phone.page.getByRole("button", { name: "Try again" }).waitFor();
  expect(await phone.axe("dialog")).toEqual([]);
  await phone.shot("local-failed");
}, 60_000);

test("real weights answer in the page, and it says how fast", async () => {
  using home = freshHome();
  await using served = await serve(home, [], { SAGENT_MODEL_PATH: await testModel() });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(90_000);
  await page.locator(".composer textarea").fill("Say hello.");
  await page.keyboard.press("Enter");
  await page.locator(".agent-state", { hasText: "Done" }).waitFor();
  const answer = await page.locator(".item.assistant").first().textContent();
  expect(answer?.length).toBeGreaterThan(3);
  expect(await page.locator(".speed").textContent()).toMatch(/^[\d.]+k? tokens\/s$/);
  expect(await page.locator(".model-chip").textContent()).toContain(".gguf");
  await tab.shot("local-answer");
}, 120_000);
