/** A model that runs in the page: real Chromium with its WebGPU on the processor, and real weights. */
import { expect, test } from "bun:test";
import { freshHome } from "../server/program.ts";
import { testBrowser } from "../support/browser.ts";
import { testOnnxFolder } from "../support/onnx-model.ts";
import { serve } from "../support/workspace.ts";

const browser = testBrowser({ gpu: true });

test("an ONNX model is loaded in the tab, which asks nobody but the server, and its call is stopped there", async () => {
  using home = freshHome();
  const model = `onnx:${await testOnnxFolder()}?ctx=1024`;
  await using served = await serve(home, ["--provider", "browser", "--model", model, "--tools", "none"]);
  await using tab = await browser.open(served.link);
  const { page } = tab;
  page.setDefaultTimeout(60_000);
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await page.locator(".composer textarea").fill("What is the capital of France?");
  await page.keyboard.press("Enter");
  await page.getByText(/^Waiting for onnx:/).waitFor();
  expect(asked.some((path) => /^\/api\/weights\/[0-9a-f]{16}\/onnx\/model_q4\.onnx$/.test(path))).toBe(true);
  expect(asked.some((path) => /^\/api\/runtime\/ort-wasm[\w.-]+\.wasm$/.test(path))).toBe(true);
  await page.getByRole("button", { name: "Stop" }).first().click();
  await page.getByText(/^Waiting for onnx:/).waitFor({ state: "detached" });
}, 90_000);
