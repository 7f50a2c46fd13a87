/** The controls of the page, as a person uses them: model, effort, context, cost, and how work is stopped. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { freshHome, wireEnv } from "../server/program.ts";
import { type Tab, testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serve, serveFake } from "../support/workspace.ts";

const browser = testBrowser();
const waitMs = 8_000;

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

async function pickModel(page: Page, search: string): Promise<void> {
  await page.keyboard.press("Control+m");
  await page.getByRole("combobox", { name: "Search the models" }).fill(search);
  await page.keyboard.press("Enter");
}

const chip = (page: Page) => page.locator(".model-chip");

/** What is seen once `open` has opened it, in both themes, and on a phone in another tab. */
async function shots(tab: Tab, name: string, open: (page: Page) => Promise<void>): Promise<void> {
  await open(tab.page);
  await tab.shot(name);
  await tab.emulate({ theme: "dark" });
  await tab.shot(name);
  await tab.emulate({ theme: "light" });
  await using phone = await tab.beside(tab.page.url());
  phone.page.setDefaultTimeout(waitMs);
  await phone.page.setViewportSize({ width: 360, height: 740 });
  await phone.page.reload();
  await open(phone.page);
  await phone.shot(name);
  expect(await phone.axe()).toEqual([]);
}

/** Says again what it heard last. */
const echo = ({ view }: FakeRequest): FakeStep => ({
  parts: [{ text: `You said ${view.messages.at(-1)?.texts.at(-1)?.trim()}.` }],
});

test("model, provider and effort change in the middle of a conversation, and a new session begins with what was chosen", async () => {
  await using fake = await startFakeProvider(echo);
  using home = freshHome(fake, "anthropic");
  await using served = await serve(home, [], wireEnv(fake, "openai"));
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "one");
  await page.getByText("You said one.").waitFor();

  await shots(tab, "controls-models", async (shown) => {
    await shown.locator(".model-chip").click();
    await shown.getByRole("option", { name: /opus-5\.5 in use/ }).waitFor();
  });
  expect(await page.getByRole("option", { name: /^gemini-pro-3\.1/ }).getAttribute("aria-disabled")).toBe("true");
  expect(await page.getByText("A key: run sagent login google, or set GOOGLE_API_KEY or GEMINI_API_KEY").count()).toBe(
    1,
  );
  await page.waitForFunction(() => document.querySelector("dialog")?.contains(document.activeElement));
  expect(await tab.axe("dialog")).toEqual([]);
  await page.getByRole("combobox", { name: "Search the models" }).fill("sol-6.0");
  await page.keyboard.press("Enter");
  await chip(page).getByText("gpt-6-sol").waitFor();
  await page.getByRole("button", { name: /^Effort/ }).click();
  await page.getByRole("radio", { name: "high", exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Effort: high" }).waitFor();
  await say(page, "two");
  await page.getByText("You said two.").waitFor();
  await pickModel(page, "opus-5.5");
  await chip(page).getByText("claude-opus-5-5").waitFor();
  await say(page, "three");
  await page.getByText("You said three.").waitFor();
  expect(fake.requests.map(({ wire, view }) => [wire, view.model, view.messages.length])).toEqual([
    ["anthropic", "claude-opus-5-5", 1],
    ["openai", "gpt-6-sol", 3],
    ["anthropic", "claude-opus-5-5", 5],
  ]);
  expect(fake.requests[1]?.body).toMatchObject({ reasoning: { effort: "high" } });

  await pickModel(page, "/no/such/weights.gguf");
  await page.locator(".toast.bad", { hasText: "is not there" }).waitFor();
  expect(await chip(page).textContent()).toBe("claude-opus-5-5");

  await page.keyboard.press("Alt+n");
  await pickModel(page, "haiku");
  await chip(page).getByText("haiku-4.5").waitFor();
  await say(page, "four");
  await page.getByText("You said four.").waitFor();
  expect(fake.requests.at(-1)?.view.model).toBe("claude-haiku-4-5");
  expect(fake.problems).toEqual([]);
}, 60_000);

const bigFile = "A line of a file that fills the context.\n".repeat(1_500);

function readOnce({ view }: FakeRequest, index: number): FakeStep {
  if (view.system.startsWith("You summarise")) return { parts: [{ text: "The file was read." }] };
  if (index === 0) return { parts: [{ text: "I read." }, { call: "Read", args: { file_path: "big.txt" } }] };
  return { parts: [{ text: "That is all." }], usage: { input: 10_000, cacheRead: 30_000 } };
}

/** The number behind a word of the meter's list. */
const counted = (page: Page, title: string) =>
  page.locator(".popover .legend > div", { hasText: title }).locator("dd").textContent();

test("the meters follow the conversation, and what makes room does so", async () => {
  const args = ["--max-budget-usd", "2", "--max-request-tokens", "60000", "--max-response-tokens", "2000"];
  await using served = await serveFake(readOnce, { args, files: { "big.txt": bigFile } });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "read it");
  await page.getByText("That is all.").waitFor();
  const context = page.getByRole("button", { name: /^Context/ });
  await shots(tab, "controls-meter", (shown) => shown.getByRole("button", { name: /^Context/ }).click());
  expect(await counted(page, "Tool results")).toMatch(/^\d+k$/);
  expect(await tab.axe(".controls, .popover")).toEqual([]);
  await page.getByRole("button", { name: "Drop file reads" }).click();
  await page.getByText("hidden from the model").first().waitFor();
  await context.click();
  await page.getByText("No file was read that could be dropped.").waitFor();
  expect(await counted(page, "Tool results")).toMatch(/^\d+$/);
  await page.keyboard.press("Escape");

  await shots(tab, "controls-cost", (shown) => shown.getByRole("button", { name: /^Cost/ }).click());
  await page.getByText("of a budget of $2.00").waitFor();
  expect(await counted(page, "of them from the cache")).toMatch(/^\d+ %$/);
  await page.keyboard.press("Escape");

  await say(page, `Go on. ${"words and words ".repeat(4_000)}`);
  await page.getByText("That is all.").nth(1).waitFor();
  await context.click();
  await page.getByText(/frees about \d+k tokens/).waitFor();
  await page.getByRole("button", { name: "Summarise" }).click();
  await page
    .getByText(/^Compacted:/)
    .first()
    .waitFor();
  await context.click();
  expect(await counted(page, "Summary")).toMatch(/^\d+$/);
  await page.getByRole("button", { name: "Clear…" }).click();
  await page.getByRole("button", { name: "Clear it" }).click();
  await context.click();
  await page.locator(".popover .legend", { hasNotText: "Answers" }).waitFor();
  expect(served.fake.problems).toEqual([]);
}, 60_000);

