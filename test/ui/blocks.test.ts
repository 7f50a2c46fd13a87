import { expect, test } from "bun:test";
import { array, assert, constantFrom, property } from "fast-check";
import { type Block, Blocks } from "../../ui/text/blocks.ts";

const texts: readonly string[] = [
  "One.\n\nTwo with **bold**.\nStill two.\n\n# Head\nAfter it.",
  "- a\n\n- b\n\n  more of b\n\n- c\n\nEnd.",
  "1. a\n\n2. b\n   - c\n   - d\n\n3. e\n\n4 is no item.",
  "* a\n\n*emphasis*\n\n**Bold**: text\n\n+ other list\n+ goes on",
  "- a\n- ```ts\n  const x = 1;\n\n  const y = 2;\n  ```\n- c",
  "Text\n```ts title=x\nconst x = 1;\n\n\nconst y;\n```\nAfter.\n\n```\nopen\n\nfence",
  "````md\n```ts\nx\n```\n````\n\n~~~ sh\necho ``` ~~~\n~~~\n~~~~\n~~~\n~~~~",
  "```\n```\n\n```js\n\n```\n\n  ```ts\n  indented\n  ```\n",
  "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | `x|y` |\nlazy row\n\nEnd.",
  "Before\n| a | b |\n|---|---|x\n\n| a |\n|---|\n| 1 |\n> quote\n\n| a | b |\n| - | - |\n# Head",
  "Head\n====\n\nOther\n---\n\nText\n- list\n\nText\n***\n---\n- - -\n",
  "<details>\n<summary>x</summary>\n\nInside\n\n</details>\n\n<!-- a\n\ncomment -->\n\n<div>\n**x**\n</div>\nText",
  "<pre>\n\nopen html",
  "    indented\n\n    code\n\nText\n\n\ttabbed",
  "> quote\nlazy\n\n> other\n>\n> - list\n>   ```\n>   code\n>   ```",
  "[a]: https://a.example\n\nSee [a].\n\nUnclosed **bold\n\n`code",
  "A\r\n\r\n- b\r\n- c\r\n\r\n```ts\r\nx\r\n```\r\n\r\nEnd\r\n",
  "\n\n\nStart\n\n\n\n\nEnd\n\n\n",
  "a\n\n---\n\n- [ ] todo\n- [x] done\n\n1) x\n2) y\n\n```",
  "Ünïcode 👩‍👩‍👧 text\n\n表 | 格\n--- | ---\n一 | 二\n",
  "",
  "   \n",
];

/** As it is drawn at the end of a text that came in pieces of so many characters. */
function grown(text: string, step = 1): readonly Block[] {
  const blocks = new Blocks();
  for (let end = step; end < text.length; end += step) blocks.update(text.slice(0, end), true);
  blocks.update(text, true);
  return blocks.update(text);
}

test("a text that grew by characters has the blocks that it has at once", () => {
  for (const text of texts) expect(grown(text)).toEqual(new Blocks().update(text));
});

test("so has any mixture of them", () => {
  const line = constantFrom(
    ...["a", "- a", "  b", "1. a", "2. b", "", "", "```", "~~~", "| a | b |", "|---|---|", "> q", "# h", "---", "==="],
    ...["    c", "<div>", "</div>", "<!--", "-->", "**b** c", "* * *", "\t- d", "[a]: b", "| c"],
  );
  const text = array(line, { maxLength: 14 }).map((lines) => lines.join("\n"));
  assert(
    property(text, (text) => expect(grown(text)).toEqual(new Blocks().update(text))),
    { numRuns: 1_500 },
  );
});

test("what is in the blocks is the text", () => {
  const text = "Text\n\n```ts\nconst x = 1;\n```\n\n| a |\n|---|\n| 1 |\n\n- b";
  expect(new Blocks().update(text)).toEqual([
    { type: "markdown", source: "Text", lang: "", done: true },
    { type: "code", source: "const x = 1;", lang: "ts", done: true },
    { type: "table", source: "| a |\n|---|\n| 1 |", lang: "", done: true },
    { type: "markdown", source: "- b", lang: "", done: true },
  ]);
});

test("blocks that are done stay the same objects", () => {
  for (const text of texts) {
    const blocks = new Blocks();
    let before: readonly Block[] = [];
    for (let end = 1; end <= text.length; end += 1) {
      const now = blocks.update(text.slice(0, end), true);
      for (const [index, block] of before.entries()) if (block.done) expect(now[index]).toBe(block);
      before = now;
    }
  }
});

test("another text begins anew, and a text that goes back too", () => {
  const blocks = new Blocks();
  blocks.update("One\n\n```ts\nx", true);
  expect(blocks.update("Two\n\nx")).toEqual(new Blocks().update("Two\n\nx"));
  expect(blocks.update("Two")).toEqual(new Blocks().update("Two"));
});

/** Characters read for each that there is, where the text comes by 20. */
function readPerChar(text: string): number {
  const blocks = new Blocks();
  for (let end = 20; end < text.length; end += 20) blocks.update(text.slice(0, end), true);
  blocks.update(text);
  return blocks.lexed / text.length;
}

test("what is read does not grow with what came before", () => {
  const many = (line: string, count: number) => line.repeat(count);
  expect(readPerChar(many("A paragraph of some words, as they are.\n\n", 2_000))).toBeLessThan(4);
  expect(readPerChar(`\`\`\`ts\n${many("const x = 1;\n", 5_000)}`)).toBeLessThan(2);
  expect(readPerChar(`| a | b |\n|---|---|\n${many("| one | two |\n", 5_000)}`)).toBeLessThan(4);
  expect(readPerChar(many("- an item of a list\n", 2_000))).toBeLessThan(40);
  const numbered = Array.from({ length: 2_000 }, (_, index) => `${index + 1}. an item\n`).join("");
  expect(readPerChar(numbered)).toBeLessThan(40);
});

test("a long list is cut so that its numbers go on", () => {
  const text = Array.from({ length: 45 }, (_, index) => `${index + 1}. item`).join("\n");
  const blocks = grown(text);
  expect(blocks).toEqual(new Blocks().update(text));
  expect(blocks.map(({ source }) => source.split("\n")[0])).toEqual(["1. item", "21. item"]);
  expect(new Blocks().update("1. item\n".repeat(45))).toHaveLength(1);
});

test("a megabyte of ten thousand blocks, whole and growing", () => {
  const text = Array.from({ length: 10_000 }, (_, index) => `Block ${index} ${"has words ".repeat(9)}`).join("\n\n");
  expect(new Blocks().update(text)).toHaveLength(10_000);
  const blocks = new Blocks();
  for (let end = 4_000; end < text.length; end += 4_000) blocks.update(text.slice(0, end), true);
  expect(blocks.update(text)).toHaveLength(10_000);
  expect(blocks.lexed / text.length).toBeLessThan(4);
});

test("nesting without end is one block, at once", () => {
  for (const mark of [">", "> ", "- ", "1. "]) expect(new Blocks().update(mark.repeat(20_000))).toHaveLength(1);
});
