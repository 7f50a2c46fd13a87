import { expect, test } from "bun:test";
import { captureOutput, type Stream } from "../../tools/bash-output.ts";

const limits = { maxChars: 1000, maxTokens: 1000, countTokens: (text: string) => Math.ceil(text.length / 4) };

function shown(pieces: readonly [Stream, string | Uint8Array][], overrides: Partial<typeof limits> = {}): string {
  const capture = captureOutput();
  for (const [stream, piece] of pieces) capture.add(stream, typeof piece === "string" ? Buffer.from(piece) : piece);
  return capture.text({ ...limits, ...overrides });
}

test("lines of both streams stay whole, in the order they arrived", () => {
  expect(
    shown([
      ["stdout", "one\ntw"],
      ["stderr", "bad"],
      ["stdout", "o\nthree"],
      ["stderr", "ly\n"],
    ]),
  ).toBe("one\ntwo\n[stderr]\nbadly\n[stdout]\nthree");
});

test("escapes, rewritten lines and other control characters become plain text", () => {
  const text = "\u001b[1;31mred\u001b[0m \u001b]0;title\u0007end\r\n10 %\r50 %\rdone\r\ntab\tbell\u0007\0\0 nul";
  expect(shown([["stdout", text]])).toBe("red end\ndone\ntab\tbell\ufffd nul");
  expect(shown([["stdout", new Uint8Array([0xff, 0xfe, 0xfd, 65])]])).toBe("\ufffdA");
});

test("what is too long keeps its start and end, whole lines, and stderr after it", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
  const text = shown([
    ["stdout", lines.join("")],
    ["stderr", "what went wrong\n"],
    ["stdout", "the end\n"],
  ]);
  expect(text).toStartWith("line 0\nline 1\n");
  expect(text).toMatch(/\nline \d+\n\[… about 3,\d{3} characters left out; .*…\]\nline \d+\n/);
  expect(text).toEndWith("line 499\nthe end\n[stderr]\nwhat went wrong");
  expect(text.length).toBeLessThanOrEqual(limits.maxChars + 20);
});

test("a long stderr has what stdout leaves, and at least a quarter", () => {
  const long = "wrong ".repeat(2000);
  const alone = shown([
    ["stdout", "short\n"],
    ["stderr", long],
  ]);
  expect(alone.length).toBeGreaterThan(900);
  expect(alone).toStartWith("short\n[stderr]\nwrong ");
  const both = shown([
    ["stdout", "right ".repeat(2000)],
    ["stderr", long],
  ]);
  expect(both.length).toBeLessThanOrEqual(limits.maxChars + 20);
  expect(both.split("[stderr]\n")[1]?.length).toBeGreaterThan(150);
});

test("tokens bound it as well, and a character is never split", () => {
  const text = shown([["stdout", "😀".repeat(3000)]], { maxTokens: 100, countTokens: (part) => part.length });
  expect(text.length).toBeLessThanOrEqual(100);
  expect(shown([["stdout", `a${"😀".repeat(3000)}`]])).toMatch(/^a(😀)+\n\[…[^\n]*\]\n(😀)+$/u);
});

test("more than can be kept says about how much is missing", () => {
  const capture = captureOutput();
  for (let index = 0; index < 1000; index++) capture.add("stdout", Buffer.from(`${"é".repeat(499)}\n`));
  expect(capture.bytes).toEqual({ stdout: 999_000, stderr: 0 });
  const text = capture.text(limits);
  expect(text).toMatch(/about [89]\d\d,\d{3} characters left out/);
  expect(text).not.toContain("\ufffd");
});

test("what has colours and is short is kept for people as it came", () => {
  const coloured = (...pieces: string[]) => {
    const capture = captureOutput();
    for (const piece of pieces) capture.add("stdout", Buffer.from(piece));
    return capture.coloured();
  };
  expect(coloured("\u001b[32mgre", "en\u001b[0m\n")).toBe("\u001b[32mgreen\u001b[0m\n");
  expect(coloured("plain\n")).toBeUndefined();
  expect(coloured("\u001b[32m", "x".repeat(40_000))).toBeUndefined();
});
