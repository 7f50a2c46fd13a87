/** A session saved as a file: in three formats, and the page among them opens offline and goes through its time. */
import { expect, test } from "bun:test";
import { pathToFileURL } from "node:url";
import type { Locator, Page } from "playwright-core";
import type { AgentEvent } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { projectDir } from "../../agent/session-list.ts";
import { assistant, result, user } from "../agent/entries.ts";
import { eventsOf, saved } from "../server/saved.ts";
import { testBrowser } from "../support/browser.ts";
import { type ServedFake, serveFake } from "../support/workspace.ts";

const browser = testBrowser();
const id = "aaaaaaaaaa01";

const run = "window.pwned = true";
const hostile = [
  `</script><script>${run}</script><!-- <script>`,
  `<img src="http://127.0.0.1:9/x.png" onerror="${run}"> ![x](http://127.0.0.1:9/y.png) [go](javascript:${run})`,
  `<style>body{display:none}</style><iframe src="javascript:${run}"></iframe>`,
].join("\n\n");

/** A person, a main agent and a helper of it; one call, and text that would like to be more than text. */
function session(): AgentEvent[] {
  const bodies = [
    user(1, "Get a helper"),
    assistant(2, `I **call** one.\n\n${hostile}`, ["c1"]),
    { type: "spawned", child: "helper", childPath: "main/helper", persistent: false } as const,
    result(3, "c1", `the helper's word\n${hostile}`),
    { type: "childEnded", child: "helper", reason: "done", usage: noUsage, costUsd: 0.01 } as const,
    assistant(4, "The helper is done."),
    { type: "idle", reason: "done" } as const,
  ];
  const own = eventsOf(bodies);
  const helper = eventsOf([user(1, `Help me. ${hostile}`), assistant(2, "Helped.")], "helper").map((event) => ({
    ...event,
    path: "main/helper",
  }));
  return [...own.slice(0, 3), ...helper, ...own.slice(3)];
}

async function workspace(): Promise<ServedFake> {
  const served = await serveFake([]);
  saved(projectDir(served.home.project, served.home.env), id, session());
  return served;
}

async function openExport(page: Page): Promise<Locator> {
  await page.locator(".transcript").getByText("The helper is done.").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search actions" }).fill(">export");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Export the session" });
  await dialog.waitFor();
  return dialog;
}

/** Saves the open session; resolves to the path. */
async function exported(page: Page, format: string, dir: string): Promise<string> {
  const dialog = await openExport(page);
  const download = page.waitForEvent("download");
  await dialog.getByText(format, { exact: true }).click();
  const path = `${dir}/${(await download).suggestedFilename()}`;
  await (await download).saveAs(path);
  return path;
}

const items = (page: Page) => page.locator("article.item");
const position = (page: Page) => page.locator(".player-count").textContent();

test("a session is saved in three formats", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  await page.locator(`[data-session="${id}"]`).click();
  await openExport(page);
  expect(await tab.axe(".export")).toEqual([]);
  await tab.shot("export");
  await page.keyboard.press("Escape");

  const markdown = await Bun.file(await exported(page, "Markdown", served.home.path)).text();
  expect(markdown).toStartWith("# Get a helper\n");
  expect(markdown).toContain("The helper is done.");
  const json = (await Bun.file(await exported(page, "JSON", served.home.path)).json()) as { events: AgentEvent[] };
  expect(json.events).toEqual(session());
  const path = await exported(page, "A page", served.home.path);
  expect(path).toEndWith(`get-a-helper-${id}.html`);
  await page.getByText(`Saved as get-a-helper-${id}.html.`).waitFor();
});

test("the page opens offline, shows all of it as text, and goes through its time", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link);
  await tab.page.locator(`[data-session="${id}"]`).click();
  const path = await exported(tab.page, "A page", served.home.path);
  await using replay = await browser.open(pathToFileURL(path).href, { theme: "dark" });
  const { page } = replay;
  page.setDefaultTimeout(8_000);
  await page.locator(".transcript").getByText("The helper is done.").waitFor();
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Get a helper");
  expect(await items(page).count()).toBe(5);
  expect(await position(page)).toBe("7/7");
  await replay.shot("replay");
  expect(await replay.axe()).toEqual([]);
  await replay.emulate({ theme: "light" });
  await replay.shot("replay");
  expect(await replay.axe()).toEqual([]);

  const slider = page.getByRole("slider", { name: "Moment" });
  await slider.fill("0");
  await page.getByText("Nothing was said here yet at this moment.").waitFor();
  expect(await items(page).count()).toBe(0);
  await slider.press("ArrowRight");
  await slider.press("ArrowRight");
  await page.locator("#row-m2").getByText("I call one.").waitFor();
  expect(await items(page).count()).toBe(2);
  expect(await page.locator(".call.running").count()).toBe(1);

  await page.getByRole("navigation", { name: "Agents" }).getByRole("button", { name: "helper" }).click();
  await page.getByText("Nothing was said here yet at this moment.").waitFor();
  await page.getByRole("button", { name: "Step on" }).click();
  await page.getByRole("button", { name: "Step on" }).click();
  await page.locator(".transcript").getByText("Help me.").waitFor();
  await page.getByRole("button", { name: "main" }).click();
  await page.getByLabel("Speed").selectOption("8");
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByText("7/7").waitFor();
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.locator(".transcript").getByText("The helper is done.").waitFor();
  expect(await page.locator(".call.done").count()).toBe(1);
});

test("nothing of it runs, and nothing is fetched", async () => {
  await using served = await workspace();
  await using tab = await browser.open(served.link);
  await tab.page.locator(`[data-session="${id}"]`).click();
  const path = await exported(tab.page, "A page", served.home.path);
  await using replay = await browser.open(pathToFileURL(path).href, { size: "phone" });
  const { page } = replay;
  page.setDefaultTimeout(8_000);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url())) asked.push(request.url());
  });
  await page.reload();
  await page.locator(".transcript").getByText("The helper is done.").waitFor();
  await page.evaluate(() => {
    for (const head of document.querySelectorAll<HTMLElement>('[data-fold][aria-expanded="false"]')) head.click();
  });
  await page.getByText("the helper's word").first().waitFor();
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
  expect(asked).toEqual([pathToFileURL(path).href]);
  const strangers = await page.locator(".transcript").evaluate((transcript) => {
    const found = transcript.querySelectorAll("script, style, iframe, img, [onerror], a[href]:not([href^='http'])");
    return [...found].map((element) => element.outerHTML);
  });
  expect(strangers).toEqual([]);
  for (const name of ["Fork from here", "Stop this call"]) expect(await page.getByLabel(name).count()).toBe(0);
  expect(await replay.axe()).toEqual([]);
  await replay.shot("replay");
});
