import { expect, test } from "bun:test";
import fc from "fast-check";
import { project } from "./patch-rig.ts";
import { updateBody } from "./patches.ts";

const line = fc.constantFrom("a", "b", "", "  c", "}", "\ttab", "- x", "+ y", "@@ z", "*** End Patch", "é“”");
const content = fc.array(line, { maxLength: 40 }).map((lines) => lines.map((each) => `${each}\n`).join(""));

test("a patch of the difference of two files makes one of the other", async () => {
  const property = fc.asyncProperty(content, content, async (before, after) => {
    using dir = project({ "a.txt": before });
    const body = updateBody(before, after);
    if (body === undefined) return;
    const { text, isError } = await dir.patch("*** Update File: a.txt", body);
    expect([text, isError, dir.read("a.txt")]).toEqual([expect.any(String), false, after]);
  });
  await fc.assert(property, { numRuns: 200 });
});

test("line breaks and the end of the file stay what they were, whatever is patched", async () => {
  const property = fc.asyncProperty(content, content, fc.boolean(), fc.boolean(), async (before, after, dos, open) => {
    const body = updateBody(before, after);
    if (body === undefined || before === "" || after === "") return;
    const write = (text: string) => {
      const whole = dos ? text.replaceAll("\n", "\r\n") : text;
      return open ? whole.replace(/\r?\n$/, "") : whole;
    };
    // Without a break, a last line that is empty is no line.
    if (open && [before, after].some((text) => /(?:^|\n)\n$/.test(text))) return;
    using dir = project({ "a.txt": `\uFEFF${write(`first\n${before}`)}` });
    const { isError } = await dir.patch("*** Update File: a.txt", body);
    expect([isError, dir.read("a.txt")]).toEqual([false, `\uFEFF${write(`first\n${after}`)}`]);
  });
  await fc.assert(property, { numRuns: 100 });
});
