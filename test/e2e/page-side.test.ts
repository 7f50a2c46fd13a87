/** What changed, the project's files and its terminals, as a person meets them in the side of the page. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type Tab, testBrowser } from "../support/browser.ts";
import type { FakePart, FakeRequest, FakeStep } from "../support/fake-types.ts";
import { type ServedFake, serveFake } from "../support/workspace.ts";
import { picture } from "./page-transcript-script.ts";

const browser = testBrowser();
const waitMs = 25_000;
const line = (index: number) => `export const value${index} = ${index};`;
const source = `${Array.from({ length: 900 }, (_, index) => line(index + 1)).join("\n")}\n`;
const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

/** Edits one file and makes another, then tells of a line. */
function script({ view }: FakeRequest): FakeStep {
  const rounds = view.messages.filter(({ role }) => role === "assistant").length;
  if (rounds === 0) return { parts: [call("Read", { file_path: "src/app.ts" })] };
  const edit = { file_path: "src/app.ts", old_string: "value7 = 7;", new_string: "value7 = 77;" };
  const write = { file_path: "src/fresh.ts", content: "export const fresh = true;\n" };
  if (rounds === 1) return { parts: [call("Edit", edit), call("Write", write)] };
  return { parts: [{ text: "Done: see `src/app.ts:850`." }] };
}

