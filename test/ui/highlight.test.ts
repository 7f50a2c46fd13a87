/** The highlighter's queue in Chromium, with the real worker as the page is built with it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testBrowser } from "../support/browser.ts";

const browser = testBrowser();
const root = join(import.meta.dir, "../../ui/text");
const built = mkdtempSync(join(tmpdir(), "sagent-highlight-"));
let server: Bun.Server<undefined>;

beforeAll(async () => {
  const entry = `import { highlight } from ${JSON.stringify(join(root, "highlight.ts"))}; window.highlight = highlight;`;
  const options = { outdir: built, target: "browser", naming: "[name].[ext]" } as const;
  await Bun.build({ ...options, entrypoints: ["entry.ts"], files: { "entry.ts": entry } });
  await Bun.build({ ...options, entrypoints: [join(root, "highlight.worker.ts")] });
  const html =
    '<!doctype html><link rel="icon" href="data:,"><meta name="highlighter" content="/highlight.worker.js"><script type="module" src="/entry.js"></script>';
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => {
      const { pathname } = new URL(url);
      if (pathname === "/") return new Response(html, { headers: { "content-type": "text/html" } });
      return new Response(Bun.file(join(built, pathname)));
    },
  });
});

afterAll(async () => {
  await server.stop(true);
  rmSync(built, { recursive: true });
});

test("pieces are coloured in turn, what nobody waits for any more is not, and what was coloured is at hand", async () => {
  await using tab = await browser.open(server.url.href);
  await tab.page.waitForFunction(() => "highlight" in window);
  const found = await tab.page.evaluate(async () => {
    const { highlight } = window as unknown as typeof import("../../ui/text/highlight.ts");
    const stay = new AbortController();
    const leave = new AbortController();
    const ask = (code: string, signal: AbortSignal) => highlight(code, "typescript", signal);
    const first = ask("const a = 1;", leave.signal);
    const second = ask("const b = 2;", leave.signal);
    const shared = [ask("const c = 3;", leave.signal), ask("const c = 3;", stay.signal)];
    leave.abort();
    const text = (lines: Awaited<typeof first>) => lines?.map((line) => line.map(([part]) => part).join("")).join("\n");
    const all = (await Promise.all([first, second, ...shared])).map(text);
    const again = [await ask("const c = 3;", stay.signal), await ask("const c = 3;", stay.signal)];
    const long = await ask("x".repeat(200_000), stay.signal);
    return { all, isSame: again[0] === again[1], long, unknown: await highlight("x", "nothing", stay.signal) };
  });
  expect(found).toEqual({
    all: ["const a = 1;", undefined, "const c = 3;", "const c = 3;"],
    isSame: true,
    long: undefined,
    unknown: undefined,
  });
});
