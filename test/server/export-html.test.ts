/** The exported page in a real browser, with text in it that wants out. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { eventSchema } from "../../agent/event-schema.ts";
import { writeTitle } from "../../agent/session-meta.ts";
import { exportSession } from "../../server/export.ts";
import { assistant, result, user } from "../agent/entries.ts";
import { testBrowser } from "../support/browser.ts";
import { tempDir } from "../support/temp-dir.ts";
import { eventsOf, saved } from "./saved.ts";

const browser = testBrowser();

const hostile = [
  "</script><script>window.pwned = 1</script>",
  "<!--<script>",
  "--></script ><img src=x onerror='window.pwned = 2'>",
  "]]></SCRIPT\t><svg onload='window.pwned = 3'>",
  "\u2028\u2029\u0000\ud800 \\u003c/script>",
  "</title><script>window.pwned = 4</script>",
];

/** What a bundle may hold: words that end a script where they stand as they are. */
const script = `
const words = ["</script>", "<!--", "<script", /<\\/script>/.source];
const data = JSON.parse(document.getElementById("session").textContent);
window.shown = { words, data };
document.getElementById("root").style.color = "red";
document.getElementById("root").textContent = data.session.title;
`;
const style = `#root::before { content: "</style><script>window.pwned = 5</script>" }`;

const shownSchema = z.object({
  words: z.array(z.string()),
  data: z.object({ session: z.object({ title: z.string() }), events: z.array(eventSchema) }),
});

test("a page with hostile text shows just that text, runs just its own script, and reaches nothing", async () => {
  using temp = tempDir();
  const events = eventsOf([
    user(1, hostile.join("\n")),
    assistant(2, hostile.join("")),
    result(3, "c1", hostile.join(" ")),
  ]);
  const dir = saved(temp.path, "aaaaaaaaaaaa", events);
  const title = hostile[5] ?? "";
  await writeTitle(dir, title);
  const path = join(temp.path, "session.html");
  const pieces = await Array.fromAsync(exportSession(dir, "html", { env: {}, page: { script, style } }));
  await Bun.write(path, pieces.join(""));
  await using tab = await browser.open(pathToFileURL(path).href);
  const { page } = tab;
  const { words, data } = shownSchema.parse(await page.evaluate("window.shown"));
  expect(words).toEqual(["</script>", "<!--", "<script", "<\\/script>"]);
  expect(data.events).toEqual(events);
  expect([await page.title(), await page.locator("#root").textContent()]).toEqual([title, title]);
  const counted = "['script', 'img', 'svg', 'style'].map((name) => document.querySelectorAll(name).length)";
  expect(await page.evaluate(counted)).toEqual([2, 0, 0, 1]);
  expect(await page.evaluate("window.pwned")).toBeUndefined();
  expect(tab.takeFaults()).toEqual([]);
  tab.allow(/Content Security Policy/);
  expect(await page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")).toBe("refused");
  const added =
    "document.head.append(Object.assign(document.createElement('script'), { text: 'window.pwned = 6' })); window.pwned";
  expect(await page.evaluate(added)).toBeUndefined();
  expect(tab.takeFaults()).toEqual([]);
});
