/** What is done with keys alone: the palette, the help, finding across sessions and within one, forking from a message. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { projectDir } from "../../agent/session-list.ts";
import { assistant, user } from "../agent/entries.ts";
import { eventsOf, saved } from "../server/saved.ts";
import { testBrowser } from "../support/browser.ts";
import { type ServedFake, serveFake } from "../support/workspace.ts";

const browser = testBrowser();

/** Two sessions, one of them longer than what a page of it holds. */
async function workspace(): Promise<ServedFake> {
  const served = await serveFake([], { files: { "src/parser.ts": "export const parser = 1;\n" } });
  const dir = projectDir(served.home.project, served.home.env);
  const long = Array.from({ length: 300 }, (_, index) =>
    index % 2 === 0 ? user(index + 1, `Question ${index}`) : assistant(index + 1, `Answer ${index}.`),
  );
  long[3] = assistant(4, "The walrus was here first.");
  saved(dir, "aaaaaaaaaa01", eventsOf(long));
  const short = [
    user(1, "Port the parser"),
    assistant(2, "A **walrus** again."),
    user(3, "and then?"),
    assistant(4, "Done."),
  ];
  saved(dir, "aaaaaaaaaa02", eventsOf(short), Date.now() - 1_000);
  return served;
}

async function open(served: ServedFake, theme: "light" | "dark" = "light") {
  const tab = await browser.open(served.link, { theme });
  tab.page.setDefaultTimeout(8_000);
  await tab.page.locator(".session-title").first().waitFor();
  return tab;
}

const chosen = (page: Page) => page.locator('[role="option"][aria-selected="true"]');
const announced = (page: Page) =>
  page.evaluate(() => {
    const id = document.activeElement?.getAttribute("aria-activedescendant");
    return document.getElementById(id ?? "")?.textContent ?? "";
  });

test("the palette goes to sessions, files and actions, and gives the focus back", async () => {
  await using served = await workspace();
  await using tab = await open(served);
  const { page } = tab;
  await page.locator(".composer textarea").focus();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  expect(await tab.axe(".palette")).toEqual([]);
  await page.keyboard.type("parser");
  await page.locator('[role="option"]', { hasText: "src/parser.ts" }).waitFor();
  await tab.shot("palette");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.closest(".composer") !== null);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("#port");
  expect(await announced(page)).toContain("Port the parser");
  await page.keyboard.press("Enter");
  await page.locator(".transcript").getByText("and then?").waitFor();

  await page.keyboard.press("Control+k");
  await page.keyboard.type(">light");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
  await page.keyboard.press("Control+k");
  expect(await chosen(page).textContent()).toContain("Light theme");
  await page.keyboard.type("zzzz");
  await page.getByText("Nothing has these letters.").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("/rename");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => (document.activeElement as HTMLTextAreaElement | null)?.value === "/rename ");
});

test("the help lists every action that has keys, and every command", async () => {
  await using served = await workspace();
  await using tab = await open(served, "dark");
  const { page } = tab;
  await page.locator('[data-session="aaaaaaaaaa02"]').focus();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard and commands" });
  await help.waitFor();
  for (const words of ["Command palette", "Find in all sessions", "/compact", "Queue it for when the work is done"]) {
    expect(await help.getByText(words).count()).toBe(1);
  }
  expect(await tab.axe(".help")).toEqual([]);
  await tab.shot("help");
  await page.keyboard.type("rename");
  expect(await help.locator(".help-line").count()).toBe(3);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.getAttribute("data-session") === "aaaaaaaaaa02");
});

test("words are found in all sessions, and the message is gone to, however far back it is", async () => {
  await using served = await workspace();
  await using tab = await open(served);
  const { page } = tab;
  await page.getByLabel("Search the sessions").fill("walrus");
  await page.keyboard.press("Enter");
  await page.getByText("2 in 2 sessions").waitFor();
  expect(await page.locator("mark").allTextContents()).toEqual(["walrus", "walrus"]);
  expect(await tab.axe(".find")).toEqual([]);
  await tab.shot("find");
  expect(await announced(page)).toContain("The walrus was here first.");
  await page.keyboard.press("Enter");
  await page.locator("#row-m4").getByText("The walrus was here first.").waitFor();
  expect(await page.locator(".session.current .session-title").textContent()).toBe("Question 0");

  await page.keyboard.press("Control+Shift+F");
  await chosen(page).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("#row-m2").getByText("walrus").waitFor();
});

test("words are found in the conversation that is shown, by way of older pages", async () => {
  await using served = await workspace();
  await using tab = await open(served, "dark");
  const { page } = tab;
  await page.locator('[data-session="aaaaaaaaaa01"]').click();
  await page.locator(".transcript").getByText("Answer 299.").waitFor();
  await page.keyboard.press("Control+f");
  await page.keyboard.type("Answer 29");
  await page.getByText("5+").waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("5 of 5+").waitFor();
  await page.waitForFunction(() => (CSS.highlights.get("find")?.size ?? 0) > 0);
  expect(await tab.axe(".find-bar")).toEqual([]);
  await tab.shot("find-bar");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("walrus");
  await page.keyboard.press("Enter");
  await page.locator("#row-m4").getByText("The walrus was here first.").waitFor();
  await page.getByText("1 of 1").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".find-bar").waitFor({ state: "detached" });
  expect(await page.evaluate(() => CSS.highlights.has("find"))).toBe(false);
});

test("a fork from a message is a session of its own with the conversation up to it", async () => {
  await using served = await workspace();
  await using tab = await open(served);
  const { page } = tab;
  await page.locator('[data-session="aaaaaaaaaa02"]').click();
  await page.locator("#row-m2").hover();
  await page.locator("#row-m2").getByLabel("Fork from here").click();
  await page.getByText("This is a new session with the conversation up to that message.").waitFor();
  await page.locator(".session.current", { hasText: "Fork of Port the parser" }).waitFor();
  await page.locator("#row-m2").getByText("walrus").waitFor();
  expect(await page.getByText("and then?").count()).toBe(0);
  await tab.shot("forked");
  await page.getByRole("button", { name: "Go back" }).click();
  await page.locator(".transcript").getByText("and then?").waitFor();
});
