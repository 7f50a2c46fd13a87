/** The corpus through `safe.ts` in Chromium, on a page whose policy forbids nothing: only what is made of it can hold it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import { corpus, pretending } from "./corpus.ts";

const browser = testBrowser();
let server: Bun.Server<undefined>;

beforeAll(async () => {
  const source = join(import.meta.dir, "../../ui/text/safe.ts");
  const entry = `import { safeHtml } from ${JSON.stringify(source)}; window.safeHtml = safeHtml;`;
  const built = await Bun.build({ entrypoints: ["entry.ts"], files: { "entry.ts": entry }, target: "browser" });
  const [script] = built.outputs;
  const html =
    '<!doctype html><title>sagent</title><link rel="icon" href="data:,"><main></main><script type="module" src="/safe.js"></script>';
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/": () => new Response(html, { headers: { "content-type": "text/html;charset=utf-8" } }),
      "/safe.js": () => new Response(script, { headers: { "content-type": "text/javascript" } }),
    },
  });
});

afterAll(() => server.stop(true));

interface Made {
  readonly text: string;
  /** Elements and attributes that no text may bring. */
  readonly strangers: readonly string[];
  /** What the browser makes of its own making. */
  readonly isStable: boolean;
}

/** Draws each text in the page, and looks at what came of it. */
function draw(page: Page, texts: readonly string[]): Promise<Made[]> {
  return page.evaluate((list) => {
    const tags =
      "p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del a table thead tbody tr th td input button span div bdi img";
    const names =
      "href title class start type checked disabled src alt rel target data-path data-line data-align aria-label tabindex";
    const values: Record<string, RegExp> = {
      href: /^(https?:\/\/|mailto:)/,
      src: /^data:image\/(png|jpeg|gif|webp);base64,/,
      type: /^(checkbox|button)$/,
      class: /^(path|host|image|table)$/,
      target: /^_blank$/,
    };
    const strangersIn = (element: Element) =>
      [...element.querySelectorAll("*")].flatMap((each) => [
        ...(tags.split(" ").includes(each.localName) ? [] : [each.outerHTML]),
        ...(each.namespaceURI === "http://www.w3.org/1999/xhtml" ? [] : [each.outerHTML]),
        ...[...each.attributes]
          .filter(({ name, value }) => !names.split(" ").includes(name) || values[name]?.test(value) === false)
          .map(({ name, value }) => `${each.localName} ${name}="${value}"`),
      ]);
    return list.map((text) => {
      const element = document.createElement("div");
      document.querySelector("main")?.append(element);
      element.innerHTML = (window as unknown as { safeHtml(text: string): string }).safeHtml(text);
      const once = element.innerHTML;
      element.innerHTML = once;
      return { text: element.textContent ?? "", strangers: strangersIn(element), isStable: element.innerHTML === once };
    });
  }, texts);
}

const hidden = /[[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]--[\t\n]]/v;

test("of everything in the corpus only text, harmless elements and links that say where they lead come out", async () => {
  await using tab = await browser.open(server.url.href);
  const { page } = tab;
  await page.waitForFunction(() => "safeHtml" in window);
  const made = await draw(page, corpus);
  expect(corpus.length).toBeGreaterThan(100);
  for (const [index, { text, strangers, isStable }] of made.entries()) {
    const from = corpus[index]?.slice(0, 200);
    expect([from, strangers]).toEqual([from, []]);
    expect([from, hidden.test(text)]).toEqual([from, false]);
    expect([from, isStable]).toEqual([from, true]);
  }
  // Whatever would run or be fetched would have begun by now.
  await page.waitForTimeout(300);
  for (const link of await page.locator("main a, main button").all()) await link.dispatchEvent("mouseover");
  expect(await page.evaluate(() => ["pwned" in window, document.title, location.pathname])).toEqual([
    false,
    "sagent",
    "/",
  ]);
});

test("a link whose words name another host shows its own", async () => {
  await using tab = await browser.open(server.url.href);
  await tab.page.waitForFunction(() => "safeHtml" in window);
  for (const [index, { text }] of (await draw(tab.page, pretending)).entries()) {
    const host = index === pretending.length - 1 ? "(xn--" : "(evil.example)";
    const told = index === 4 ? "(good.example.evil.example)" : host;
    expect([pretending[index], text]).toEqual([pretending[index], expect.stringContaining(told)]);
  }
  const mail = await draw(tab.page, ["[a@good.example](mailto:b@evil.example)"]);
  expect(mail.map(({ text }) => text.trim())).toEqual(["a@good.example (b@evil.example)"]);
  const honest = [
    "[https://a.example/x](https://a.example/x)",
    "[a.example](https://a.example/)",
    "[the docs](https://a.example)",
    "[a&#46;example](https://a.example)",
    "[b@a.example](mailto:b@a.example)",
  ];
  for (const { text } of await draw(tab.page, [...honest, "<https://a.example>", "https://a.example/b"])) {
    expect(text).not.toContain("(");
  }
});

test("what hides is taken out of texts, not out of markup, and named in code", async () => {
  await using tab = await browser.open(server.url.href);
  await tab.page.waitForFunction(() => "safeHtml" in window);
  const made = await draw(tab.page, [
    "a &#27;]x **b** &#27;[`c`",
    "AT&T &#39;x&#39; &lt;b&gt; &copy; \\&copy;",
    "`a\u200bb \u202ec` d\u202ee `\u{1f469}\u200d\u{1f467}`",
    "[`src/a.ts`](src/a.ts) /abs/b.ts:3 [c.ts:4](https://a.example/c.ts)",
  ]);
  expect(made.map(({ text }) => text.trim())).toEqual([
    "a b c",
    "AT&T 'x' <b> © &copy;",
    "a‹U+200B›b ‹U+202E›c d\ufffde \u{1f469}\u200d\u{1f467}",
    "src/a.ts /abs/b.ts:3 c.ts:4 (a.example)",
  ]);
  const inside = tab.page.locator("main strong, main code, main button, main a");
  expect(await inside.evaluateAll((all) => all.map(({ localName }) => localName).join(" "))).toBe(
    "strong code code code button button a",
  );
});

test("what is wanted comes through", async () => {
  await using tab = await browser.open(server.url.href);
  await tab.page.waitForFunction(() => "safeHtml" in window);
  await draw(tab.page, [
    "# A **b** `c`\n\n- [x] d\n- e ~~f~~\n\n3. g\n\n> h\n\n![i](data:image/png;base64,iVBORw0KGgo=)",
  ]);
  await draw(tab.page, [
    'See src/app.ts:12, `src/b.ts` and [c](lib/c.py#L4), [d](https://d.example). 1 < 2 && "x"\n\n| a |\n|--:|\n| b |',
  ]);
  expect(
    await tab.page.locator("main > div").evaluateAll((all) => all.map((each) => each.innerHTML)),
  ).toMatchSnapshot();
});
