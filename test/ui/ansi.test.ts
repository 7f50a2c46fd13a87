import { expect, test } from "bun:test";
import { TerminalText, terminalLines } from "../../ui/text/ansi.ts";

const esc = "\u001b";
const textsOf = (text: string) => terminalLines(text).map((line) => line.map((span) => span.text).join(""));
const stylesOf = (text: string) => terminalLines(text)[0]?.map(({ text, style }) => [text, style]);

test("the sixteen colours, 256, and all, in front and behind", () => {
  expect(stylesOf(`${esc}[31mred${esc}[0m ${esc}[92;44mlime`)).toEqual([
    ["red", { fg: "a1" }],
    [" ", {}],
    ["lime", { fg: "a10", bg: "a4" }],
  ]);
  expect(stylesOf(`${esc}[38;5;208ma${esc}[48;5;240mb${esc}[38;5;9mc${esc}[39;49md`)).toEqual([
    ["a", { fg: "#ff8700" }],
    ["b", { fg: "#ff8700", bg: "#585858" }],
    ["c", { fg: "a9", bg: "#585858" }],
    ["d", {}],
  ]);
  const orange = { fg: "#ff8000" };
  expect(stylesOf(`${esc}[38;2;255;128;0ma`)).toEqual([["a", orange]]);
  expect(stylesOf(`${esc}[38:2::255:128:0ma`)).toEqual([["a", orange]]);
  expect(stylesOf(`${esc}[38:2:255:128:0ma`)).toEqual([["a", orange]]);
  expect(stylesOf(`${esc}[38;2;999;-1;xma`)).not.toContain("<");
});

test("weights and lines, and their ends", () => {
  expect(stylesOf(`${esc}[1;2;3;4;7;9mx${esc}[22;23;24;27;29my${esc}[4:3mz${esc}[4:0mo`)).toEqual([
    ["x", { bold: true, dim: true, italic: true, underline: true, inverse: true, strike: true }],
    ["y", {}],
    ["z", { underline: true }],
    ["o", {}],
  ]);
  expect(stylesOf(`${esc}[1ma${esc}[mb${esc}[>4;1mc${esc}[?1md`)).toEqual([
    ["a", { bold: true }],
    ["bcd", {}],
  ]);
  expect(stylesOf(`${esc}[32m.${esc}[0m${esc}[32m.`)).toEqual([["..", { fg: "a2" }]]);
});

test("lines are written over as on a terminal", () => {
  expect(textsOf("10%\r50%\r100%\ndone\n")).toEqual(["100%", "done", ""]);
  expect(textsOf(`downloading${esc}[2K\rdone`)).toEqual(["done"]);
  expect(textsOf(`a long line\r${esc}[Kshort`)).toEqual(["short"]);
  expect(textsOf(`abcdef${esc}[3D${esc}[1Kx`)).toEqual(["   xef"]);
  expect(textsOf("abc\b\bX")).toEqual(["aXc"]);
  expect(textsOf(`one\ntwo\nthree${esc}[2A\rONE${esc}[B\rTWO`)).toEqual(["ONE", "TWO", "three"]);
  expect(textsOf(`one\ntwo\n${esc}[2F${esc}[Jnew`)).toEqual(["new"]);
  expect(textsOf(`a${esc}[5Gb\tc`)).toEqual(["a   b   c"]);
  expect(textsOf("a\r\nb\r\n")).toEqual(["a", "b", ""]);
  expect(textsOf(`kept${esc}[2J${esc}[Hmore`)).toEqual(["keptmore"]);
});

test("titles, links, the clipboard, questions and what hides are dropped", () => {
  const dropped = [
    ...[
      `${esc}]0;title\u0007`,
      `${esc}]8;;https://evil.example${esc}\\`,
      `${esc}]52;c;cm0gLXJm\u0007`,
      "\u009d2;t\u009c",
    ],
    ...[
      `${esc}[6n`,
      `${esc}[c`,
      `${esc}Pq#0;2${esc}\\`,
      `${esc}_G x${esc}\\`,
      `${esc}^x${esc}\\`,
      `${esc}(B`,
      `${esc}c`,
    ],
    ...[`${esc}[?1049h`, `${esc}[?25l`, "\u0007", "\u0000", "\u202e", "\u2066", "\u200b", "\u200f", "\ufeff", "\u0085"],
  ];
  for (const each of dropped) expect(textsOf(`a${each}b`)).toEqual(["ab"]);
  expect(textsOf(`a${esc}]0;never ended\nb`)).toEqual(["a", "b"]);
  expect(textsOf("<b>&amp;</b>")).toEqual(["<b>&amp;</b>"]);
});

test("wide and joined characters take the room that they have", () => {
  expect(textsOf("日本\rX")).toEqual(["X 本"]);
  expect(textsOf("日本\b\bx")).toEqual(["日x "]);
  expect(textsOf("e\u0301x\re")).toEqual(["ex"]);
  expect(textsOf("👩‍👩‍👧!\b.")).toEqual(["👩‍👩‍👧."]);
  expect(textsOf("👍🏽 ok")).toEqual(["👍🏽 ok"]);
  expect(textsOf(`a${"\u0301".repeat(5_000)}b`)[0]?.length).toBeLessThan(50);
});

test("moves of the cursor are bounded", () => {
  expect(textsOf(`${esc}[999999999Cx`)[0]).toHaveLength(1_001);
  expect(textsOf(`${esc}[999999999Gx`)[0]).toHaveLength(1_000);
  expect(textsOf(`a${esc}[99999999A${esc}[99999999B${esc}[99999999Db`)).toEqual(["b"]);
  const many = Array.from({ length: 1_000 }, (_, index) => `${index}`);
  const lines = textsOf(`${many.join("\n")}${esc}[999A\rover`);
  expect(lines).toEqual(many.with(800, "over"));
});

const busy = Array.from(
  { length: 400 },
  (_, index) => `${esc}[3${index % 8}mstep ${index}${esc}[0m 日 👩‍👧\r${index}\n${esc}]0;t${index}\u0007${esc}[1A+\n`,
).join("");

test("output that grows by any pieces shows what it shows at once, and lines that stood keep their objects", () => {
  for (const step of [1, 7, 64]) {
    const terminal = new TerminalText();
    for (let end = step; end < busy.length; end += step) terminal.update(busy.slice(0, end));
    const before = terminal.update(busy);
    expect(before).toEqual(terminalLines(busy));
    const after = terminal.update(`${busy}more`);
    expect(after.filter((line, at) => line !== before[at])).toHaveLength(1);
  }
});

test("another text, or one that lost its beginning, begins anew", () => {
  const terminal = new TerminalText();
  terminal.update(`${esc}[31mred`);
  expect(terminal.update("plain")).toEqual(terminalLines("plain"));
});

test("a megabyte, whole and by small pieces", () => {
  const text = `${esc}[32mok${esc}[0m 12 passed of all\n`.repeat(40_000);
  expect(terminalLines(text)).toHaveLength(40_001);
  const terminal = new TerminalText();
  let lines = 0;
  for (let end = 0; end < text.length; end += 5_000) lines = terminal.update(text.slice(0, end)).length;
  expect(lines).toBeGreaterThan(39_000);
  expect(terminalLines("x".repeat(1_000_000))[0]?.[0]?.text).toHaveLength(1_000_000);
  expect(terminalLines("\r".repeat(500_000))).toHaveLength(1);
});
