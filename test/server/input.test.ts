import { expect, test } from "bun:test";
import { type NumberedLine, readPrompts } from "../../server/input.ts";

async function* numbered(text: string): AsyncGenerator<NumberedLine> {
  for (const [index, line] of text.split("\n").entries()) yield { number: index + 1, text: line };
}

const promptsOf = async (text: string) => (await readPrompts(numbered(text))).text;

test("prompts are joined by a blank line; blank lines and objects without one say nothing", async () => {
  const lines = ['{"prompt":"one"}', "", "  ", "{}", '{"other":1}', '{"prompt":""}', '{"prompt":"two\\nlines"}'];
  expect(await promptsOf(lines.join("\n"))).toBe("one\n\ntwo\nlines");
  expect(await promptsOf(lines.join("\r\n"))).toBe("one\n\ntwo\nlines");
  expect(await promptsOf("{}\n")).toBe("");
  expect(await promptsOf("")).toBe("");
});

const bad: [string, string][] = [
  ["[]", "Line 1 of the input is not a JSON object."],
  ['{}\n"text"', "Line 2 of the input is not a JSON object."],
  ["null", "Line 1 of the input is not a JSON object."],
  ["7", "Line 1 of the input is not a JSON object."],
  ['{"prompt":"a"}\n\n{"prompt":', 'Line 3 of the input is not JSON: {"prompt":'],
  ["do it", "Line 1 of the input is not JSON: do it"],
  ['{"prompt":7}', "The prompt on line 1 of the input is not a text."],
  ['{"prompt":"a"}\n{"answer":{"askId":"a1"}}', "Line 2 of the input answers before anything was asked."],
  ['{"prompt":null}', "The prompt on line 1 of the input is not a text."],
];
test.each(bad)("%p is refused and its line named", async (text, sentence) => {
  const { message } = await promptsOf(text).then(
    () => new Error("It is read."),
    (error) => error,
  );
  expect(message).toBe(sentence);
});

test("a line that says to start ends the prompt; what follows is left to be read", async () => {
  const lines = numbered('{"prompt":"one"}\n{"prompt":"two","start":true}\n{"answer":1}\n{"prompt":"late"}');
  const { text, more } = await readPrompts(lines);
  expect(text).toBe("one\n\ntwo");
  expect(await Array.fromAsync(more ?? [])).toEqual([
    { number: 3, text: '{"answer":1}' },
    { number: 4, text: '{"prompt":"late"}' },
  ]);
});
