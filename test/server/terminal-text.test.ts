import { expect, test } from "bun:test";
import { printable, styleFor } from "../../server/terminal-text.ts";

/** Without its escape character a sequence is only odd text, whatever way it was torn between two deltas. */
const hostile: [string, string][] = [
  ["\x1b[31mred\x1b[0m", "[31mred[0m"],
  ["\x1b[2J\x1b[H\x1b[3Jgone", "[2J[H[3Jgone"],
  ["\x1b]0;title\x07text", "]0;titletext"],
  ["\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "]8;;https://evil.example\\link]8;;\\"],
  ["\x1b]52;c;c2VjcmV0\x07clip", "]52;c;c2VjcmV0clip"],
  ["\x1bP1$r0m\x1b\\dcs", "P1$r0m\\dcs"],
  ["\x1bcreset\x1b(0charset", "creset(0charset"],
  ["\x9b31mC1\x9d0;t\x9c\x90", "31mC10;t"],
  ["a\rb\bc\x7fd\x00e\x07f\x0bg\x0ch", "abcdefgh"],
  ["abc\u202edcba\u202c \u2066x\u2069 \u202ay\u202b\u202d\u2067\u2068", "abcdcba x y"],
  ["tab\tand\nline", "tab\tand\nline"],
  ["crlf\r\nline", "crlf\nline"],
  ["é 日本 👩‍👩‍👧 العربية עברית", "é 日本 👩‍👩‍👧 العربية עברית"],
];
test.each(hostile)("%j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("nothing that moves a cursor is left of any character by itself", () => {
  for (let code = 0; code < 0x10000; code++) {
    const shown = printable(String.fromCharCode(code));
    const control = (code < 0x20 && code !== 9 && code !== 10) || (code >= 0x7f && code < 0xa0);
    if (control) expect(shown).toBe("");
  }
});

test("colours only on a terminal that wants them", () => {
  const on = styleFor({ isTTY: true }, {});
  expect([on.dim("a"), on.bold("b"), on.red("c"), on.red("")]).toEqual([
    "\x1b[2ma\x1b[0m",
    "\x1b[1mb\x1b[0m",
    "\x1b[31mc\x1b[0m",
    "",
  ]);
  const off = [
    styleFor({}, {}),
    styleFor({ isTTY: true }, { NO_COLOR: "1" }),
    styleFor({ isTTY: true }, { TERM: "dumb" }),
  ];
  expect(off.map((style) => style.dim("a"))).toEqual(["a", "a", "a"]);
});
