import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Hunk } from "../../agent/message.ts";
import { diffReplacements, diffTexts } from "../../tools/hunks.ts";

/** Applies hunks as `patch` would, checking every line and number of them. */
function apply(before: string, hunks: readonly Hunk[]): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const now: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    now.push(...old.slice(at, start));
    at = start;
    expect(now.length).toBe(hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1);
    const [atHunk, nowHunk] = [at, now.length];
    hunk.lines.forEach((line, index) => {
      if (line.startsWith("\\")) return;
      const text = line.slice(1) + (hunk.lines[index + 1]?.startsWith("\\") ? "" : "\n");
      if (!line.startsWith("+")) {
        expect(old[at]).toBe(text);
        at++;
      }
      if (!line.startsWith("-")) now.push(text);
    });
    expect([at - atHunk, now.length - nowHunk]).toEqual([hunk.oldLines, hunk.newLines]);
  }
  return [...now, ...old.slice(at)].join("");
}

const text = fc
  .array(fc.constantFrom("a", "b", "c", "\n", "\n", "d\n"), { maxLength: 60 })
  .map((parts) => parts.join(""));

test("applying the hunks between two texts gives the second", async () => {
  const property = fc.asyncProperty(text, text, async (before, after) => {
    expect(apply(before, await diffTexts(before, after))).toBe(after);
  });
  await fc.assert(property, { numRuns: 500 });
});

test("applying the hunks of replacements gives the edited text", async () => {
  const property = fc.asyncProperty(
    text,
    fc.constantFrom("a", "b\n", "\n", "\na", "d\nd"),
    text,
    async (before, from, to) => {
      const made = [...before.matchAll(new RegExp(from, "g"))].map(({ index }) => ({
        start: index,
        end: index + from.length,
        text: to,
      }));
      const after = before.replaceAll(from, () => to);
      expect(apply(before, await diffReplacements(before, after, made))).toBe(after);
    },
  );
  await fc.assert(property, { numRuns: 500 });
});

test("far changes are apart, near ones together, each with three lines around", async () => {
  const lines = Array.from({ length: 40 }, (_, index) => `${index + 1}\n`);
  const changed = lines.with(9, "ten\n").with(12, "thirteen\n").toSpliced(30, 1);
  expect(await diffTexts(lines.join(""), changed.join(""))).toEqual([
    {
      oldStart: 7,
      oldLines: 10,
      newStart: 7,
      newLines: 10,
      lines: [" 7", " 8", " 9", "-10", "+ten", " 11", " 12", "-13", "+thirteen", " 14", " 15", " 16"],
    },
    { oldStart: 28, oldLines: 7, newStart: 28, newLines: 6, lines: [" 28", " 29", " 30", "-31", " 32", " 33", " 34"] },
  ]);
});

test("a missing line break at the end is said as patch says it", async () => {
  const lines = ["-a", "\\ No newline at end of file", "+a"];
  expect(await diffTexts("a", "a\n")).toEqual([{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines }]);
});

test("same texts have no hunks, and new or emptied ones have one", async () => {
  expect(await diffTexts("a\n", "a\n")).toEqual([]);
  expect(await diffTexts("", "a\n")).toEqual([{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ["+a"] }]);
  expect(await diffTexts("a\n", "")).toEqual([{ oldStart: 1, oldLines: 1, newStart: 0, newLines: 0, lines: ["-a"] }]);
});

test("a rewrite past the limit of the search is one hunk", async () => {
  const make = (word: string) => Array.from({ length: 3000 }, (_, index) => `${word} ${index}\n`).join("");
  const hunks = await diffTexts(make("old"), make("new"));
  expect(hunks.map(({ oldLines, newLines }) => [oldLines, newLines])).toEqual([[3000, 3000]]);
  expect(apply(make("old"), hunks)).toBe(make("new"));
});
