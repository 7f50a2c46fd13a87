/** What tools gave, as a person looks at it: each kind of result in the page, and what a click on it does. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { freshHome } from "../server/program.ts";
import { type Tab, testBrowser } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { until } from "../support/until.ts";
import { serve } from "../support/workspace.ts";
import { files, prepare, resultsScript } from "./page-results-script.ts";

const browser = testBrowser();
const testMs = 90_000;

/** Asks for a scene of the script, and looks at it in both themes, wide and narrow. */
async function scene(ask: string, work: (tab: Tab) => Promise<void>): Promise<void> {
  await using fake = await startFakeProvider(resultsScript);
  using home = freshHome(fake);
  for (const [name, text] of Object.entries(files)) await Bun.write(join(home.project, name), text);
  prepare(home.project, join(home.path, "log"), home.env);
  await using served = await serve(home, ["--trust"]);
  await using tab = await browser.open(served.link, { theme: "dark", size: { width: 1280, height: 2200 } });
  const { page } = tab;
  page.setDefaultTimeout(20_000);
  await page.locator(".composer textarea").fill(ask);
  await page.keyboard.press("Enter");
  await page.getByText(`The ${ask} is done.`).waitFor();
  await work(tab);
  await tab.shot(`results-${ask}`);
  expect(await tab.axe(".transcript")).toEqual([]);
  await page.setViewportSize({ width: 360, height: 2200 });
  await tab.emulate({ theme: "light" });
  await tab.shot(`results-${ask}`);
  expect(await tab.axe(".transcript")).toEqual([]);
  expect(fake.problems).toEqual([]);
}

/** The body of a call, opened. */
async function open(page: Page, name: RegExp) {
  const call = page.locator(".call").filter({ has: page.getByRole("button", { name }) });
  await call.locator(".call-head").click();
  return call.locator(".call-body");
}

/** A card is drawn a moment after its call is opened. */
const counted = (found: Locator, count: number) => until(async () => (await found.count()) === count);

test(
  "places in code are rows that open the file there; errors of an edit stand under its diff",
  () =>
    scene("code", async ({ page }) => {
      const grep = await open(page, /^Search for greet in src/);
      expect(await grep.locator(".place").allTextContents()).toEqual([
        'src/app.ts:1import { greet } from "./greet.ts";',
        "src/app.ts:5    return greet(name);",
        "src/greet.ts:2export function greet(name: string): string {",
      ]);
      expect(await grep.locator(".args").textContent()).toBe("output_mode content");
      const definitions = await open(page, /^Find definitions of greet/);
      await definitions
        .getByRole("button", { name: /^src\/greet.ts: ?2 ?function greet export function greet/ })
        .waitFor();
      const uses = await open(page, /^Find uses of greet/);
      expect(await uses.locator(".place").last().textContent()).toBe("src/app.ts:5in method start return greet(name);");
      const map = await open(page, /^Map the code/);
      expect(await map.locator(".file-link").allTextContents()).toEqual(["src/greet.ts", "src/app.ts"]);
      const references = await open(page, /^Find uses of one in a.toy/);
      expect(await references.locator(".place").allTextContents()).toEqual(["a.toy:1def one", "a.toy:2use one"]);
      await references.getByText("As the model reads it").click();
      await references.getByText("2 places").waitFor();
      const edit = await open(page, /^Edit a.toy/);
      const problems = edit.getByRole("region", { name: "Errors that the change brought in" });
      expect(await problems.locator("h4").textContent()).toBe("1 new error");
      await problems.getByRole("button", { name: /^a.toy: ?2 ?error two is not defined/ }).click();
      await page.locator(".file-head", { hasText: "a.toy" }).waitFor();
      await grep.getByRole("button", { name: /^src\/app.ts: ?5/ }).click();
      await page.locator(".file-head", { hasText: "app.ts" }).waitFor();
      expect(await page.locator(".file-line").getAttribute("style")).toBe("--line: 4;");
      await page.getByRole("tab", { name: "Fleet" }).click();
    }),
  testMs,
);

