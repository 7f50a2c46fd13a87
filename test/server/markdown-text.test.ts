import { expect, test } from "bun:test";
import fc from "fast-check";
import { marked } from "marked";
import { fenced, folded, inline, markdownBody } from "../../server/markdown-text.ts";

const html = (text: string) => marked.parse(text, { async: false });

/** Tags that the rendered document has beyond those that Markdown itself makes. */
function foreignTags(text: string): string[] {
  const own =
    /^<\/?(?:p|h[1-6]|pre|code|em|strong|del|ul|ol|li|blockquote|table|thead|tbody|tr|t[hd]|a|hr|br|details|summary)\b/i;
  return (html(text).match(/<[a-z/!?][^>]*/gi) ?? []).filter((tag) => !own.test(tag));
}

test("code keeps its signs, and what would be markup outside of it is shown as it stands", () => {
  const shown: [string, string][] = [
    ["Use `<b>` and ``a ` <i>`` here.", "Use `<b>` and ``a ` <i>`` here."],
    ["```html\n<b>x</b>\n```\n<b>y</b>", "```html\n<b>x</b>\n```\n\\<b>y\\</b>"],
    ["~~~\n```\n<b>", "~~~\n```\n<b>\n~~~"],
    ["````\n```\n````\n<i>", "````\n```\n````\n\\<i>"],
    ["a < b <3 ![x](y) \\<b> \\\\<b>", "a < b <3 \\![x](y) \\<b> \\\\\\<b>"],
    ["<!-- <?x </a", "\\<!-- \\<?x \\</a"],
    ["`open\n`<b>` x", "`open\n`\\<b>` x"],
    ["`open\n\n`<b>` x", "`open\n\n`<b>` x"],
    ["\\`<b>`", "\\`\\<b>`"],
    ["\\``<b>`<i>`", "\\``\\<b>`\\<i>`"],
    ["one\u202etwo\u001b[2J\r\n", "onetwo[2J"],
  ];
  for (const [text, expected] of shown) expect(markdownBody(text)).toBe(expected);
});

test("whatever a text is made of, no tag and no image comes out of it, and what follows stands outside of it", () => {
  const pieces = [
    "`",
    "``",
    "```",
    "~~~",
    "\\",
    "<script>",
    "</details>",
    "<img src=x>",
    "![x](http://e/)",
    "<!--",
    "\n",
  ];
  const words = [...pieces, "\n\n", " ", "    ", "a", "# ", "> ", "- ", "|", "*", "]", "(", "&lt;", "\t"];
  const any = fc.array(fc.constantFrom(...words), { maxLength: 24 });
  const spans = fc.array(fc.constantFrom("`", "``", "\\", "<script>", "\n", "\n\n", "# ", "x"), { maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(any, spans), (parts) => {
      const text = `${markdownBody(parts.join(""))}\n\n# End\n`;
      expect({ text, tags: foreignTags(text) }).toEqual({ text, tags: [] });
      expect(html(text)).toEndWith("<h1>End</h1>\n");
    }),
    { numRuns: 10_000 },
  );
});

test("a fence holds whatever is in it; words on a line stay words on a line", () => {
  const texts = fc.array(
    fc.constantFrom("`", "```", "\n", "~", "<b>", "</details>", " ", "#", "x", "*", "|", "[", "](y)"),
    {
      maxLength: 16,
    },
  );
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join("");
      expect(html(folded(text, fenced(text)))).toMatch(
        /^<details><summary>[^<]*<\/summary><pre><code>[^<]*<\/code><\/pre>\n<\/details>$/,
      );
      expect(html(`x ${inline(text)}`)).toMatch(/^<p>x[^<]*<\/p>\n$/);
    }),
  );
});
