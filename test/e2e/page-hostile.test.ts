/** What models, tools, files and peers say stays text: nothing of it runs, nothing is fetched, nothing leaves its box. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const run = "window.pwned = true";
const elsewhere = "http://127.0.0.1:9/pixel.png";
const texts: readonly string[] = [
  `<script>${run}</script>`,
  `<img src="${elsewhere}" onerror="${run}"><svg onload="${run}"><a xlink:href="javascript:${run}">x</a></svg>`,
  `<iframe src="javascript:${run}"></iframe><form action="${elsewhere}"><button autofocus onfocus="${run}">go</button></form>`,
  `<style>@import "${elsewhere}"; body { display: none }</style><link rel="stylesheet" href="${elsewhere}">`,
  `![a picture](${elsewhere}) [a link](javascript:${run}) [data](data:text/html,<script>${run}</script>) <javascript:${run}>`,
  `<div style="position:fixed;inset:0;background:url(${elsewhere})" id="app" class="composer">over all</div>`,
  "\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007 \u001b[2J\u001b[1;1H\u001b]0;title\u0007 \u009b31m",
  "left \u202egnihtyna\u202c right \u2066x\u2069",
  `"><script>${run}</script>\n\`\`\`html\n<script>${run}</script>\n\`\`\`\n$\\href{javascript:${run}}{x}$`,
];

const all = texts.join("\n\n");

function script({ view }: FakeRequest): FakeStep {
  if (view.messages.some(({ role }) => role === "assistant")) return { parts: [{ text: `${all}\n\nThe end.` }] };
  return {
    parts: [
      { thinking: all },
      { text: all },
      { call: "Bash", args: { command: "cat hostile.txt", description: all } },
      { call: "Read", args: { file_path: "hostile.txt" } },
      { call: "Write", args: { file_path: "copy.html", content: all } },
      { call: "Grep", args: { pattern: "pwned", path: ".", output_mode: "content" } },
      { call: "Edit", args: { file_path: `missing ${texts[1]}`, old_string: all, new_string: all } },
      { call: `Nameless`, args: { [texts[0] ?? ""]: all } },
    ],
  };
}

/** Elements that no text may bring, in the conversation. */
const strangers = (page: Page) =>
  page.locator(".transcript").evaluate((transcript) => {
    const found = transcript.querySelectorAll(
      "script, style, link, iframe, form, object, embed, input:not([type=checkbox]), [onload], [onerror], [onfocus], " +
        "img:not([src^='data:image/']):not([src^='blob:']), a[href]:not([href^='http']), [id=app], .composer",
    );
    return [...found].map((element) => element.outerHTML);
  });

test("the page shows it as text and nothing comes of it", async () => {
  await using served = await serveFake(script, { files: { "hostile.txt": all } });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(8_000);
  const elsewhereAsked: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(served.address) && !/^(blob|data):/.test(request.url())) {
      elsewhereAsked.push(request.url());
    }
  });
  await page.locator(".composer textarea").fill(all);
  await page.keyboard.press("Enter");
  await page.getByText("The end.").waitFor();
  const list = page.locator(".transcript-list");
  await list.focus();
  for (let rounds = 0; rounds < 14; rounds += 1) {
    await page.evaluate(() => {
      for (const head of document.querySelectorAll<HTMLElement>('[data-fold][aria-expanded="false"]')) head.click();
    });
    expect(await strangers(page)).toEqual([]);
    const hasBidi = await list.evaluate((element) => /[\u202a-\u202e\u2066-\u2069]/.test(element.textContent ?? ""));
    expect(hasBidi).toBe(false);
    await page.mouse.move(600, 300);
    await page.mouse.wheel(0, -500);
    await page.waitForTimeout(60);
  }
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
  expect(elsewhereAsked).toEqual([]);
  expect(await page.title()).toBe("sagent");
  expect(await page.locator("#app").count()).toBe(1);
  await tab.shot("transcript-hostile");
});