test(
  "what git says is drawn as changes and files, and conflicts are named with both sides",
  () =>
    scene("git", async ({ page }) => {
      const status = await open(page, /^Git status/);
      expect(await status.locator(".places p").allTextContents()).toEqual([
        "main",
        "skills.mdmodified ",
        "new.txtuntracked ",
      ]);
      const diff = await open(page, /^Git diff/);
      expect(await diff.locator(".call-file").allTextContents()).toEqual(["skills.md+1 "]);
      expect(await diff.locator(".diff tr.added").textContent()).toBe("2+more");
      const review = await open(page, /^Git review other/);
      expect(await review.locator(".plain-text").textContent()).toMatch(/^Commits of other:\n\w+ Agent: their change$/);
      const merge = await open(page, /^Git merge other/);
      const file = merge.getByRole("region", { name: "shared.txt" });
      expect(await file.locator(".call-file .bad").first().textContent()).toContain("CONFLICT (content)");
      expect(await file.locator(".diff tr").allTextContents()).toEqual(["11 first", "2−ours", "2+theirs", "33 last"]);
      await merge.getByText("− is the present branch, + is other.").waitFor();
      await diff.getByRole("button", { name: "skills.md" }).click();
      await page.locator(".file-head", { hasText: "skills.md" }).waitFor();
      await page.getByRole("tab", { name: "Fleet" }).click();
    }),
  testMs,
);

test(
  "pictures, plans, skills, results of servers and agents",
  () =>
    scene("rest", async ({ page }) => {
      const read = await open(page, /^Read picture.png/);
      await read.getByRole("button", { name: "Enlarge picture.png" }).click();
      await page.getByRole("dialog", { name: "picture.png" }).getByRole("img").waitFor();
      await page.keyboard.press("Escape");
      const plan = await open(page, /^Plan 1 of 3 done, now: Mend it/);
      expect(await plan.locator("li").allTextContents()).toEqual([
        "Look around, done",
        "Mend it, in progress",
        "Tell of it, to do",
      ]);
      const skill = await open(page, /^Use the skill brew/);
      expect(await skill.locator(".file-link").textContent()).toBe(".sagent/skills/brew/SKILL.md");
      expect(await skill.locator(".prose strong").textContent()).toBe("water");
      const sum = await open(page, /^fake: add/);
      expect(await sum.locator(".key-values").textContent()).toBe("sum3");
      const picture = await open(page, /^fake: picture/);
      await counted(picture.locator(".picture img"), 1);
      const agent = await open(page, /^Start agent helper Say hello/);
      expect(await agent.locator(".agent-call > p").first().textContent()).toBe("isolation worktree");
    }),
  testMs,
);

test(
  "cards of an author who means no good are text, and bounded",
  () =>
    scene("cards", async ({ page }) => {
      const many = await open(page, /^(Show off )?many_places/);
      await counted(many.locator(".place"), 60);
      await many.getByRole("button", { name: "Show 440 more" }).click();
      await counted(many.locator(".place"), 500);
      await many.getByText("19500 more places not shown here.").waitFor();
      const odd = await open(page, /^(Show off )?odd_places/);
      expect(await odd.locator(".place").count()).toBe(0);
      expect(await odd.locator(".place-title").textContent()).toContain("<img src=x onerror=alert(1)>");
      const bad = await open(page, /^(Show off )?bad_page/);
      const good = await open(page, /^(Show off )?good_page/);
      const link = good.getByRole("link", { name: "Notes on tea" });
      expect(await link.getAttribute("href")).toBe("https://example.org/tea");
      expect(await good.locator(".prose").count()).toBe(0);
      await good.getByText("Text, 2.2k characters").click();
      await good.getByRole("heading", { name: "Tea" }).waitFor();
      const tree = await open(page, /^(Show off )?deep_json/);
      await counted(tree.locator(".json-tree details"), 3);
      const table = await open(page, /^(Show off )?json_text/);
      expect(await table.locator("td").allTextContents()).toEqual(["1", "open", "2", "closed"]);
      const diff = await open(page, /^(Show off )?bad_diff/);
      await counted(diff.locator(".diff tr"), 2);
      expect(await page.locator('.call-body :is(img, [href^="javascript" i])').count()).toBe(0);
      await bad.locator(".document").waitFor();
      await many.locator(".place").first().scrollIntoViewIfNeeded();
    }),
  testMs,
);
