/** What an agent wants the person to know now: told once on every open page, not again after a reload; and a sound to be played. */
import { expect, test } from "bun:test";
import { testBrowser } from "../support/browser.ts";
import { serveFake } from "../support/workspace.ts";

const browser = testBrowser();
const find = (query: string) => ({ parts: [{ call: "ToolSearch", args: { query } }] });

/** Two seconds of silence: 8 kHz, one channel, 8 bits. */
function wav(): Buffer {
  const head = "52494646a43e000057415645666d74201000000001000100401f0000401f00000100080064617461803e0000";
  return Buffer.concat([Buffer.from(head, "hex"), Buffer.alloc(16_000, 0x80)]);
}

test("a notice is a toast on each page of the person, once", async () => {
  await using served = await serveFake([
    find("Notify"),
    { parts: [{ call: "Notify", args: { title: "Build <b>", text: "It is done.\u202e\u001b[31m" } }] },
    { parts: [{ text: "I told you." }] },
  ]);
  await using tab = await browser.open(served.link);
  await using other = await tab.beside(served.address);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Tell me.");
  await page.keyboard.press("Enter");
  const toast = (on: typeof page) => on.locator(".toasts", { hasText: "Build <b>: It is done." });
  await Promise.all([toast(page).waitFor(), toast(other.page).waitFor()]);
  await tab.shot("notify");
  await page.locator(".transcript", { hasText: "I told you." }).waitFor();
  await page.reload();
  await page.locator(".transcript", { hasText: "I told you." }).waitFor();
  expect(await toast(page).count()).toBe(0);
  expect(served.fake.problems).toEqual([]);
});

test("a sound of the project is played in the page when the person asks for it", async () => {
  await using served = await serveFake(
    [
      find("PlayAudio"),
      { parts: [{ call: "PlayAudio", args: { path: "ding.wav" } }] },
      { parts: [{ text: "Listen." }] },
    ],
    { files: { "ding.wav": "" } },
  );
  await Bun.write(`${served.home.project}/ding.wav`, wav());
  await using tab = await browser.open(served.link);
  const { page } = tab;
  await page.getByLabel(/^Message( to|$)/).fill("Play it.");
  await page.keyboard.press("Enter");
  await page.locator(".transcript", { hasText: "Listen." }).waitFor();
  await page.locator(".call-head", { hasText: "ding.wav" }).click();
  await page.getByRole("button", { name: "Play ding.wav here" }).click();
  await page.getByRole("button", { name: "Stop ding.wav" }).waitFor();
  await tab.shot("play-audio");
  expect(await tab.axe(".card")).toEqual([]);
  await page.getByRole("button", { name: "Play ding.wav here" }).waitFor();
});
