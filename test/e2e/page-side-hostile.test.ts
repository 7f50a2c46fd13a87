/** File names, contents, titles and links of programs that mean no good, in the tabs of the side; and terminals side by side. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serveFake } from "../support/workspace.ts";
import { hostile, run } from "../ui/corpus.ts";

const browser = testBrowser();
const waitMs = 25_000;
/** Without what makes it no text. */
const content = `${hostile.join("\n").replaceAll("\0", "")}\nthe very end\n`;

/** What a person has to see of each name. */
const names: Readonly<Record<string, string>> = {
  [`<img src=x onerror=${run}>.ts`]: `<img src=x onerror=${run}>.ts`,
  "\u202egnp\u001b]0;x\u0007.ts": "\ufffdgnp.ts",
  "a?b#c&d=%2e%2e+e;'\".ts": "a?b#c&d=%2e%2e+e;'\".ts",
  "-rf \\ ü✓.ts": "-rf \\ ü✓.ts",
  "two\nlines.ts": "two\nlines.ts",
};

function script({ view }: FakeRequest): FakeStep {
  const done = view.messages.filter(({ role }) => role === "assistant").length;
  const name = Object.keys(names)[done];
  if (name === undefined) return { parts: [{ text: "All written." }] };
  return { parts: [{ call: "Write", args: { file_path: name, content } }] };
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

const show = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const wasRun = (page: Page) => page.evaluate(() => "pwned" in window);

test("changes and files show hostile names and contents as they are, and nothing comes of it", async () => {
  await using served = await serveFake(script, { files: { "paper.pdf": "%PDF-1.4\n%%EOF\n" } });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  page.on("popup", (popup) => expect(popup.url()).toBe(""));
  await show(page, "Changes");
  await say(page, "Write them.");
  await page.getByText("All written.").last().waitFor();
  await page.getByRole("status").filter({ hasText: "in 5 files" }).waitFor();
  const shown = async (selector: string) => (await page.locator(selector).allTextContents()).sort();
  const wanted = Object.values(names).sort();
  expect(await shown(".change-name")).toEqual(wanted);
  for (const head of await page.locator(".change-head").all()) await head.click();
  await page.waitForFunction(() => document.querySelectorAll(".change.open .diff").length === 5);
  expect(await wasRun(page)).toBe(false);
  await tab.shot("side-hostile-changes");
  await show(page, "Files");
  const tree = page.getByRole("tree");
  await tree.getByRole("treeitem").first().waitFor();
  expect(await shown(".file-name")).toEqual([...wanted, "paper.pdf"].sort());
  for (const name of wanted) {
    await tree.getByRole("treeitem").filter({ hasText: name }).click();
    await page.getByText("the very end").last().waitFor();
    expect(await page.locator(".file-head .change-name").textContent()).toBe(name);
    await page.getByRole("button", { name: "Back to the files" }).click();
  }
  await page.getByLabel("Find a file").fill("img");
  await page.locator(".found-files").getByText("<", { exact: false }).first().waitFor();
  expect(await page.locator(".side img, .side script, .side iframe").count()).toBe(0);
  expect(await wasRun(page)).toBe(false);
  await page.getByLabel("Find a file").fill("paper");
  await page.getByRole("button", { name: "paper.pdf" }).click();
  await page.locator('iframe[title="paper.pdf"][src^="blob:"]').waitFor();
}, 60_000);

/** Waits until the terminal that is shown, which draws with elements, shows it. */
const seen = (page: Page, text: string) => page.locator(".xterm-rows", { hasText: text }).waitFor();

test("terminals keep apart, take titles but no more of what programs write, and say where a link leads", async () => {
  await using served = await serveFake(() => ({ parts: [{ text: "Hello." }] }));
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  // Without WebGL, which leaves text to read.
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.reload();
  await say(page, "Hi.");
  await page.getByText("Hello.").last().waitFor();
  await page.keyboard.press("Alt+4");
  await page.getByRole("button", { name: "Open a terminal" }).click();
  await page.locator(".xterm").waitFor();
  await page.keyboard.type("PS1='> '; printf '\\033]0;<b>one</b> \\342\\200\\256x\\007'; echo first-$((1 + 1))\n");
  await seen(page, "first-2");
  await page.locator(".terminal-tab", { hasText: "<b>one</b> \ufffdx" }).waitFor();
  await page.keyboard.press("Alt+Shift+T");
  await page.locator(".terminal-tab", { hasText: "bash" }).waitFor();
  await page.getByRole("tab", { name: "Terminal 2" }).waitFor();
  await page.keyboard.type("PS1='> '; clear; echo http://example.invalid/a$((1 + 1)); echo second-$((1 + 1))\n");
  await seen(page, "second-2");
  expect(await page.locator(".xterm-rows").textContent()).not.toContain("first-2");

  const popups: string[] = [];
  page.on("popup", (popup) => popups.push(popup.url()));
  await page.getByText("http://example.invalid/a2").first().hover({ force: true });
  await page.locator(".xterm-cursor-pointer").waitFor();
  await page.mouse.down();
  await page.mouse.up();
  await page.getByText("This leads to example.invalid.").waitFor();
  await tab.shot("side-terminal-link");
  await page.getByRole("button", { name: "Dismiss" }).click();
  expect(popups).toEqual([]);

  await page.locator(".xterm-screen").click();
  await page.keyboard.press("Alt+Shift+R");
  await page.locator(".xterm-accessibility", { hasText: "second-2" }).waitFor();
  expect(await tab.axe(".side")).toEqual([]);
  await tab.shot("side-terminals");
  await page.keyboard.press("Alt+1");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("tab-fleet");
  await page.keyboard.press("Alt+4");
  await page.locator(".terminal-tab", { hasText: "one" }).click();
  await seen(page, "first-2");
  await page.keyboard.press("Alt+Shift+W");
  await page.getByRole("tab", { name: "Terminal 1" }).waitFor();
  await seen(page, "second-2");
}, 60_000);
