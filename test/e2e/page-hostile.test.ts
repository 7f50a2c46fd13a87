/** What models, tools, files and peers say stays text: nothing of it runs, nothing is fetched, nothing leaves its box. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serveFake } from "../support/workspace.ts";
import { hostile, run } from "../ui/corpus.ts";

const browser = testBrowser();
const all = hostile.join("\n\n");
const short = `<img src=x onerror=${run}> \u202egnp.exe \u001b]0;title\u0007 [x](javascript:${run})`;
/** As much of it as a file system takes. */
const fileName = `<img src=x onerror=${run}> \u202egnp \u001b]0;t\u0007 [x](javascript:${run}).ts`;

function script({ view }: FakeRequest): FakeStep {
  if (view.messages.some(({ texts }) => texts.some((text) => text.includes("I am told")))) {
    return { parts: [{ thinking: all }, { text: all }] };
  }
  if (view.messages.some(({ role }) => role === "assistant")) return { parts: [{ text: `${all}\n\n-->\n\nThe end.` }] };
  return {
    parts: [
      { thinking: all },
      { text: all },
      { call: "Bash", args: { command: "cat hostile.txt", description: all } },
      { call: "Bash", args: { command: `echo '${short.replaceAll("'", "")}'`, description: short } },
      { call: "List", args: { path: "." } },
      { call: "Read", args: { file_path: "hostile.txt" } },
      { call: "Read", args: { file_path: fileName } },
      { call: "Write", args: { file_path: "copy.html", content: all } },
      { call: "Edit", args: { file_path: "edited.html", old_string: "old", new_string: all } },
      { call: "Grep", args: { pattern: "pwned", path: ".", output_mode: "content" } },
      { call: "Edit", args: { file_path: `missing ${short}`, old_string: all, new_string: all } },
      { call: "AgentSpawn", args: { prompt: `I am told ${all}`, label: short } },
      { call: "AgentSpawn", args: { prompt: `I am told ${all}`, label: "helper" } },
      { call: `Nameless`, args: { [short]: all } },
    ],
  };
}

/** Elements that no text may bring: anywhere in the page, and such as the page itself has elsewhere in the transcript. */
const strangers = (page: Page) =>
  page.evaluate(() => {
    const nowhere =
      "script:not([src^='/assets/']), style, link, iframe, object, embed, base, meta, video, audio, math, template, portal, " +
      "[onload], [onerror], [onfocus], [onclick], [onbegin], [ontoggle], [srcdoc], [formaction], [srcset], svg a, svg script, " +
      "img:not([src^='data:image/']):not([src^='blob:']):not([src^='/'])";
    const notInTranscript =
      "form, input:not([type=checkbox]), [popover], [autofocus], [id=app], .composer, svg:not(.icon), " +
      "a[href]:not([href^='http']):not([href^='mailto:'])";
    const found = [
      ...document.body.querySelectorAll(nowhere),
      ...(document.querySelector(".transcript")?.querySelectorAll(notInTranscript) ?? []),
    ];
    return found.map((element) => element.outerHTML.slice(0, 300));
  });

/** What would turn the writing around, or command a terminal; in text, and in what is read aloud or shown on a hint. */
const hiding = (page: Page) =>
  page.evaluate(() => {
    const hidden = /[[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]--[\t\n]]/v;
    const found: string[] = [];
    for (const element of document.querySelectorAll("body, body *")) {
      const own = [...element.childNodes]
        .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
        .map((node) => node.nodeValue);
      const told = ["title", "aria-label", "alt", "placeholder"].map((name) => element.getAttribute(name));
      for (const text of [...own, ...told]) {
        if (text && hidden.test(text))
          found.push(`${element.localName}.${element.className}: ${JSON.stringify(text.slice(0, 200))}`);
      }
    }
    return found;
  });

async function openAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    const folded = '[data-fold][aria-expanded="false"]';
    for (const head of document.querySelectorAll<HTMLElement>(folded)) head.click();
    for (const button of document.querySelectorAll<HTMLElement>(".transcript button.link-button")) {
      if (/^(Show all|Side by side|…)/.test(button.textContent ?? "")) button.click();
    }
  });
}

test("the page shows it as text and nothing comes of it", async () => {
  const files = { "hostile.txt": all, "edited.html": "old\n", [fileName]: all };
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  const elsewhereAsked: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(served.address) && !/^(blob|data):/.test(request.url())) {
      elsewhereAsked.push(request.url());
    }
  });
  page.on("popup", (popup) => elsewhereAsked.push(popup.url()));
  page.on("dialog", (dialog) => void dialog.dismiss().then(() => elsewhereAsked.push(dialog.message())));
  await page.locator(".composer textarea").fill(`${short}\n${all}`);
  await page.keyboard.press("Enter");
  await page.getByText("The end.").waitFor();
  await page.locator(".transcript-list").focus();
  for (let rounds = 0; rounds < 24; rounds += 1) {
    await openAll(page);
    await page.waitForTimeout(60);
    expect(await strangers(page)).toEqual([]);
    expect(await hiding(page)).toEqual([]);
    await page.mouse.move(600, 300);
    await page.mouse.wheel(0, -700);
  }
  await page.locator(".side").getByText("helper", { exact: true }).first().click();
  await page.locator("article.assistant").waitFor();
  await openAll(page);
  expect(await strangers(page)).toEqual([]);
  expect(await hiding(page)).toEqual([]);
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
  expect(elsewhereAsked).toEqual([]);
  expect(await page.title()).not.toContain("title");
  expect(await page.locator("#app").count()).toBe(1);
  await tab.shot("transcript-hostile");
}, 60_000);
