import { expect, test } from "bun:test";
import type { EventBody } from "../../agent/event.ts";
import { noUsage } from "../../agent/message.ts";
import { styleFor } from "../../server/terminal-text.ts";
import { TerminalView } from "../../server/terminal-view.ts";

/** What a terminal shows of these events; with colours where it `isTTY`. */
function drawn(bodies: readonly EventBody[], isTTY = false): string {
  let text = "";
  const view = new TerminalView((more) => (text += more), styleFor({ isTTY }, {}));
  for (const [index, body] of bodies.entries()) view.show({ ...body, seq: index + 1, agent: "main", at: 0 });
  return text;
}

const part = (index: number, kind: "text" | "thinking" | "toolCall"): EventBody => ({
  type: "partStarted",
  message: "m2",
  part: index,
  kind,
});
const delta = (index: number, text: string): EventBody => ({ type: "delta", message: "m2", part: index, text });
const ended: EventBody = {
  type: "callEnded",
  message: "m2",
  usage: noUsage,
  costUsd: 0,
  totalCostUsd: 0,
  durationMs: 1,
};
const result = (text: string, isError: boolean): EventBody => ({
  type: "message",
  message: { type: "toolResult", id: "m3", at: 0, callId: "c1", name: "Bash", kind: "final", isError, text },
});

test("an answer streams and ends its line", () => {
  expect(drawn([part(0, "text"), delta(0, "Hel"), delta(0, "lo."), ended])).toBe("Hello.\n");
  expect(drawn([part(0, "text"), delta(0, "Hello.\n"), ended])).toBe("Hello.\n");
  expect(drawn([ended])).toBe("");
});

test("thinking, text and a call each stand on lines of their own; arguments are not shown", () => {
  const events = [
    part(0, "thinking"),
    delta(0, "Hm."),
    part(1, "text"),
    delta(1, "I look."),
    part(2, "toolCall"),
    delta(2, '{"command":"ls"}'),
    ended,
    { type: "toolStarted", call: "c1", name: "Bash", label: "Bash ls" } as const,
    result("no such file\nmore", true),
    part(0, "text"),
    delta(0, "It failed."),
    ended,
  ];
  expect(drawn(events)).toBe("Hm.\nI look.\n• Bash ls\n  ✗ no such file\nIt failed.\n");
});

test("who goes on for whom and why, and until when nobody can", () => {
  const settings = {
    effort: "none",
    thinkingBudget: "none",
    thinkingOutput: "none",
    tier: "auto",
    cacheTtlSec: 0,
  } as const;
  const [model, from] = [
    { provider: "openai", model: "b" },
    { provider: "anthropic", model: "a" },
  ];
  const error = { code: "rate_limit", message: "A is limiting requests." };
  const skipped = [{ model: "google c", message: "Too dear." }];
  const events: EventBody[] = [
    { type: "switched", model, settings, from, insteadOf: from, error, skipped },
    { type: "switched", model: from, settings, from: model },
    { type: "suspended", until: 0, error, waits: true },
    { type: "suspended", until: 0, error, waits: false },
  ];
  expect(drawn(events).replaceAll(/at \d\d:\d\d(?: [AP]M)?/g, "at then")).toBe(
    [
      "A is limiting requests.",
      "  (not google c: Too dear.)",
      "Now on openai b.",
      "Now on anthropic a.",
      "A is limiting requests. It goes on by itself at then; say something to go on now.",
      "It can go on at then.",
      "",
    ].join("\n"),
  );
});

test("thinking and labels are dim, errors red", () => {
  const events = [part(0, "thinking"), delta(0, "Hm."), part(1, "text"), delta(1, "So."), ended, result("bad", true)];
  expect(drawn(events, true)).toBe("\x1b[2mHm.\x1b[0m\nSo.\n\x1b[31m  ✗ bad\x1b[0m\n");
});

test("a successful result shows nothing, and a long error only its beginning", () => {
  expect(drawn([result("fine", false)])).toBe("");
  expect(drawn([result(`\n\n${"x".repeat(500)}`, true)])).toBe(`  ✗ ${"x".repeat(160)}\n`);
});

test("an answer that starts over says so, and its parts are drawn again", () => {
  const events: EventBody[] = [
    part(0, "text"),
    delta(0, "Wrong"),
    { type: "retry", attempt: 1, delayMs: 0, error: { code: "interrupted", message: "Anthropic stopped." } },
    { type: "partsReset", message: "m2" },
    part(0, "text"),
    delta(0, "Right."),
    ended,
  ];
  expect(drawn(events)).toBe("Wrong\nAnthropic stopped. Trying again in 0.0 s.\n(the answer starts over)\nRight.\n");
});

const error = { code: "auth", message: "Anthropic refused the credentials.", hint: "Check the key." };
const lines: [EventBody, string][] = [
  [{ type: "error", error }, "Anthropic refused the credentials.\n  Check the key.\n"],
  [{ type: "switchFailed", error: { code: "x", message: "No." } }, "No.\n"],
  [{ type: "compactFailed", error: { code: "x", message: "Nothing." } }, "Nothing.\n"],
  [{ type: "retry", attempt: 1, delayMs: 12_300, error }, "Anthropic refused the credentials. Trying again in 12 s.\n"],
  [{ type: "toolDetached", call: "c1" }, "  (goes on in the background)\n"],
  [{ type: "compactStarted" }, "Summarising the conversation…\n"],
  [{ type: "cleared", upTo: "m1" }, "The conversation is cleared.\n"],
  [{ type: "idle", reason: "done" }, ""],
  [{ type: "saved", upTo: 4 }, ""],
];
test.each(lines)("%j", (event, shown) => {
  expect(drawn([event])).toBe(shown);
});

test("no escape of a model, a tool or a provider reaches the terminal", () => {
  const evil = "\x1b]0;x\x07\x1b[2J\u202e";
  const events: EventBody[] = [
    part(0, "text"),
    delta(0, `a${evil}`),
    part(1, "thinking"),
    delta(1, `b${evil}`),
    { type: "toolStarted", call: "c1", name: "Bash", label: `c${evil}` },
    result(`d${evil}`, true),
    { type: "error", error: { code: "x", message: `e${evil}`, hint: `f${evil}` } },
    { type: "retry", attempt: 1, delayMs: 0, error: { code: "x", message: `g${evil}` } },
    { type: "switched", model: { provider: `h${evil}`, model: `i${evil}` }, settings: settings() },
  ];
  expect([...drawn(events)].filter((char) => /[^\P{Cc}\n]|[\u202a-\u202e]/u.test(char))).toEqual([]);
});

function settings() {
  return { effort: "none", thinkingBudget: "none", thinkingOutput: "none", tier: "auto", cacheTtlSec: 0 } as const;
}

test("what a long call is about is told, each word once and not too often", () => {
  let text = "";
  const view = new TerminalView((more) => (text += more), styleFor({}, {}));
  const news = (at: number, said: string, stream: "status" | "stdout" = "status") =>
    view.show({ type: "toolOutput", call: "c1", stream, text: said, seq: 1, agent: "main", at });
  news(0, "Waiting for a.b\u001b[31m");
  news(100, "1 of 2");
  news(3_000, "2 of 2");
  news(6_000, "2 of 2");
  news(9_000, "output", "stdout");
  expect(text).toBe("  … Waiting for a.b[31m\n  … 2 of 2\n");
});
