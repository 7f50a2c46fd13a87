/** Every view of the page, both themes, on a desk and on a phone: nothing serious for axe, no fault, nothing wider than the screen. */
import { expect, test } from "bun:test";
import { type Tab, testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { until } from "../support/until.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const saidTo = ({ view }: FakeRequest) => view.messages.flatMap(({ texts }) => texts).join("\n");
const callsOf = ({ view }: FakeRequest) => view.messages.flatMap(({ calls }) => calls).length;
const prose =
  "## Found\n\nIt is in `src/a.ts:1`:\n\n```ts\nexport const a = 2;\n```\n\n| was | is |\n|---|---|\n| 1 | 2 |";

function script(request: FakeRequest): FakeStep {
  const said = saidTo(request);
  if (said.includes("You are the helper")) {
    if (callsOf(request) > 0) return { parts: [{ text: "I helped." }] };
    return { parts: [{ call: "AgentSend", args: { to: "main", content: "I am on it." } }] };
  }
  if (callsOf(request) === 0) {
    return {
      parts: [
        { text: "I look." },
        { call: "Read", args: { file_path: "src/a.ts" } },
        { call: "Bash", args: { command: "printf '\\033[31mred\\033[0m\\n'; exit 3" } },
        { call: "AgentSpawn", args: { label: "helper", prompt: "You are the helper.", persistent: true } },
      ],
    };
  }
  if (callsOf(request) === 3) {
    const edit = { file_path: "src/a.ts", old_string: "a = 1", new_string: "a = 2" };
    return { parts: [{ call: "Edit", args: edit }, { text: prose }] };
  }
  if (callsOf(request) === 4) {
    return { parts: [{ text: prose }, { call: "Ask", args: { question: "Go on?", choices: ["Yes", "No"] } }] };
  }
  return { parts: [{ text: "Done." }] };
}

async function look(tab: Tab, name: string): Promise<void> {
  expect([name, await tab.axe()]).toEqual([name, []]);
  const fits = await tab.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  expect([name, fits]).toEqual([name, true]);
  await tab.shot(`view-${name}`);
}

test("every view holds in both themes, on a desk and on a phone", async () => {
  await using served = await serveFake(script, { files: { "src/a.ts": "export const a = 1;\n" } });
  await using first = await browser.open(served.link, { theme: "dark" });
  await look(first, "start");
  await first.page.getByLabel(/^Message/).fill("Look into it.");
  await first.page.keyboard.press("Enter");
  await first.page.locator(".ask").waitFor();
  await first.page.locator('[role=treeitem][data-label="helper"]', { hasText: "Done" }).waitFor();
  const session = first.page.url();
  for (const theme of ["dark", "light"] as const) {
    for (const size of ["desk", "phone"] as const) {
      await using tab = await first.beside(session);
      await tab.emulate({ theme });
      await tab.page.setViewportSize(size === "desk" ? { width: 1280, height: 800 } : { width: 360, height: 740 });
      await tab.page.reload();
      await tab.page.locator(".ask").waitFor();
      await tab.page.locator(".transcript", { hasText: "Go on?" }).first().waitFor();
      await look(tab, `transcript-${size}`);
      for (const [index, name] of ["fleet", "changes", "files", "terminal", "details"].entries()) {
        await tab.page.keyboard.press(`Alt+${index + 1}`);
        await tab.page.locator(`#tab-${name}[aria-selected=true]`).waitFor();
        await tab.page.waitForTimeout(250);
        await look(tab, `${name}-${size}`);
      }
      if (size === "phone") await tab.page.keyboard.press("Control+j");
      await tab.page.keyboard.press("Control+k");
      await tab.page.locator("dialog[open]").waitFor();
      await tab.page.waitForTimeout(250);
      await look(tab, `palette-${size}`);
      await tab.page.keyboard.press("Escape");
      await until(async () => (await tab.page.locator("dialog[open]").count()) === 0);
    }
  }
  expect(served.fake.problems).toEqual([]);
});

test("a fleet of hundreds: few rows are mounted, totals are right, and any can be opened", async () => {
  const count = 300;
  await using served = await serveFake((request) => {
    const said = saidTo(request);
    if (said.includes("You are number")) return { parts: [{ text: "Here." }] };
    if (callsOf(request) > 0) return { parts: [{ text: "All are out." }] };
    const calls = Array.from({ length: count }, (_, index) => ({
      call: "AgentSpawn",
      args: { label: `w${index}`, prompt: `You are number ${index}.`, persistent: true, notify: false },
    }));
    return { parts: calls };
  });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message/).fill("Send all.");
  await page.keyboard.press("Enter");
  await page.locator(".fleet-sum", { hasText: `${count + 1} agents` }).waitFor({ timeout: 60_000 });
  await page.locator(".fleet-groups", { hasText: /^0 at work/ }).waitFor({ timeout: 60_000 });
  expect(await page.getByRole("treeitem").count()).toBeLessThan(60);
  await page.getByLabel("Filter agents").fill("w299");
  await page.locator('[role=treeitem][data-label="w299"]').click();
  await page.locator(".transcript", { hasText: "You are number 299." }).waitFor();
  expect(served.fake.problems).toEqual([]);
});
