/** Uses a page as a person does: with a pointer and keys. */
import type { Locator } from "playwright-core";
import { type Call, needed } from "./reply.ts";
import { find, TargetError } from "./target.ts";

export type Handling = "click" | "type" | "press" | "select" | "hover" | "scroll" | "wait";

/** Rejects with `TargetError`, or what the browser says. */
export async function handle(call: Call, how: Handling): Promise<void> {
  const { page, request, context } = call;
  const options = { timeout: request.timeoutMs, signal: context.signal };
  const target = () => find(page, needed(request, "target"));
  switch (how) {
    case "click":
      return await (await target()).click(options);
    case "hover":
      return await (await target()).hover(options);
    case "type":
      return await type(call, await target());
    case "press": {
      if (request.target !== undefined) await (await target()).focus(options);
      return await page.keyboard.press(keyOf(needed(request, "text")));
    }
    case "select":
      return void (await (await target()).selectOption(needed(request, "text"), options));
    case "scroll":
      return await scroll(call);
    case "wait":
      return await wait(call);
  }
}

/** Replaces what stands in a field; what is no field gets keys. */
async function type({ page, request, context }: Call, target: Locator): Promise<void> {
  const options = { timeout: request.timeoutMs, signal: context.signal };
  const text = needed(request, "text");
  const canFill = await target.evaluate(
    (node) => node.matches("input, textarea, select, label") || (node instanceof HTMLElement && node.isContentEditable),
    undefined,
    options,
  );
  if (canFill) await target.fill(text, options);
  else {
    await target.focus(options);
    await page.keyboard.type(text.slice(0, 2_000));
  }
  if (request.submit === true) await page.keyboard.press("Enter");
}

/** `ctrl+a` as the browser knows it. */
function keyOf(text: string): string {
  const names: Readonly<Record<string, string>> = {
    ctrl: "Control",
    cmd: "Meta",
    esc: "Escape",
    return: "Enter",
    del: "Delete",
    space: "Space",
    " ": "Space",
  };
  const parts = text === "+" ? ["+"] : text.split(/\+(?!$)/);
  return parts
    .map(
      (part) =>
        names[part.toLowerCase()] ??
        (/^(?:control|shift|alt|meta|enter|escape|tab)$/i.test(part) ? capital(part) : part),
    )
    .join("+");
}

const capital = (word: string) => `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`;

async function scroll({ page, request, context }: Call): Promise<void> {
  if (request.target !== undefined) {
    const options = { timeout: request.timeoutMs, signal: context.signal };
    return await (await find(page, request.target)).scrollIntoViewIfNeeded(options);
  }
  const steps: Readonly<Record<string, string>> = {
    up: "scrollBy(0, -innerHeight * 0.9)",
    down: "scrollBy(0, innerHeight * 0.9)",
    top: "scrollTo(0, 0)",
    bottom: "scrollTo(0, document.documentElement.scrollHeight)",
  };
  const step = steps[request.text ?? "down"];
  if (step === undefined) throw new TargetError("Scroll to a target, or with text up, down, top or bottom.");
  await page.evaluate(step);
}

/** For an element, for words, or with neither until nothing is loaded any more. */
async function wait({ page, request, context }: Call): Promise<void> {
  const options = { timeout: request.timeoutMs, signal: context.signal };
  const { target, text } = request;
  if (text !== undefined) return await page.getByText(text).first().waitFor(options);
  if (target === undefined) return await page.waitForLoadState("networkidle", options);
  const endAt = performance.now() + request.timeoutMs;
  for (;;) {
    try {
      return await (await find(page, target)).waitFor({ ...options, timeout: Math.max(1, endAt - performance.now()) });
    } catch (error) {
      if (!(error instanceof TargetError) || performance.now() > endAt) throw error;
      await context.clock.sleep(100, context.signal);
      context.signal.throwIfAborted();
    }
  }
}
