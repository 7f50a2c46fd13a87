/**
 * The page in Chromium, on the program as a user starts it: a session of 10,000 messages from the click to the first screen,
 * with and without the server reading its file; frames while it is scrolled, and while the person types, as a reply streams,
 * and while one long piece of code or one long table grows; and what the page weighs before its lazy parts.
 */
import { chromium, type Page } from "playwright-core";
import { findChromium } from "../../setup-chromium.ts";
import { freshHome } from "../server/program.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { must } from "../support/must.ts";
import { serve } from "../support/workspace.ts";
import { median, printMetric, quantile } from "./metric.ts";
import { report, saveLongSession } from "./support/long-page.ts";

const messages = 10_000;
const opens = 7;
const scrollMs = 6_000;
const keystrokes = 120;
/** At 60 Hz. */
const displayMs = 1_000 / 60;
const ids = Array.from({ length: opens }, (_, index) => `00000000000${index}`);

/** Longer than all that is measured while it comes, at about 1,000 characters a second. */
const reply = Array.from({ length: 400 }, (_, index) => report(index)).join("\n\n");
const long = (head: string, line: string, count: number) => `${head}\n${`${line}\n`.repeat(count)}`;
/** What one block holds that grows to more than 100,000 characters. */
const blocks = {
  code: long("```ts", "export const rate = (hours: number) => hours * 1.5; // per hour", 2_000),
  table: long("| name | what it is | number |\n|---|---|--:|", "| `name` | some **words** about it | 12,345 |", 1_200),
};
await using fake = await startFakeProvider(({ view }) => {
  const told = view.messages.findLast(({ role }) => role === "user")?.texts.at(-1) ?? "";
  const block = told.includes("code") ? blocks.code : told.includes("table") ? blocks.table : undefined;
  return {
    parts: [{ text: block ?? reply }],
    chunkChars: block ? 400 : 40,
    fault: { type: "drip", atChunk: 0, ms: 3 },
  };
});
using home = freshHome(fake);
for (const id of ids) saveLongSession(home, id, messages);
await using served = await serve(home);
const executablePath = must(findChromium(process.env), "Chromium, which `bun setup.ts --check` installs");
const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  await measureSize(page);
  await measureOpening(page);
  await measureFrames(page);
  await measureBlocks(page);
} finally {
  await browser.close();
}

/** What is fetched until a person can write, as it would be sent compressed. */
async function measureSize(page: Page): Promise<void> {
  const bodies: Promise<number>[] = [];
  page.on("response", (response) => {
    if (!/\/assets\/|\/$/.test(new URL(response.url()).pathname)) return;
    bodies.push(
      response.body().then(
        (body) => Bun.gzipSync(new Uint8Array(body)).byteLength,
        () => 0,
      ),
    );
  });
  await page.goto(served.link);
  await page.locator(".composer textarea").waitFor();
  const sizes = await Promise.all(bodies);
  page.removeAllListeners("response");
  printMetric("page.size.gzip", sizes.reduce((sum, size) => sum + size, 0) / 1_024, "KiB", sizes.length);
}

/** Frames at the end of a block that has grown long: they take what they took at its beginning. */
async function measureBlocks(page: Page): Promise<void> {
  for (const name of ["code", "table"]) {
    await page
      .locator("article[aria-busy=true]")
      .waitFor({ state: "detached", timeout: 5_000 })
      .catch(() => halt(page));
    await say(page, `Now a long ${name}.`);
    await page.locator("article[aria-busy=true] .prose").last().waitFor();
    await page.waitForTimeout(scrollMs / 2);
    printFrames(name, await frames(page, scrollMs / 2, 0));
    await page.locator("article[aria-busy=true]").waitFor({ timeout: 2_000 });
  }
}

async function halt(page: Page): Promise<void> {
  await page.locator(".composer textarea").press("Escape");
  await page.locator("article[aria-busy=true]").waitFor({ state: "detached" });
}

async function measureOpening(page: Page): Promise<void> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (const id of ids) cold.push(await open(page, id));
  for (const id of ids) warm.push(await open(page, id));
  printMetric("page.open.from-disk", median(cold), "ms", opens);
  printMetric("page.open.loaded", median(warm), "ms", opens);
}

/** From the moment the address names the session until its newest row is painted. */
function open(page: Page, id: string): Promise<number> {
  return page.evaluate(async (session) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    location.hash = "";
    while (document.querySelector("article")) await frame();
    const startedAt = performance.now();
    location.hash = session;
    const shown = () => {
      const rows = [...document.querySelectorAll(".transcript-list.settled article")];
      const end = document.querySelector(".transcript-list")?.getBoundingClientRect().bottom ?? 0;
      return rows.some((row) => Math.abs(row.getBoundingClientRect().bottom - end) < 40);
    };
    while (!shown()) await frame();
    await frame();
    return performance.now() - startedAt;
  }, id);
}

async function measureFrames(page: Page): Promise<void> {
  await say(page, "Tell me about every part.");
  await page.locator("article[aria-busy=true]").waitFor();
  printFrames("follow", await frames(page, scrollMs / 2, 0));
  const typing = frames(page, keystrokes * 40, 0);
  await page.locator(".composer textarea").focus();
  for (let at = 0; at < keystrokes; at++) {
    await page.keyboard.type("abcdefg hij"[at % 11] ?? "x");
    await Bun.sleep(25);
  }
  printFrames("type", await typing);
  const scrolled = await frames(page, scrollMs, -90);
  printFrames("scroll", scrolled);
  printMetric("page.rows", scrolled.rows, "rows", scrolled.deltas.length);
  await page.getByRole("button", { name: "Newest" }).click();
  // What was measured is only worth something if the reply came all the while.
  await page.locator("article[aria-busy=true]").waitFor({ timeout: 2_000 });
}

/** A frame counts in whole frames of the display: the clock of the page is not finer. */
function printFrames(name: string, { deltas }: { readonly deltas: readonly number[] }): void {
  const shown = deltas.map((delta) => Math.max(1, Math.round(delta / displayMs)));
  printMetric(`page.${name}.frame.p95`, quantile(shown, 0.95) * displayMs, "ms", deltas.length);
  const late = shown.filter((count) => count > 1).length;
  printMetric(`page.${name}.frame.late`, (100 * late) / shown.length, "%", deltas.length);
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

/** The time between frames for so long, while each frame scrolls by so many px, to and fro. */
function frames(page: Page, ms: number, byPx: number): Promise<{ deltas: number[]; rows: number }> {
  return page.evaluate(
    async ([time, step]) => {
      const scroller = document.querySelector(".transcript-list");
      const deltas: number[] = [];
      let rows = 0;
      let last = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      const startedAt = last;
      if (step !== 0) scroller?.dispatchEvent(new WheelEvent("wheel", { deltaY: step }));
      while (last - startedAt < time) {
        if (scroller && step !== 0) scroller.scrollTop += last - startedAt < time * 0.7 ? step : -step;
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        deltas.push(now - last);
        last = now;
        rows = Math.max(rows, document.querySelectorAll("article.item").length);
      }
      return { deltas, rows };
    },
    [ms, byPx] as const,
  );
}
