/** Plug-ins and commands in the page: completed, sent, reloaded, and the cards of a plug-in's tool. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();

const tool = `import { definePlugin, defineTool } from "sagent/tools";
import { z } from "zod";
const show = (name, data) => defineTool({
  name, description: "Shows " + name + ".", schema: z.strictObject({}),
  run: () => ({ text: "shown", details: { type: "custom", name, data } }),
});
export default definePlugin({
  tools: [
    show("markdown", "**Bold** and \`code\`, <img src=x onerror=alert(1)>"),
    show("key-values", { Engine: "running", Speed: 3 }),
    show("list", ["first", "second"]),
  ],
});`;

function script({ view }: FakeRequest): FakeStep {
  const last = view.messages.at(-1);
  const text = last?.texts.at(-1) ?? "";
  if (text.startsWith("Show all")) {
    return { parts: ["markdown", "key-values", "list"].map((name) => ({ call: name, args: {} })) };
  }
  return { parts: [{ text: last?.results.length ? "All shown." : `You said: ${text}.` }] };
}

test("a command of the project is completed and sent; reload takes up what was written since", async () => {
  await using served = await serveFake(script, {
    args: ["--trust", "--tools", "markdown,key-values,list"],
    files: {
      ".sagent/plugins/cards/index.ts": tool,
      ".sagent/commands/show.md": "---\ndescription: Shows what there is\nargument-hint: WHAT\n---\nShow $1 of it.",
    },
  });
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await page.locator("#composer-field").focus();
  await page.keyboard.type("/sh");
  const option = page.getByRole("option", { name: /^\/show/ });
  await option.waitFor();
  expect(await option.textContent()).toContain("WHAT · Shows what there is");
  await tab.shot("commands-own");
  await page.keyboard.press("Enter");
  await page.keyboard.type("all");
  await page.keyboard.press("Enter");
  await page.getByText("All shown.").waitFor();
  for (const name of ["markdown", "key-values", "list"]) {
    await page.locator(".call button[aria-expanded=false]").filter({ hasText: name }).click();
  }
  await page.locator(".key-values dt").first().waitFor();
  expect(await page.locator(".key-values").textContent()).toBe("Enginerunning" + "Speed3");
  expect(await page.locator(".plain-list li").allTextContents()).toEqual(["first", "second"]);
  expect(await page.locator(".card .prose strong").textContent()).toBe("Bold");
  expect(await page.locator(".card img").count()).toBe(0);
  await tab.shot("cards-plain");
  expect(await tab.axe(".main")).toEqual([]);
  await Bun.write(join(served.home.project, ".sagent/commands/later.md"), "Later.");
  await page.locator("#composer-field").focus();
  await page.keyboard.type("/reload");
  await page.keyboard.press("Enter");
  await page.getByText(/Read again: .* 2 commands/).waitFor();
  await page.keyboard.type("/later");
  await page.keyboard.press("Enter");
  await page.getByText("You said: Later..").waitFor();
});
