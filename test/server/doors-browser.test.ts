import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import { must } from "../support/must.ts";
import { openDoors } from "./door-rig.ts";

const browser = testBrowser();

const page = "<!doctype html><html lang=en><title>in</title><h1>inside</h1></html>";
const secret = "correct horse battery";

/** Another site's server: it answers with one page, and remembers what it was sent. */
function strangers(html: string) {
  const seen: Headers[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      seen.push(request.headers);
      return new Response(`<!doctype html><title>out</title>${html}`, { headers: { "content-type": "text/html" } });
    },
  });
  return {
    seen,
    url: (name: string) => `http://${name}:${server.port}/`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

test("the printed link opens the page, which can ask, write and open its socket, also after a reload", async () => {
  await using rig = await openDoors({ page });
  await using tab = await browser.open(rig.origin + rig.doors.launchPath());
  expect(tab.page.url()).toBe(`${rig.origin}/`);
  await tab.page.reload();
  expect(await tab.page.textContent("h1")).toBe("inside");
  const found = await tab.page.evaluate(async () => {
    const headers = { "content-type": "application/json" };
    const asked = await fetch("/api/health");
    const wrote = await fetch("/api/launch", { method: "POST", headers, body: "{}" });
    const removed = await fetch("/api/sessions/0", { method: "DELETE", headers });
    const simple = await fetch("/api/launch", { method: "POST", body: "{}" });
    const socket = new WebSocket(`ws://${location.host}/api/socket`);
    const said = await new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data)));
    socket.close();
    return [asked.status, wrote.status, removed.status, simple.status, said, document.cookie];
  });
  expect(found).toEqual([200, 200, 200, 415, "inside", ""]);
  expect(tab.takeFaults().length).toBe(1);
});

test("no page of another site or port gets through with the cookie of a browser that is in", async () => {
  await using rig = await openDoors({ page });
  await using other = strangers("<h1>out</h1>");
  await using tab = await browser.open(rig.origin + rig.doors.launchPath(), { allow: [/./] });
  for (const name of ["127.0.0.1", "localhost"]) {
    await tab.page.goto(other.url(name));
    const found = await tab.page.evaluate(async (origin) => {
      const read = await fetch(`${origin}/api/health`, { credentials: "include" }).then(String, () => "refused");
      const body = JSON.stringify({});
      const headers = { "content-type": "application/json" };
      const init: RequestInit = { method: "POST", credentials: "include", body };
      const wrote = await fetch(`${origin}/api/launch`, { ...init, headers }).then(String, () => "refused");
      const socket = new WebSocket(`${origin.replace("http", "ws")}/api/socket`);
      const said = await new Promise((resolve) => {
        socket.addEventListener("message", () => resolve("inside"));
        socket.addEventListener("error", () => resolve("refused"));
      });
      return [read, wrote, said];
    }, rig.origin);
    expect(found).toEqual(["refused", "refused", "refused"]);
    const posted = tab.page.waitForResponse((response) => response.url().endsWith("/api/launch"));
    await tab.page.evaluate((origin) => {
      const form = document.createElement("form");
      Object.assign(form, { method: "POST", action: `${origin}/api/launch`, enctype: "text/plain" });
      document.body.append(form);
      form.submit();
    }, rig.origin);
    expect((await posted).status()).toBe(403);
    await tab.page.waitForURL(`${rig.origin}/api/launch`);
  }
  await tab.page.goto(rig.origin);
  expect(await tab.page.textContent("h1")).toBe("inside");
  await tab.page.goto(other.url("localhost"));
  const framed = tab.page.waitForEvent("frameattached");
  await tab.page.evaluate((origin) => {
    document.body.append(Object.assign(document.createElement("iframe"), { src: origin }));
  }, rig.origin);
  const frame = await framed;
  await frame.waitForLoadState();
  expect(await frame.locator("h1", { hasText: "inside" }).count()).toBe(0);
});

test("a link from another site is told to be opened in a tab of its own, and is not used up by it", async () => {
  await using rig = await openDoors({ page });
  const path = rig.doors.launchPath();
  await using other = strangers(`<a href="${rig.origin}${path}">open</a>`);
  await using tab = await browser.open(other.url("localhost"), { allow: [/./] });
  await tab.page.click("a");
  await tab.page.waitForURL(`${rig.origin}/**`);
  expect(await tab.page.textContent("p")).toContain("typed or pasted into a tab of its own");
  await tab.page.goto(rig.origin + path);
  expect(await tab.page.textContent("h1")).toBe("inside");
});

test("what the page asks of others tells them nothing of where it is", async () => {
  await using other = strangers("");
  await using rig = await openDoors({ page });
  await using tab = await browser.open(rig.origin + rig.doors.launchPath(), { allow: [/./] });
  await tab.page.evaluate((url) => {
    document.body.append(Object.assign(document.createElement("a"), { href: url, textContent: "away" }));
  }, other.url("localhost"));
  await tab.page.click("a");
  await tab.page.waitForURL(other.url("localhost"));
  const headers = must(other.seen[0]);
  expect([headers.get("referer"), headers.get("cookie")]).toEqual([null, null]);
});

test("on another machine the page asks for the secret, says when it is wrong, and opens when it is right", async () => {
  await using rig = await openDoors({ host: "0.0.0.0", secret, page });
  for (const theme of ["light", "dark"] as const) {
    await using tab = await browser.open(rig.origin, { allow: [/401/], theme, size: "phone" });
    expect(await tab.axe()).toEqual([]);
    await tab.page.fill("input", "not the secret");
    await tab.page.keyboard.press("Enter");
    await tab.page.waitForFunction(() => document.querySelector("output")?.textContent !== "");
    expect((await tab.page.textContent("output"))?.trim()).toBe("That is not the secret.");
    await tab.shot("log-in");
    await tab.page.fill("input", secret);
    await tab.page.click("button");
    await tab.page.waitForSelector("h1:has-text('inside')");
  }
});
