/**
 * Models that run in the page: real Chromium with its WebGPU on the processor, where a step takes a tenth of a second
 * however small the model is, and the first of each kind some seconds. So the model here says one sentence by rote.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { AgentEvent } from "../../agent/event.ts";
import { sessionFile } from "../../agent/session.ts";
import { freshHome, type Home } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { must } from "../support/must.ts";
import { writeRote } from "../support/onnx-rote.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser({ gpu: true });
const plain = testBrowser();
const words = ["The", " water", " is", " good", " for", " people", "."];
const sentence = words.join("");
const beginning = "The water is";

/** The program with the model in the page, as a person starts it. */
async function serveRote(home: Home, tools: string, forever: boolean) {
  const folder = join(home.path, "rote");
  await writeRote(folder, { words, forever });
  return serve(home, ["--provider", "browser", "--model", `onnx:${folder}?ctx=2048`, "--tools", tools]);
}

async function say(page: Page, text: string): Promise<void> {
  await page.locator(".composer textarea").fill(text);
  await page.keyboard.press("Enter");
}

const state = (page: Page, hasText: string) => page.locator(".agent-state", { hasText }).waitFor();

/** What the home's only session has on the disk. */
async function eventsOf(home: Home): Promise<AgentEvent[]> {
  const [path] = [...new Bun.Glob(`**/${sessionFile}`).scanSync({ cwd: home.data, absolute: true })];
  return Bun.JSONL.parse(await Bun.file(must(path, "a session")).text()) as AgentEvent[];
}

const billsOf = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.type === "callEnded" ? [event.usage] : []));

const answersOf = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.type === "message" && event.message.type === "assistant" ? [event.message] : []));

test("a model in the tab calls a tool, answers from what it gives, reads on from there, and asks nobody but the server", async () => {
  using home = freshHome();
  await Bun.write(join(home.project, "notes.md"), "The deadline is 14 March.\n");
  await using served = await serveRote(home, "Read", false);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(60_000);
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await say(page, 'Use Read with file_path "notes.md".');
  await state(page, "Done");
  await page.getByText(sentence).waitFor();
  await say(page, "How is the water?");
  await page.getByText(sentence).nth(1).waitFor();
  await state(page, "Done");
  await tab.shot("page-model");

  const events = await eventsOf(home);
  const [call, answer, again] = answersOf(events);
  expect(call?.parts).toMatchObject([{ type: "toolCall", name: "Read", args: { file_path: "notes.md" } }]);
  const results = events.flatMap((event) =>
    event.type === "message" && event.message.type === "toolResult" ? [event.message] : [],
  );
  expect(results.map(({ text, isError }) => [text.includes("14 March"), isError])).toEqual([[true, false]]);
  for (const message of [answer, again]) {
    expect(message).toMatchObject({ parts: [{ type: "text", text: sentence }], stopReason: "endTurn" });
  }
  const [first, second, third] = billsOf(events);
  // What was evaluated for the call, and the call itself, is there for what follows.
  expect(second?.cacheRead).toBeGreaterThan(first?.input ?? Number.NaN);
  expect(third?.cacheRead).toBeGreaterThan(third?.input ?? Number.NaN);
  expect(asked.some((path) => /^\/api\/weights\/[0-9a-f]{16}\/onnx\/model_q4\.onnx$/.test(path))).toBe(true);
  expect(asked.some((path) => /^\/api\/runtime\/ort-wasm[\w.-]+\.wasm$/.test(path))).toBe(true);
}, 120_000);

test("an answer in the tab stops with the token it is at; where the tab is closed, another goes on with the next message", async () => {
  using home = freshHome();
  await using served = await serveRote(home, "none", true);
  await using watcher = await browser.open(served.link);
  const { page } = watcher;
  page.setDefaultTimeout(60_000);
  {
    // The latest tab is asked.
    await using runner = await watcher.beside(page.url());
    await runner.page.locator(".composer textarea").waitFor();
    await say(page, "How is the water?");
    await page.getByText(beginning).waitFor();
    await page.keyboard.press("Escape");
    await state(page, "Stopped");
    const events = await eventsOf(home);
    const [said] = answersOf(events).map(textOf);
    expect(sentence.repeat(100)).toStartWith(must(said));
    expect(wordsIn(must(said))).toBe(must(billsOf(events)[0]).output);

    await say(page, "And now?");
    await page.getByText(beginning).nth(1).waitFor();
  }
  await page.getByText("The tab that ran the model was closed or cut off.").first().waitFor();
  await page.getByText("What it had said is kept.").first().waitFor();
  const cut = must(answersOf(await eventsOf(home)).map(textOf)[1]);
  expect(wordsIn(cut)).toBeGreaterThan(1);
  expect(sentence.repeat(100)).toStartWith(cut);

  await say(page, "Go on.");
  await page.getByText(beginning).nth(2).waitFor();
  await page.keyboard.press("Escape");
  await state(page, "Stopped");
}, 120_000);

test("a tab of a browser without WebGPU offers nothing, and what to do is said where the answer would stand", async () => {
  using home = freshHome();
  await using served = await serveRote(home, "none", false);
  await using tab = await plain.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(20_000);
  await say(page, "How is the water?");
  await page.getByText("No tab that can run a model is open.").waitFor();
  await page.getByText("Open the workspace in a browser with WebGPU").waitFor();
}, 60_000);

const textOf = ({ parts }: ReturnType<typeof answersOf>[number]) =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("");

/** Tokens of a text of whole words. */
const wordsIn = (text: string) => text.match(/ ?\w+|\./g)?.length ?? 0;
