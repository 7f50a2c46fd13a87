import { expect, test } from "bun:test";
import { createScanner, type Scan, type ScanOptions } from "../../../providers/local/scan.ts";

/** What a scanner says of a text that comes in these pieces, runs of one kind joined. */
function scan(pieces: readonly string[], options: ScanOptions): Scan[] {
  const scanner = createScanner(options);
  const all: Scan[] = [];
  for (const piece of pieces) {
    const found = scanner.push(piece);
    all.push(...found);
    if (found.some(({ type }) => type === "open" || type === "stop")) return join(all);
  }
  return join([...all, ...scanner.end()]);
}

function join(scans: readonly Scan[]): Scan[] {
  const joined: Scan[] = [];
  for (const each of scans) {
    const last = joined.at(-1);
    if ((each.type === "text" || each.type === "thinking") && last?.type === each.type) {
      joined[joined.length - 1] = { type: each.type, text: last.text + each.text };
    } else joined.push(each);
  }
  return joined;
}

const json = { open: '{"tool"', openAtLine: true };
const tagged = { open: "<tool_call>", stops: ["STOP"] };

const cases: readonly [string, string, ScanOptions, Scan[]][] = [
  ["plain words", "a < b and {x}", json, [{ type: "text", text: "a < b and {x}" }]],
  [
    "thinking apart from words, without the space between",
    "<think>\nhm <b>\n</think>\n\nYes.",
    tagged,
    [
      { type: "thinking", text: "hm <b>\n" },
      { type: "text", text: "Yes." },
    ],
  ],
  [
    "a call after words",
    'Look:\n{"tool": "Read"',
    json,
    [
      { type: "text", text: "Look:\n" },
      { type: "open", at: 6 },
    ],
  ],
  ["a call at once", '{"tool": "Read"', json, [{ type: "open", at: 0 }]],
  ["no call in the middle of a line", 'Say {"tool": 1}', json, [{ type: "text", text: 'Say {"tool": 1}' }]],
  [
    "a tagged call anywhere",
    "Hm <tool_call>{",
    tagged,
    [
      { type: "text", text: "Hm " },
      { type: "open", at: 3 },
    ],
  ],
  [
    "no call inside thinking",
    "<think><tool_call>x</think>done",
    tagged,
    [
      { type: "thinking", text: "<tool_call>x" },
      { type: "text", text: "done" },
    ],
  ],
  [
    "a stop sequence",
    "one STOP two",
    tagged,
    [
      { type: "text", text: "one " },
      { type: "stop", sequence: "STOP" },
    ],
  ],
  ["half a mark at the end", "x <tool_ca", tagged, [{ type: "text", text: "x <tool_ca" }]],
  [
    "an answer that begins inside thinking",
    "so</think>Yes",
    { ...tagged, thinking: true },
    [
      { type: "thinking", text: "so" },
      { type: "text", text: "Yes" },
    ],
  ],
];

for (const [what, text, options, expected] of cases) {
  test(`${what}, however the text is cut`, () => {
    expect(scan([text], options)).toEqual(expected);
    expect(scan([...text], options)).toEqual(expected);
    for (let at = 1; at < text.length; at++)
      expect(scan([text.slice(0, at), text.slice(at)], options)).toEqual(expected);
  });
}

test("text is told as soon as it cannot become a mark", () => {
  const scanner = createScanner(tagged);
  expect(scanner.push("Hello <")).toEqual([{ type: "text", text: "Hello " }]);
  expect(scanner.push("b")).toEqual([{ type: "text", text: "<b" }]);
});