/** A repository in which the person has changed a line of the same file before the session began. */
async function project(): Promise<ServedFake> {
  const served = await serveFake(script, {
    files: { "src/app.ts": source, "notes.md": "one\n", ".gitignore": "*.log\n" },
  });
  const root = served.home.project;
  const git = (...args: string[]) => {
    const { exitCode } = Bun.spawnSync(["git", "-c", "user.name=Test", "-c", "user.email=t@example.com", ...args], {
      cwd: root,
      env: served.home.env,
    });
    expect(exitCode).toBe(0);
  };
  git("init", "--quiet");
  git("add", "-A");
  git("commit", "--quiet", "-m", "first");
  await Bun.write(join(root, "src/app.ts"), source.replace("value3 = 3;", "value3 = 33;"));
  await Bun.write(join(root, "picture.png"), Buffer.from(picture, "base64"));
  await Bun.write(join(root, "debug.log"), "x\n");
  return served;
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

const show = (page: Page, name: string) => page.getByRole("tab", { name }).click();

/** What an open change adds and removes. */
const changed = (page: Page) =>
  page.locator(".change.open .diff td.text.added, .change.open .diff td.text.removed").allTextContents();

/** Presses a key, which moves the focus to what has this text. */
async function step(page: Page, key: string, text = "a text"): Promise<void> {
  await page.keyboard.press(key);
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(text);
}

async function shots(tab: Tab, name: string): Promise<void> {
  expect(await tab.axe(".side")).toEqual([]);
  await tab.shot(name);
  await tab.emulate({ theme: "dark" });
  expect(await tab.axe(".side")).toEqual([]);
  await tab.shot(name);
  await tab.emulate({ theme: "light" });
}

test("what changed is shown against the session's beginning and against git, and leads to the file", async () => {
  await using served = await project();
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await show(page, "Changes");
  await say(page, "Change it.");
  await page.getByText("Done: see").last().waitFor();
  await page.getByRole("status").filter({ hasText: "in 3 files" }).waitFor();
  await page.getByRole("tab", { name: "Changes 2" }).waitFor();
  // What was changed at the same moment may come in any order.
  const names = await page.locator(".change-name").allTextContents();
  expect(names.toSorted()).toEqual(["app.ts", "fresh.ts", "picture.png"]);
  const first = page.locator(".change-head").first();
  await step(page, "Alt+Shift+J", names[0]);
  await page.locator(".change.open .diff").waitFor();
  await step(page, "Alt+Shift+J", "@@");
  await step(page, "Alt+Shift+K", names[0]);
  await step(page, "j", names[1]);
  await step(page, "ArrowDown", "picture.png");
  await step(page, "k", names[1]);
  await first.click();
  await page.locator(".change.open").waitFor({ state: "detached" });
  await page.locator(".change-head", { hasText: "app.ts" }).click();
  await page.locator(".change.open .diff").waitFor();
  expect(await changed(page)).toEqual(["−export const value7 = 7;", "+export const value7 = 77;"]);
  await shots(tab, "side-changes");
  await page.getByRole("button", { name: "Git", exact: true }).click();
  await page.getByText("Against the last commit").waitFor();
  expect(await changed(page)).toEqual([
    ...["−export const value3 = 3;", "+export const value3 = 33;"],
    ...["−export const value7 = 7;", "+export const value7 = 77;"],
  ]);
  await page.getByRole("button", { name: "Two columns" }).click();
  await page.locator(".change.open .diff.split").waitFor();
  await page.locator(".change-head", { hasText: "picture.png" }).click();
  await page.getByText("This is not text").waitFor();
  await page.locator(".change.open", { hasText: "app.ts" }).getByRole("button", { name: "Show the file" }).click();
  await page.locator(".file-head", { hasText: "900 lines" }).waitFor();
  await page.getByRole("button", { name: "Show its changes" }).click();
  await page.locator(".change-head:focus", { hasText: "app.ts" }).waitFor();
  await show(page, "Files");
  await page.setViewportSize({ width: 360, height: 740 });
  await page.reload();
  await page.getByRole("button", { name: "Show the side" }).click();
  await page.getByRole("tree").waitFor();
  await tab.shot("side-files");
  await show(page, "Changes");
  await page.locator(".change-head", { hasText: "app.ts" }).click();
  await page.getByText("Against the last commit").waitFor();
  await page.locator(".change.open .diff.split").waitFor();
  expect(await tab.axe(".side")).toEqual([]);
  await tab.shot("side-changes");
  expect(served.fake.problems).toEqual([]);
});

test("files: a tree for the keys, a search, pictures, and a line that the transcript leads to", async () => {
  await using served = await project();
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "Change it.");
  await page.getByRole("button", { name: "src/app.ts:850" }).click();
  await page.locator(".file-line").waitFor();
  expect(await page.locator(".file-chunk .gutter").last().textContent()).toContain("850");
  const [mark, text] = await Promise.all([
    page.locator(".file-line").boundingBox(),
    page.getByText("value850", { exact: true }).boundingBox(),
  ]);
  expect(Math.abs((mark?.y ?? 0) - (text?.y ?? 99))).toBeLessThan(4);
  await shots(tab, "side-viewer");
  await page.getByRole("button", { name: "Earlier lines" }).click();
  await page.getByText("value401", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Back to the files" }).click();
  const tree = page.getByRole("tree");
  await tree.getByRole("treeitem", { name: "src" }).waitFor();
  expect(await tree.locator(".ignored").allTextContents()).toEqual([expect.stringContaining("debug.log")]);
  await page.getByLabel("Find a file").press("ArrowDown");
  for (const key of ["ArrowRight", "ArrowDown"]) {
    await page.keyboard.press(key);
    await tree.getByRole("treeitem", { name: "fresh.ts" }).waitFor();
  }
  expect(await page.evaluate(() => document.activeElement?.getAttribute("title"))).toBe("src/app.ts");
  await shots(tab, "side-files");
  await page.keyboard.press("Enter");
  await page.locator(".file-head", { hasText: "app.ts" }).waitFor();
  await page.getByRole("button", { name: "Back to the files" }).click();
  await page.getByLabel("Find a file").fill("pict");
  await page.getByRole("button", { name: "picture.png" }).waitFor();
  await page.keyboard.press("Enter");
  const image = page.getByRole("img", { name: "picture.png" });
  await image.waitFor();
  await page.waitForFunction(() => document.querySelector<HTMLImageElement>(".file-picture img")?.naturalWidth === 64);
});

/** Waits until a terminal that draws with elements shows it. */
async function seen(page: Page, text: string): Promise<void> {
  await page.locator(".xterm-rows", { hasText: text }).waitFor();
}

test("a terminal takes keys, fits its place, outlives a reload, stops a flood and says how it ended", async () => {
  await using served = await serveFake(() => ({ parts: [{ text: "Hello." }] }));
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await say(page, "Hi.");
  await page.getByText("Hello.").last().waitFor();
  await show(page, "Terminal");
  await page.getByRole("button", { name: "Open a terminal" }).click();
  await page.locator(".xterm").waitFor();
  await page.keyboard.type(
    "PS1='> '; clear; printf '\\033[38;2;200;30;30mred-%s\\033[0m\\n' $((40 + 2)); pwd > made\n",
  );
  const made = Bun.file(join(served.home.project, "made"));
  while (!(await made.exists())) await Bun.sleep(20);
  await shots(tab, "side-terminal");

  // From here on without WebGL, which leaves text to read.
  await page.addInitScript(() => {
    HTMLCanvasElement.prototype.getContext = () => null;
  });
  await page.reload();
  await seen(page, "red-42");
  await page.locator(".xterm-screen").click();
  await page.setViewportSize({ width: 1280, height: 600 });
  await page.waitForFunction(() => document.querySelectorAll(".xterm-rows > div").length < 30);
  await page.keyboard.type("stty size\n");
  const rows = await page.locator(".xterm-rows > div").count();
  await seen(page, `${rows} `);
  await page.keyboard.type("yes\n");
  await page.waitForFunction(() => document.querySelector(".xterm-rows > div")?.textContent?.startsWith("y"));
  await page.keyboard.press("Control+c");
  await page.keyboard.type("echo over-$((1 + 1))\n");
  await seen(page, "over-2");
  await page.keyboard.press("Control+Shift+Escape");
  await page.waitForFunction(() => document.activeElement?.matches(".composer textarea"));
  await page.locator(".xterm-screen").click();
  await page.keyboard.type("exit 3\n");
  await page.getByText("The shell ended with code 3.").waitFor();
  await tab.shot("side-terminal-ended");
  await page.getByRole("button", { name: "Start again" }).click();
  await page.getByText("The shell ended").waitFor({ state: "detached" });
  await page.keyboard.type("echo new-$((2 + 2))\n");
  await seen(page, "new-4");
  expect(await page.locator(".xterm-rows").textContent()).not.toContain("over-2");
  await page.getByRole("button", { name: "New terminal" }).click();
  await page.getByRole("button", { name: "Close bash 2" }).click();
  await page.getByRole("button", { name: "Close bash", exact: true }).click();
  await page.getByRole("button", { name: "Open a terminal" }).waitFor();
});
