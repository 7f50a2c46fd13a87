import { expect, test } from "bun:test";
import { freshHome } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { fakePapers } from "../support/fake-papers.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser();

/** Takes the tool from the shelf, walks, and tells of it. */
function script({ view }: FakeRequest): FakeStep {
  const rounds = view.messages.filter(({ role }) => role === "assistant").length;
  const args = { ids: "arXiv:1706.03762", depth: 1, min_citations: 5_000 };
  if (rounds === 0) return { parts: [{ call: "ToolSearch", args: { query: "select:PaperGraph" } }] };
  if (rounds === 1) return { parts: [{ call: "PaperGraph", args }] };
  return { parts: [{ text: "That is where it comes from." }] };
}

async function serveGraph() {
  const papers = fakePapers();
  const fake = await startFakeProvider(script);
  const home = freshHome(fake, "anthropic");
  const served = await serve(home, [], papers.env);
  return {
    ...served,
    papers,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
      await papers[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

test("a walk of the citation graph is drawn, told by pointer, keyboard and list, in both themes and on a phone", async () => {
  await using served = await serveGraph();
  await using tab = await browser.open(served.link, { theme: "dark", size: { width: 1280, height: 900 } });
  const { page } = tab;
  page.setDefaultTimeout(20_000);
  await page.locator(".composer textarea").fill("Where does the Transformer come from?");
  await page.keyboard.press("Enter");
  await page.getByText("That is where it comes from.").waitFor();
  expect(served.papers.takeRefused()).toEqual([]);
  await page.getByRole("button", { name: /^Follow the citations of/ }).click();
  const graph = page.locator(".graph");
  const dots = graph.getByRole("tab");
  expect(await dots.count()).toBe(14);
  await graph.scrollIntoViewIfNeeded();
  await tab.shot("graph");

  const seed = graph.getByRole("tab", { name: "Start: Attention Is All You Need (2017) by Vaswani, cited here by 6" });
  await seed.hover();
  const about = graph.getByRole("tabpanel");
  expect(await about.locator(".card-title").textContent()).toBe("Attention Is All You Need");
  expect(await about.textContent()).toContain("cites 7 here · cited by 6 here");
  expect(await graph.locator(".graph-dot.far").count()).toBe(0);
  await graph.getByRole("tab", { name: /^Adam/ }).hover();
  expect(await about.locator(".card-title").textContent()).toBe("Adam: A Method for Stochastic Optimization");
  expect(await graph.locator(".graph-dot.far").count()).toBeGreaterThan(3);
  await tab.shot("graph-hover");

  await page.mouse.move(0, 0);
  await seed.focus();
  await page.keyboard.press("ArrowLeft");
  const older = await about.locator(".card-title").textContent();
  expect(older).not.toBe("Attention Is All You Need");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  expect(await graph.locator("[aria-selected=true]").count()).toBe(1);
  await page.keyboard.press("Escape");
  expect(await graph.locator("[aria-selected=true]").count()).toBe(0);
  await seed.click();
  expect(await about.textContent()).toContain("We propose the Transformer.");
  expect(await about.getByRole("link").getAttribute("href")).toBe("https://arxiv.org/abs/1706.03762");
  await tab.shot("graph-picked");

  await graph.getByText("As a list").click();
  expect(await graph.locator(".graph-list > li").count()).toBe(14);
  expect(await tab.axe(".graph")).toEqual([]);
  await tab.emulate({ theme: "light" });
  expect(await tab.axe(".graph")).toEqual([]);
  await graph.getByText("As a list").click();
  await graph.locator("svg").scrollIntoViewIfNeeded();
  await tab.shot("graph");
  await page.setViewportSize({ width: 360, height: 740 });
  await graph.locator("svg").scrollIntoViewIfNeeded();
  await tab.shot("graph");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
