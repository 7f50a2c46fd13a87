/** A tool that asks for permission, on a real agent and the real page: what is asked is shown to the letter, and only meant keys answer. */
import { expect, test } from "bun:test";
import { z } from "zod";
import type { Answer } from "../../agent/ask.ts";
import { Fleet } from "../../agent/fleet.ts";
import { defineTool } from "../../agent/tool.ts";
import { ensurePage } from "../../build/page.ts";
import { Assets } from "../../server/assets.ts";
import { testBrowser } from "../support/browser.ts";
import { hubSession, serveHub } from "../support/hub-server.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { until } from "../support/until.ts";

const browser = testBrowser();
const command = `rm -rf build/ && echo "${"x".repeat(300)}" # \u202e\u001b[31mdone`;

/** A fleet whose one tool asks, served to pages without doors. */
function serveAsking(answers: Answer[]) {
  const guarded = defineTool({
    name: "Guarded",
    description: "Asks first.",
    schema: z.object({ what: z.enum(["command", "diff"]) }),
    async run({ what }, { ask }) {
      if (!ask) return "Nobody is there.";
      const hunks = [
        {
          oldStart: 1,
          oldLines: 1,
          newStart: 1,
          newLines: 1,
          lines: ["-old line", `+new line ${"\u001b"}]0;hidden${"\u0007"}`],
        },
      ];
      const shown = what === "command" ? { command } : { diff: { path: "src/a.ts", hunks } };
      const scopes = what === "command" ? (["once", "session"] as const) : (["once", "project"] as const);
      answers.push(await ask({ type: "permission", tool: "Guarded", text: "do it", scopes: [...scopes], ...shown }));
      return "Asked.";
    },
  });
  const model = scriptedModel([
    {
      parts: [
        { call: "Guarded", args: { what: "command" } },
        { call: "Guarded", args: { what: "diff" } },
      ],
    },
    { parts: [{ text: "All answered." }] },
  ]);
  const fleet = new Fleet();
  const agent = fleet.root({ model, tools: [guarded], canAsk: true });
  const assets = new Assets();
  const served = serveHub(fleet, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/api/")) return Response.json([]);
    return assets.respond(pathname === "/" ? "index.html" : (pathname.split("/").at(-1) ?? ""), request);
  });
  return {
    agent,
    url: `${served.address}/#${hubSession}`,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]();
      await fleet[Symbol.asyncDispose]();
    },
  };
}

test("a permission shows the exact command and diff, offers only its scopes, and no stray key grants it", async () => {
  await ensurePage();
  const answers: Answer[] = [];
  await using served = serveAsking(answers);
  await using tab = await browser.open(served.url);
  const { page } = tab;
  await page.locator("textarea").waitFor();
  served.agent.send({ type: "prompt", text: "Do both." });
  const card = page.locator(".ask");
  await card.locator(".ask-exact", { hasText: "rm -rf build/" }).waitFor();
  const exact = (await card.locator("pre.ask-exact").textContent()) ?? "";
  expect(exact).toContain("x".repeat(300));
  expect(exact).toContain("# ‹U+202E›‹U+001B›[31mdone");
  for (const trick of ["\u202e", "\u001b"]) expect(exact).not.toContain(trick);
  expect(await card.getByRole("button", { name: "This project" }).count()).toBe(0);
  expect(await tab.axe()).toEqual([]);
  await tab.shot("ask-permission");

  // What is typed on into the field is no answer, nor is Enter on the card, nor a key of a scope that is not offered.
  await page.locator("textarea").fill("yes");
  await page.keyboard.press("Alt+a");
  await page.waitForTimeout(600);
  await page.keyboard.press("Enter");
  await page.keyboard.press("p");
  await page.waitForTimeout(200);
  expect(answers).toEqual([]);
  await page.keyboard.press("s");
  await until(() => answers.length === 1);
  expect(answers[0]).toEqual({ type: "allow", scope: "session" });

  await card.locator(".diff", { hasText: "new line" }).waitFor();
  expect(await card.locator(".diff").textContent()).toContain("‹U+001B›]0;hidden‹U+0007›");
  await card.getByLabel("Why not").fill("not now");
  await card.getByRole("button", { name: "Deny" }).click();
  await until(() => answers.length === 2);
  expect(answers[1]).toEqual({ type: "deny", reason: "not now" });
  await page.locator(".transcript", { hasText: "All answered." }).waitFor();
  expect(await card.count()).toBe(0);
});
