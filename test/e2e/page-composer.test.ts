/** The composer as a person meets it, in Chromium, on the program and a fake provider. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { testBrowser } from "../support/browser.ts";
import type { FakeRequest, FakeStep } from "../support/fake-types.ts";
import { serve, serveFake } from "../support/workspace.ts";

const browser = testBrowser();

/** A tool runs until the file `go` is there. */
const waits = "while [ ! -e go ]; do sleep 0.02; done; echo released";

function script({ view }: FakeRequest): FakeStep {
  const last = view.messages.at(-1);
  const text = last?.texts.at(-1) ?? "";
  if (text.startsWith("work")) return { parts: [{ text: "At it." }, { call: "Bash", args: { command: waits } }] };
  const pictures = last?.images.length ?? 0;
  if (text === "" && pictures === 0) return { parts: [{ text: "The tool is done." }] };
  return { parts: [{ text: pictures > 0 ? `I see ${last?.images.join(", ")}.` : `You said: ${text}.` }] };
}

const files = { "src/greeting.ts": "export {};\n", "src/other.ts": "export {};\n", "notes/my plan.md": "# Plan\n" };
const field = (page: Page) => page.locator("#composer-field");
const hints = (page: Page) => page.locator("#composer-hints");
const rows = (page: Page) => page.locator(".queue-text");
const options = (page: Page) => page.getByRole("option");

async function write(page: Page, text: string): Promise<void> {
  await field(page).focus();
  await page.keyboard.type(text);
}

async function say(page: Page, text: string): Promise<void> {
  await write(page, text);
  await page.keyboard.press("Enter");
}

async function queue(page: Page, text: string): Promise<void> {
  await write(page, text);
  await hints(page).getByText("queues").waitFor();
  await page.keyboard.press("Tab");
  await rows(page).getByText(text).waitFor();
}

/** Waits until the rows of the queue have these words. */
async function queueIs(page: Page, words: readonly string[]): Promise<void> {
  await page.waitForFunction((wanted) => {
    const shown = [...document.querySelectorAll(".queue-text")].map((row) => row.textContent);
    return JSON.stringify(shown) === wanted;
  }, JSON.stringify(words));
}

test("a session begins by typing; what is queued is put in order, changed and taken back, and outlives a halt", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link, { theme: "dark" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  expect(await hints(page).textContent()).toContain("begins a session");
  await tab.shot("composer-new");
  await say(page, "work on it");
  await page.locator(".call.running").waitFor();
  await hints(page).getByText("Write to steer.").waitFor();
  await queue(page, "first");
  await queue(page, "second");
  await queue(page, "third");
  await write(page, "a text of\\");
  await page.keyboard.press("Enter");
  await page.keyboard.type("several");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("lines");
  expect(await field(page).inputValue()).toBe("a text of\nseveral\nlines");
  await tab.shot("composer-queue");
  expect(await tab.axe(".main")).toEqual([]);
  await page.getByRole("button", { name: /^Move “third”/ }).focus();
  await page.keyboard.press("ArrowUp");
  await queueIs(page, ["first", "third", "second"]);
  await page.keyboard.press("ArrowUp");
  await queueIs(page, ["third", "first", "second"]);
  await page.getByRole("button", { name: "Edit" }).nth(1).click();
  await page.getByRole("textbox", { name: "Message in the queue" }).fill("first, in other words");
  await page.keyboard.press("Enter");
  await queueIs(page, ["third", "first, in other words", "second"]);
  await page.getByRole("button", { name: "Take back" }).nth(2).click();
  await queueIs(page, ["third", "first, in other words"]);
  await dragRow(page, 0, 1);
  await queueIs(page, ["first, in other words", "third"]);
  await page.getByRole("button", { name: "when all is done" }).first().click();
  await page.getByRole("button", { name: "after this turn" }).waitFor();
  await field(page).focus();
  await page.keyboard.press("Escape");
  await hints(page).getByText("again ends the running tools").waitFor();
  await page.keyboard.press("Escape");
  await hints(page).getByText("sends this, then the queue").waitFor();
  await queueIs(page, ["first, in other words", "third"]);
  await field(page).fill("");
  await hints(page).getByText("goes on").waitFor();
  await tab.emulate({ theme: "light" });
  await tab.shot("composer-halted");
  await page.keyboard.press("Enter");
  await page.getByText("You said: third.").waitFor();
  expect(served.fake.requests.map(({ view }) => view.messages.at(-1)?.texts.at(-1) ?? "").slice(-2)).toEqual([
    "first, in other words",
    "third",
  ]);
  await queueIs(page, []);
});

