import { expect, test } from "bun:test";
import { UsageError } from "../../agent/error.ts";
import { targetMatcher } from "../../agent/target.ts";

const labels = ["main", "w-1", "w-2", "w-10", "W-3", "a.b", "axb"];
const meant = (target: string) => labels.filter(targetMatcher(target));

const rows: [target: string, meant: string[]][] = [
  ["main", ["main"]],
  ["mai", []],
  ["a.b", ["a.b"]],
  ["w-*", ["w-1", "w-2", "w-10"]],
  ["*", labels],
  ["w-?", ["w-1", "w-2"]],
  ["{main,w-2}", ["main", "w-2"]],
  ["{w-?,a*}", ["w-1", "w-2", "a.b", "axb"]],
  ["w-{1,10}", ["w-1", "w-10"]],
  ["a.?", ["a.b"]],
  ["/^w/", ["w-1", "w-2", "w-10"]],
  ["/^w/i", ["w-1", "w-2", "w-10", "W-3"]],
  ["/b$/", ["a.b", "axb"]],
  ["", []],
  ["{}", []],
  ["{", []],
  ["$^*", []],
  ["/", []],
];

test.each(rows)("%j means what it says", (target, expected) => {
  expect(meant(target)).toEqual(expected);
});

test.each(["/(/", "/[/", "/a{2,1}/"])("%j is malformed", (target) => {
  expect(() => targetMatcher(target)).toThrow(
    new UsageError(`"${target}" does not name agents: it is not a valid pattern.`),
  );
});
