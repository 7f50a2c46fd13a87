/** The harness of the page's tests, on a page that does what a page should not. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { testBrowser } from "./browser.ts";
import { tempDir } from "./temp-dir.ts";

const csp = "default-src 'self'; connect-src *";

function page(body: string): Response {
  const html = `<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1>${body}</main></html>`;
  return new Response(html, { headers: { "content-type": "text/html", "content-security-policy": csp } });
}

const script = (source: string) => () => new Response(source, { headers: { "content-type": "text/javascript" } });

function serve(routes: Record<string, () => Response> = {}) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: { "/": () => page("<p>Well.</p>"), ...routes },
    fetch: () => new Response("not here", { status: 404, headers: { "access-control-allow-origin": "*" } }),
  });
}

const browser = testBrowser();

test("a page that does well has no faults and nothing against axe-core", async () => {
  await using server = serve();
  await using tab = await browser.open(server.url.href);
  expect(await tab.page.title()).toBe("Page");
  expect(await tab.axe()).toEqual([]);
  expect(tab.takeFaults()).toEqual([]);
});

test("errors on the console, exceptions, failed requests and those elsewhere are caught, each once", async () => {
  await using other = serve();
  const source = `console.error("Bad", "news"); console.warn("fine");
    Promise.reject(new Error("lost"));
    fetch("/nowhere"); fetch("${other.url}x"); fetch("http://127.0.0.1:1/").catch(() => {});
    setTimeout(() => { document.title = "late"; throw new Error("thrown"); }, 300);`;
  await using server = serve({ "/bad": () => page('<script src="/bad.js"></script>'), "/bad.js": script(source) });
  await using tab = await browser.open(new URL("/bad", server.url).href);
  await tab.page.waitForFunction(() => document.title === "late");
  const faults = tab.takeFaults().map((fault) => fault.split("\n")[0]);
  expect(faults.toSorted()).toEqual(
    [
      `console: Bad news (${server.url}bad.js)`,
      "exception: Error: lost",
      "exception: Error: thrown",
      `request elsewhere: GET ${other.url}x`,
      "request: GET http://127.0.0.1:1/: net::ERR_UNSAFE_PORT",
      `request: GET ${other.url}x: status 404`,
      `request: GET ${server.url}nowhere: status 404`,
    ].toSorted(),
  );
});

test("a violation of the content policy is caught", async () => {
  await using server = serve({ "/bad": () => page('<script>1</script><img alt="x" src="https://example.org/x.png">') });
  await using tab = await browser.open(new URL("/bad", server.url).href);
  const faults = tab.takeFaults();
  expect(faults.length).toBe(2);
  for (const fault of faults) expect(fault).toStartWith("content policy: ");
});

test("what a test provokes is let be", async () => {
  await using server = serve({ "/bad.js": script('console.error("old"); console.error("new")') });
  await using tab = await browser.open(server.url.href, { allow: [/old/] });
  await tab.page.addScriptTag({ url: "/bad.js" });
  await tab.page.evaluate("0");
  expect(tab.takeFaults()).toEqual([`console: new (${server.url}bad.js)`]);
  tab.allow(/nothing/);
  await tab.page.evaluate("fetch('/nothing')");
});

test("axe-core's serious findings are told, in all of the page or a part", async () => {
  await using server = serve({ "/bad": () => page('<button id="b"></button><p id="p">x</p>') });
  await using tab = await browser.open(new URL("/bad", server.url).href);
  expect(await tab.axe()).toEqual(["critical button-name: Buttons must have discernible text (#b)"]);
  expect(await tab.axe("#p")).toEqual([]);
});

const asked = `["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)", "(max-width: 360px)"].map(
  (query) => matchMedia(query).matches)`;

test("theme, motion and size are as asked, and can change", async () => {
  await using server = serve();
  await using desktop = await browser.open(server.url.href);
  expect<unknown>(await desktop.page.evaluate(asked)).toEqual([false, false, false]);
  await using tab = await browser.open(server.url.href, { theme: "dark", size: "phone", reducedMotion: true });
  expect<unknown>(await tab.page.evaluate(asked)).toEqual([true, true, true]);
  await tab.emulate({ theme: "light" });
  expect<unknown>(await tab.page.evaluate(asked)).toEqual([false, true, true]);
});

test("a screenshot is kept under its name, its theme and its width", async () => {
  await using server = serve();
  await using tab = await browser.open(server.url.href, { theme: "dark", size: "phone" });
  const path = await tab.shot("harness");
  expect(path).toEndWith("/artefacts/harness-dark-360.png");
  expect(readFileSync(path).subarray(1, 4).toString()).toBe("PNG");
  rmSync(path);
});

test("offline cuts requests off until it is over", async () => {
  await using server = serve();
  await using tab = await browser.open(server.url.href);
  await tab.offline(true);
  const fetched = "fetch('/').then(({ status }) => status, () => 'cut')";
  expect<unknown>(await tab.page.evaluate(fetched)).toBe("cut");
  expect(tab.takeFaults()).toEqual([`request: GET ${server.url}: net::ERR_INTERNET_DISCONNECTED`]);
  await tab.offline(false);
  expect<unknown>(await tab.page.evaluate(fetched)).toBe(200);
});

test("tabs share what they store only with those beside them", async () => {
  await using server = serve();
  await using tab = await browser.open(server.url.href);
  await tab.page.evaluate("localStorage.setItem('word', 'kept')");
  await using beside = await tab.beside(server.url.href);
  await using other = await browser.open(server.url.href);
  const word = "localStorage.getItem('word')";
  expect<unknown[]>(await Promise.all([beside.page.evaluate(word), other.page.evaluate(word)])).toEqual(["kept", null]);
});

test("a fault that no test took fails it, and no browser outlives the tests", async () => {
  using dir = tempDir();
  const source = `import { test } from "bun:test";
    import { testBrowser } from ${JSON.stringify(join(import.meta.dir, "browser.ts"))};
    const browser = testBrowser();
    test("faulty", async () => {
      await using tab = await browser.open("data:text/html,<title>x</title><script>console.error('oh no')</script>");
    });
    test("fine", async () => {
      await using tab = await browser.open("data:text/html,<title>x</title>");
    });`;
  await Bun.write(join(dir.path, "faulty.test.ts"), source);
  const env = { ...process.env, TMPDIR: dir.path };
  const child = Bun.spawn([process.execPath, "test"], {
    cwd: dir.path,
    env,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const output = await new Response(child.stderr).text();
  expect(await child.exited).toBe(1);
  expect(output).toContain("The page had faults:\nconsole: oh no");
  expect(output).toMatch(/\(fail\) faulty.*\n\(pass\) fine/);
  expect(commandLines().filter((line) => line.includes(dir.path))).toEqual([]);
});

/** Of all living processes. */
function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