/** Drags a row by its grip below another one. */
async function dragRow(page: Page, from: number, below: number): Promise<void> {
  const grip = await page.locator(".grip").nth(from).boundingBox();
  const row = await page.locator(".queue-row").nth(below).boundingBox();
  if (!grip || !row) throw new Error("The rows are not shown.");
  await page.mouse.move(grip.x + 4, grip.y + 4);
  await page.mouse.down();
  await page.mouse.move(grip.x + 4, row.y + row.height - 4, { steps: 4 });
  await page.locator(".drop-below").waitFor();
  await page.mouse.up();
}

test("what is typed steers a running tool's agent at once, and a queued message can be made to", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link, { size: "phone" });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "work on it");
  await page.locator(".call.running").waitFor();
  await write(page, "hurry");
  await tab.shot("composer-steer");
  await page.getByRole("button", { name: "Steer" }).click();
  await page.getByText("You said: hurry.").waitFor();
  await write(page, "later");
  await page.getByRole("button", { name: "Queue" }).click();
  await queueIs(page, ["later"]);
  await tab.shot("composer-queue");
  expect(await tab.axe(".main")).toEqual([]);
  await page.getByRole("button", { name: "Send now" }).click();
  await page.getByText("You said: later.").waitFor();
  await page.locator(".call.background").waitFor();
  await Bun.write(join(served.home.project, "go"), "");
  await page.locator(".call.done").waitFor();
});

test("files, agents and commands are completed by keys and by mouse", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await write(page, "See @gre");
  await options(page).getByText("greeting").waitFor();
  expect(await field(page).getAttribute("aria-expanded")).toBe("true");
  expect(await page.locator("mark").first().textContent()).toBe("gre");
  await tab.shot("composer-files");
  expect(await tab.axe(".main")).toEqual([]);
  await page.keyboard.press("Enter");
  expect(await field(page).inputValue()).toBe("See @src/greeting.ts ");
  await page.keyboard.type("and @plan");
  await options(page).getByText("my plan.md").click();
  expect(await field(page).inputValue()).toBe('See @src/greeting.ts and @"notes/my plan.md" ');
  await page.keyboard.type("@no");
  await options(page).first().waitFor();
  await page.keyboard.press("Escape");
  await options(page).first().waitFor({ state: "detached" });
  await page.keyboard.press("Control+z");
  expect(await field(page).getAttribute("role")).toBe(null);
  await field(page).fill("");
  await page.keyboard.type("/th");
  await options(page).nth(1).waitFor();
  await tab.shot("composer-commands");
  expect(await options(page).locator(".completion-name").allTextContents()).toEqual(["/theme", "/thinking"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.type("da");
  await options(page).getByText("dark").waitFor();
  await page.keyboard.press("Enter");
  expect(await field(page).inputValue()).toBe("/theme dark ");
  await page.keyboard.press("Enter");
  await page.locator("html[data-theme=dark]").waitFor();
  expect(await field(page).inputValue()).toBe("");
  await say(page, "/kill nothing");
  await page.getByRole("alert").getByText("/kill needs the id of a call").waitFor();
  expect(await field(page).inputValue()).toBe("/kill nothing");
  await tab.shot("composer-refused");
});

/** Pastes files into the field, or drops them on the conversation. */
async function bring(
  page: Page,
  how: "paste" | "drop",
  given: readonly { name: string; type: string; data: string }[],
) {
  await page.evaluate(
    ({ how, given }) => {
      const data = new DataTransfer();
      for (const { name, type, data: base64 } of given) {
        data.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name, { type }));
      }
      const options = { bubbles: true, cancelable: true };
      if (how === "paste") {
        const field = document.querySelector("#composer-field");
        field?.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
      } else {
        document.querySelector("main")?.dispatchEvent(new DragEvent("drop", { ...options, dataTransfer: data }));
      }
    },
    { how, given },
  );
}

