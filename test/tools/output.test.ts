import { expect, test } from "bun:test";
import fc from "fast-check";
import { cutToTokens, fit, oneLine, plural, sliceWhole } from "../../tools/output.ts";
import { countTokens } from "./tool-bench.ts";

test("units are kept whole while they fit with room for a note, and at least one", () => {
  const units = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 600 });
  const property = fc.property(units, fc.integer({ min: 201, max: 3000 }), (lines, maxTokens) => {
    const { text, count, omittedBytes } = fit(lines, countTokens, maxTokens);
    expect(count).toBeGreaterThan(0);
    if (omittedBytes > 0) {
      expect([count, text + (lines[0] ?? "").slice(text.length)]).toEqual([1, lines[0] ?? ""]);
    } else {
      expect(text).toBe(lines.slice(0, count).join("\n"));
    }
    expect(countTokens(text)).toBeLessThanOrEqual(maxTokens - 200);
  });
  fc.assert(property);
});

test("most of what could fit does", () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} of many`);
  const { text, count } = fit(lines, countTokens, 10_200);
  const more = lines.slice(0, count + 20).join("\n");
  expect(countTokens(text)).toBeLessThanOrEqual(10_000);
  expect(countTokens(more)).toBeGreaterThan(10_000);
});

test("nothing stays nothing", () => {
  expect(fit([], countTokens)).toEqual({ text: "", count: 0, omittedBytes: 0 });
});

test("one long unit is cut, and what was left out is counted", () => {
  const { text, count, omittedBytes } = fit(["x".repeat(500_000), "y"], countTokens);
  expect({ count, all: text.length + omittedBytes }).toEqual({ count: 1, all: 500_000 });
  expect(countTokens(text)).toBeGreaterThan(24_000);
  expect(countTokens(text)).toBeLessThanOrEqual(24_800);
});

test("a cut never splits a character", () => {
  expect(sliceWhole("ab😀cd", 3)).toBe("ab");
  expect(sliceWhole("ab😀cd", 4)).toBe("ab😀");
  expect(cutToTokens("😀".repeat(1000), 10, countTokens).isWellFormed()).toBe(true);
});

test("labels are one short line", () => {
  expect(oneLine("a\n\tb\u001b[31m  c ")).toBe("a b [31m c");
  expect(oneLine("x".repeat(200)).length).toBe(120);
});

test("nouns follow their number", () => {
  expect([plural(1, "line"), plural(2, "line"), plural(0, "match", "matches")]).toEqual([
    "1 line",
    "2 lines",
    "0 matches",
  ]);
});