test("a wait for the provider counts down, and work is stopped from the head", async () => {
  const held = Promise.withResolvers<void>();
  const script = async (_: FakeRequest, index: number): Promise<FakeStep> => {
    if (index === 0) return { status: 529, headers: { "retry-after": "2" } };
    await held.promise;
    return { parts: [{ text: "Too late." }] };
  };
  await using served = await serveFake(script);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "hello");
  await page.getByText(/trying again (in [12] s|now) \(\d\)/).waitFor();
  await tab.shot("controls-retry");
  const stop = page.locator(".top").getByRole("button", { name: "Stop", exact: true });
  await stop.waitFor();
  expect(await tab.axe(".top")).toEqual([]);
  await stop.click();
  await page.locator(".agent-state", { hasText: "Stopped" }).waitFor();
  await stop.waitFor({ state: "detached" });
  held.resolve();
}, 60_000);

test("the head leads up from a child, and stops all that work", async () => {
  const held = Promise.withResolvers<void>();
  const script = async ({ view }: FakeRequest): Promise<FakeStep> => {
    if (JSON.stringify(view.messages).includes("dig deep")) await held.promise;
    return { parts: [{ text: "Here I am." }] };
  };
  await using served = await serveFake(script);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "hello");
  await page.getByText("Here I am.").waitFor();
  await say(page, "/spawn worker dig deep");
  const crumbs = page.getByRole("navigation", { name: "Agent" });
  await crumbs.getByRole("heading", { name: "worker" }).waitFor();
  await page.locator(".agent-state", { hasText: "Answers" }).waitFor();
  expect(await tab.axe(".top")).toEqual([]);
  await tab.shot("controls-child");
  await crumbs.getByRole("button", { name: "hello" }).click();
  await page.locator(".agent-state", { hasText: "Done" }).waitFor();
  const stopAll = page.locator(".top").getByRole("button", { name: "Stop all 1" });
  await stopAll.click();
  await stopAll.waitFor({ state: "detached" });
  held.resolve();
}, 60_000);
