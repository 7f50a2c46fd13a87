import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { promptsOf } from "../../server/input.ts";

test("prompts are joined by a blank line; blank lines and objects without one say nothing", () => {
  const lines = ['{"prompt":"one"}', "", "  ", "{}", '{"other":1}', '{"prompt":""}', '{"prompt":"two\\nlines"}'];
  expect(promptsOf(lines.join("\n"))).toBe("one\n\ntwo\nlines");
  expect(promptsOf(lines.join("\r\n"))).toBe("one\n\ntwo\nlines");
  expect(promptsOf("{}\n")).toBe("");
  expect(promptsOf("")).toBe("");
});

const bad: [string, string][] = [
  ["[]", "Line 1 of the input is not a JSON object."],
  ['{}\n"text"', "Line 2 of the input is not a JSON object."],
  ["null", "Line 1 of the input is not a JSON object."],
  ["7", "Line 1 of the input is not a JSON object."],
  ['{"prompt":"a"}\n\n{"prompt":', 'Line 3 of the input is not JSON: {"prompt":'],
  ["do it", "Line 1 of the input is not JSON: do it"],
  ['{"prompt":7}', "The prompt on line 1 of the input is not a text."],
  ['{"prompt":null}', "The prompt on line 1 of the input is not a text."],
];
test.each(bad)("%p is refused and its line named", (text, sentence) => {
  expect(() => promptsOf(text)).toThrow(new UsageError(sentence));
});
