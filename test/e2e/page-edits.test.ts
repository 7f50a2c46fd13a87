/** A step over several files as a person meets it: one call, a diff for each file, and one button that takes all of it back. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { testBrowser } from "../support/browser.ts";
import type { FakePart, FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serveFake } from "../support/workspace.ts";
import { patchOf } from "../tools/patches.ts";

const browser = testBrowser();
const waitMs = 25_000;
const call = (name: string, args: Record<string, unknown>): FakePart => ({ call: name, args });

const input = patchOf(
  "*** Update File: a.ts",
  "-export const a = 1;",
  "+export const a = 2;",
  "*** Delete File: old.ts",
  "*** Add File: new.ts",
  "+export const fresh = true;",
);

function script({ view }: FakeRequest): FakeStep {
  const rounds = view.messages.filter(({ role }) => role === "assistant").length;
  return { parts: rounds === 0 ? [call("apply_patch", { input })] : [{ text: "Patched." }] };
}

test("a patch is shown file by file and taken back by one button", async () => {
  await using served = await serveFake(script, {
    args: ["--tool", "Edit.format=apply_patch"],
    files: { "a.ts": "export const a = 1;\n", "old.ts": "export {};\n" },
  });
  const at = (name: string) => join(served.home.project, name);
  const state = () => [readFileSync(at("a.ts"), "utf8"), existsSync(at("old.ts")), existsSync(at("new.ts"))];
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(waitMs);
  await page.locator(".composer textarea").fill("Patch it.");
  await page.keyboard.press("Enter");
  const head = page.locator(".call-head", { hasText: "Edit" });
  await page.getByText("Patched.").waitFor();
  expect(await head.locator(".call-subject").textContent()).toBe("a.ts, old.ts, new.ts");
  expect(state()).toEqual(["export const a = 2;\n", false, true]);
  await head.click();
  const body = page.locator(".call-body");
  await body.locator(".diff").nth(2).waitFor();
  expect(await body.locator(".call-file").allTextContents()).toEqual([
    expect.stringMatching(/^a\.ts.*Undo/),
    "old.tsdeleted",
    "new.tscreated",
  ]);
  expect(await tab.axe(".call-body")).toEqual([]);
  await tab.shot("edits");
  await body.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back: 3 files.").waitFor();
  expect(state()).toEqual(["export const a = 1;\n", true, false]);
  tab.allow(/400/);
  await body.getByRole("button", { name: "Undo" }).click();
  await page.getByText("nothing was taken back").first().waitFor();
  expect(state()).toEqual(["export const a = 1;\n", true, false]);
});
