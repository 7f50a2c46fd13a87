import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { findBrowser } from "../../../tools/browser/find.ts";
import { must } from "../../support/must.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { until } from "../../support/until.ts";
import { bench, browsersOf, chromium, site } from "./rig.ts";

test("two agents share one browser, and neither a cookie nor a tab", async () => {
  await using place = site({
    "/": (request) =>
      new Response(`<title>${request.headers.get("cookie") ?? "none"}</title>`, {
        headers: { "content-type": "text/html" },
      }),
  });
  await using both = bench();
  const open = (agent: string) => both.use({ action: "open", url: place.url }, agent);
  const set = (agent: string) => both.use({ action: "evaluate", text: `document.cookie = "who=${agent}"` }, agent);
  await Promise.all([open("A"), open("B")]);
  await Promise.all([set("A"), set("B")]);
  const [a, b] = await Promise.all([open("A"), open("B")]);
  expect([a.text, b.text]).toEqual([expect.stringContaining('Page "who=A"'), expect.stringContaining('Page "who=B"')]);
  const roots = browsersOf(process.pid).length;
  expect((await both.use({ action: "tab" }, "A")).text).not.toContain("2. ");
  await both.use({ action: "close" }, "A");
  expect((await both.use({ action: "snapshot" }, "B")).text).toContain('Page "who=B"');
  expect((await both.use({ action: "snapshot" }, "A")).text).toBe('No page is open; begin with action "open".');
  expect(roots).toBeGreaterThan(0);
});

test("what nobody uses is closed, and told of when its agent comes back", async () => {
  await using seat = bench({ times: { idleMs: 300 } });
  await seat.use({ action: "open", url: "about:blank" });
  await until(() => !seat.host.isRunning);
  await until(() => browsersOf(process.pid).length === 0);
  expect((await seat.use({ action: "snapshot" })).text).toContain(
    "Your pages were not used for a long time, and were closed.",
  );
});

test("nothing is left of it after the session: no process, no file", async () => {
  await using place = site({
    "/": () => new Response("a", { headers: { "content-disposition": "attachment; filename=a.bin" } }),
  });
  const seat = bench();
  let { text } = await seat.use({ action: "open", url: place.url });
  while (!text.includes("Downloaded to ")) ({ text } = await seat.use({ action: "tab" }));
  const path = must(/Downloaded to (\S+),/.exec(text)?.[1]);
  expect([browsersOf(process.pid).length > 0, existsSync(path)]).toEqual([true, true]);
  await seat[Symbol.asyncDispose]();
  expect(existsSync(dirname(dirname(path)))).toBe(false);
  await until(() => browsersOf(process.pid).length === 0);
  expect((await seat.use({ action: "open", url: "about:blank" })).text).toBe(
    "The session ends; the browser is closed.",
  );
});

test("it does not outlive a program that is killed, whatever its pages do", async () => {
  const program = `
    import { bench } from "${join(import.meta.dir, "rig.ts")}";
    const { use } = bench();
    await use({ action: "open", url: "about:blank" });
    await use({ action: "evaluate", text: "setTimeout(() => { for (;;); }, 50)" });
    process.stdout.write("ready");
    setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: "pipe", stderr: "inherit" });
  const { value } = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe("ready");
  const running = browsersOf(child.pid);
  expect(running.length).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await child.exited;
  await until(() => running.every((pid) => !existsSync(`/proc/${pid}`)));
});

test("where there is no browser, a sentence says what to install, and another way to name one", () => {
  using empty = tempDir();
  const env = { PATH: empty.path, HOME: empty.path };
  const { message } = thrown(() => findBrowser(env, "darwin"));
  expect(message).toBe(
    "No Chromium, Chrome or Edge was found on this machine. Have the person install one, e.g. with `brew install --cask google-chrome`, or name a program in SAGENT_BROWSER.",
  );
  expect(thrown(() => findBrowser({ ...env, SAGENT_BROWSER: "/no/such" })).message).toStartWith(
    "SAGENT_BROWSER is /no/such, which is no program",
  );
  expect(findBrowser({ ...env, SAGENT_BROWSER: chromium })).toBe(chromium);
});

test("a browser that does not start is told of with what it said", async () => {
  await using seat = bench({ program: "/bin/false" });
  const { text, isError } = await seat.use({ action: "open", url: "about:blank" });
  expect([isError, text]).toEqual([true, expect.stringMatching(/^The browser could not be started: \S/)]);
});

function thrown(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("It threw nothing.");
}
