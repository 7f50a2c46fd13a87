/** Getting about: the list of sessions, the palette, the help, finding, forking; with the mouse, and with keys alone. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { leaseFile } from "../../agent/session.ts";
import { projectDir } from "../../agent/session-list.ts";
import { assistant, user } from "../agent/entries.ts";
import { freshHome } from "../server/program.ts";
import { eventsOf, saved } from "../server/saved.ts";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { type ServedFake, serve, serveFake } from "../support/workspace.ts";

const browser = testBrowser();
const dayMs = 24 * 60 * 60 * 1_000;

/** Newest first, some days apart. */
const kept = [
  ["aaaaaaaaaa01", "Port the parser", 0],
  ["aaaaaaaaaa02", "Why is the login slow?", 1],
  ["aaaaaaaaaa03", "Release notes", 3],
  ["aaaaaaaaaa04", "Old thoughts", 40],
] as const;

function script({ view }: FakeRequest): FakeStep {
  return { parts: [{ text: `You said ${view.messages.at(-1)?.texts.at(-1)}.` }] };
}

async function workspace(): Promise<ServedFake> {
  const served = await serveFake(script, { files: { "src/parser.ts": "export const parser = 1;\n" } });
  const dir = sessionsOf(served);
  for (const [id, title, days] of kept) {
    const filler = Array.from({ length: 120 }, (_, index) => assistant(index + 3, `Step ${index} of ${title}.`));
    const events = eventsOf([user(1, title), assistant(2, `The walrus of ${title}.`), ...filler]);
    saved(dir, id, events, Date.now() - days * dayMs);
  }
  return served;
}

const sessionsOf = ({ home }: Pick<ServedFake, "home">) => projectDir(home.project, home.env);
const titles = (page: Page) => page.locator(".session-title").allTextContents();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");

test("sessions stand by age, are searched, renamed, thrown away and taken back", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await page.getByText("Old thoughts").first().waitFor();
  expect(await page.locator(".session-age").allTextContents()).toEqual(["Today", "Yesterday", "This week", "Older"]);
  expect(await titles(page)).toEqual(kept.map(([, title]) => title));
  await page.getByRole("heading", { name: "What should be done" }).waitFor();
  expect(await tab.axe(".sidebar")).toEqual([]);
  expect(await tab.axe(".start")).toEqual([]);
  await tab.shot("sessions-start");

  await page.getByLabel("Search the sessions").fill("slow login");
  expect(await titles(page)).toEqual(["Why is the login slow?"]);
  await page.keyboard.press("Escape");
  await page.locator(".session-title", { hasText: "Old thoughts" }).waitFor();

  await page.getByLabel("Search the sessions").press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Port the parser"));
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("login"));
  await page.keyboard.press("F2");
  await page.keyboard.type("Speed up the login");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Speed up"));
  const row = page.locator('[data-session="aaaaaaaaaa02"]');
  await page.keyboard.press("Enter");
  await page.locator(".transcript").waitFor();
  expect(await row.getAttribute("aria-current")).toBe("page");
  await page.reload();
  await page.locator('[data-session="aaaaaaaaaa02"][aria-current]', { hasText: "Speed up the login" }).waitFor();

  await row.focus();
  await page.keyboard.press("Delete");
  await page.getByText("Deleted “Speed up the login”.").waitFor();
  expect(await titles(page)).toEqual(["Port the parser", "Release notes", "Old thoughts"]);
  await page.getByRole("heading", { name: "What should be done" }).waitFor();
  await tab.shot("sessions-deleted");
  await page.getByRole("button", { name: "Undo" }).click();
  await row.waitFor();
  await page.locator(".transcript").getByText("Step 119 of Why is the login slow?.").waitFor();
});

test("the menu of a session has what can be done with it; another process's is refused with a sentence", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await page.getByText("Release notes").first().hover();
  await page.getByRole("button", { name: "More for Release notes" }).click();
  const menu = page.getByRole("menu", { name: "More for Release notes" });
  await menu.waitFor();
  expect(await menu.getByRole("menuitem").allTextContents()).toEqual([
    "RenameF2",
    "Fork",
    "Copy the link",
    "Export as Markdown",
    "Export as JSON",
    "Export as a page",
    "DeleteDel",
  ]);
  expect(await tab.axe(".sidebar")).toEqual([]);
  await tab.shot("sessions-menu");
  await page.keyboard.press("ArrowDown");
  expect(await focused(page)).toBe("Fork");
  await page.keyboard.press("Enter");
  await page.getByText("This is a copy of the conversation.").waitFor();
  await page.locator(".session.current", { hasText: "Fork of Release notes" }).waitFor();

  const holder = served.home.start(["--terminal", "--resume", "aaaaaaaaaa04"], { stdin: "open" });
  try {
    await until(() => existsSync(join(sessionsOf(served), "aaaaaaaaaa04", leaseFile)));
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await page.locator(".session", { hasText: "Old thoughts" }).getByText("In use by another process:").waitFor();
    await page.getByText("Old thoughts").first().click();
    await page.getByText("Another process of sagent has this session open").waitFor();
    await page.locator(".session.current", { hasText: "Fork of Release notes" }).waitFor();
  } finally {
    holder.kill("SIGTERM");
    await holder.exited;
  }
});

test("on a narrow screen the sessions are a drawer that holds the focus and closes on a choice or Escape", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link, { size: "phone" });
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  const opener = page.getByRole("button", { name: "Show the sessions" });
  await opener.click();
  const drawer = page.getByRole("dialog", { name: "Sessions" });
  await drawer.waitFor();
  expect(await tab.axe(".drawer")).toEqual([]);
  await tab.shot("sessions-drawer");
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    const isInside = () => document.activeElement === document.body || !!document.activeElement?.closest(".drawer");
    expect(await page.evaluate(isInside)).toBe(true);
  }
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Show the sessions");
  await opener.click();
  await page.getByText("Release notes").first().click();
  await drawer.waitFor({ state: "detached" });
  await page.locator(".transcript").getByText("Step 119 of Release notes.").waitFor();
});

test("of a thousand sessions only those in sight are there, and keys reach the last", async () => {
  await using served = await serveFake([]);
  const dir = sessionsOf(served);
  for (let index = 0; index < 1_000; index += 1) {
    const id = (0xaaaaaaaa0000 + index).toString(16);
    saved(dir, id, eventsOf([user(1, `Session ${index}`), assistant(2, "Done.")]), Date.now() - index * 60_000);
  }
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await page.locator("[data-session]").first().focus();
  expect(await page.locator("[data-session]").count()).toBeLessThan(60);
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Session 999"));
  expect(await page.locator("[data-session]").count()).toBeLessThan(60);
  await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.activeElement?.textContent?.includes("Session 998"));
});

test("with no key set, the start leads to a model on this machine", async () => {
  using home = freshHome();
  // At the very first start the dialog comes by itself.
  saved(sessionsOf({ home }), "aaaaaaaaaa01", eventsOf([user(1, "Before"), assistant(2, "Done.")]));
  await using served = await serve(home);
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await page.getByText("No key is set, so a model on this machine will answer").waitFor();
  expect(await tab.axe(".start")).toEqual([]);
  await tab.shot("start-local");
  await page.getByRole("button", { name: "Get a local model" }).click();
  await page.getByRole("dialog", { name: "Local models" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Explain this project" }).click();
  await page.waitForFunction(() =>
    (document.activeElement as HTMLTextAreaElement).value?.startsWith("Explain this project to"),
  );
});
