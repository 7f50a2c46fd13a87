/** The Browser tool through the program: taken from the shelf, a page opened, used and looked at, nothing left behind. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentEvent } from "../../agent/event.ts";
import { freshHome } from "../server/program.ts";
import { artefacts } from "../support/browser.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { must } from "../support/must.ts";
import { browsersOf, chromium, site } from "../tools/browser/rig.ts";

const shop = `<title>Counter</title><style>body { font: 20px sans-serif; padding: 40px } button { padding: 12px }</style>
  <h1>Counter</h1><p>It stands at <b id="n">0</b>.</p><button onclick="n.textContent++">More</button>`;
const use = (args: Record<string, unknown>) => ({ parts: [{ call: "Browser", args }] });

test("a model opens a page of this machine, clicks, and sees a screenshot; the browser ends with the program", async () => {
  await using pages = site({ "/": shop });
  await using fake = await startFakeProvider([
    { parts: [{ call: "ToolSearch", args: { query: "browser screenshot" } }] },
    use({ action: "open", url: pages.url }),
    use({ action: "click", target: "More" }),
    use({ action: "screenshot" }),
    { parts: [{ text: "It counts." }] },
  ]);
  using home = freshHome(fake);
  const { code, stdout } = await home.run(["-p", "Look.", "--output-format", "stream-json"], {
    env: { SAGENT_BROWSER: chromium },
  });
  expect([code, fake.problems]).toEqual([0, []]);
  const results = stdout
    .trim()
    .split("\n")
    .map((line): AgentEvent => JSON.parse(line))
    .flatMap((event) => (event.type === "message" && event.message.type === "toolResult" ? [event.message] : []));
  expect(results.map(({ name, isError }) => [name, isError ?? false])).toEqual([
    ["ToolSearch", false],
    ["Browser", false],
    ["Browser", false],
    ["Browser", false],
  ]);
  expect(results[2]?.text).toContain("It stands at 1.");
  const [shot] = must(results[3]?.attachments);
  mkdirSync(artefacts, { recursive: true });
  writeFileSync(join(artefacts, "tool-browser.png"), Buffer.from(must(shot).data, "base64"));
  expect(must(shot).mime).toBe("image/png");
  expect(browsersOf(process.pid)).toEqual([]);
});