/** A picture of this width, in base64. */
function drawn(page: Page, width: number, type: string): Promise<string> {
  return page.evaluate(
    ({ width, type }) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height: width / 2 });
      canvas.getContext("2d")?.fillRect(0, 0, 20, 20);
      return canvas.toDataURL(type).split(",")[1] ?? "";
    },
    { width, type },
  );
}

test("pictures are pasted and dropped, made smaller where they are big, and reach the model; texts are quoted", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await bring(page, "paste", [{ name: "shot.png", type: "image/png", data: await drawn(page, 64, "image/png") }]);
  await page.getByRole("img", { name: "shot.png" }).waitFor();
  const big = await drawn(page, 3_000, "image/jpeg");
  await bring(page, "drop", [
    { name: "big.jpg", type: "image/jpeg", data: big },
    { name: "notes.txt", type: "text/plain", data: btoa("a ``` b\n") },
    { name: "bad.png", type: "image/png", data: btoa("no picture") },
    { name: "tool.bin", type: "", data: btoa("\0\u00ff") },
  ]);
  const large = page.getByRole("img", { name: "big.jpg" });
  await large.waitFor();
  expect(await large.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth))).toBe(2_000);
  expect(await field(page).inputValue()).toBe("````notes.txt\na ``` b\n````\n");
  await page.getByText("bad.png is left out: it cannot be read as a picture.").waitFor();
  await page.getByText("tool.bin is left out: it is neither a picture nor a text").waitFor();
  await tab.shot("composer-pictures");
  expect(await tab.axe(".main")).toEqual([]);
  await page.getByRole("button", { name: "Remove big.jpg" }).click();
  await field(page).fill("");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("I see image/png.").waitFor();
  await page.getByRole("button", { name: "Enlarge shot.png" }).waitFor();
});

test("drafts and history outlive a reload, and words that are refused come back", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "hello");
  await page.getByText("You said: hello.").waitFor();
  await write(page, "half a thought");
  await page.reload();
  await page.getByText("You said: hello.").waitFor();
  expect(await field(page).inputValue()).toBe("half a thought");
  await page.keyboard.press("ArrowUp");
  expect(await field(page).inputValue()).toBe("hello");
  await page.keyboard.press("ArrowDown");
  expect(await field(page).inputValue()).toBe("half a thought");
  await field(page).fill("/send nobody are you there?");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText('"nobody" names no living agent.').waitFor();
  expect(await field(page).inputValue()).toBe("/send nobody are you there?");
  await page.keyboard.press("Alt+n");
  await hints(page).getByText("begins a session").waitFor();
  expect(await field(page).inputValue()).toBe("");
});

test("what is sent while the server is away waits in sight, and is said once when it is back", async () => {
  await using served = await serveFake(script, { files });
  await using tab = await browser.open(served.link, { allow: [/WebSocket|ERR_CONNECTION_REFUSED/] });
  const { page } = tab;
  page.setDefaultTimeout(15_000);
  await say(page, "hello");
  await page.getByText("You said: hello.").waitFor();
  served.program.kill("SIGSTOP");
  await say(page, "to a sleeper");
  await page.locator(".unsent").getByText("to a sleeper").waitFor();
  await tab.shot("composer-unsent");
  served.program.kill("SIGCONT");
  await page.getByText("You said: to a sleeper.").waitFor();
  served.program.kill("SIGTERM");
  await served.program.exited;
  await say(page, "to nobody");
  await page.locator(".unsent").getByText("to nobody").waitFor();
  await using _again = await serve(served.home, ["--port", new URL(served.address).port]);
  await page.getByText("You said: to nobody.").waitFor();
  await page.locator(".unsent").waitFor({ state: "detached" });
  const asked = served.fake.requests.map(({ view }) => view.messages.at(-1)?.texts.at(-1));
  expect(asked).toEqual(["hello", "to a sleeper", "to nobody"]);
  expect(await page.locator(".said-text").allTextContents()).toEqual(["hello", "to a sleeper", "to nobody"]);
});
