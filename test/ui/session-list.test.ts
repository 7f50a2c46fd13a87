import { expect, test } from "bun:test";
import type { SessionRow } from "../../server/protocol.ts";
import { type Listed, listLines, pendingRows, withWords } from "../../ui/state/session-list.ts";

/** A Wednesday, at noon where the test runs. */
const now = new Date(2026, 5, 17, 12).getTime();
const hourMs = 3_600_000;

const row = (id: string, hoursAgo: number, title = id): SessionRow => ({
  id,
  title,
  updatedAt: now - hoursAgo * hourMs,
  state: "saved",
});

const shown = (lines: readonly Listed[]) => lines.map((line) => (line.type === "heading" ? line.title : line.id));

test("sessions stand under the day that they were last worked on, by the calendar and not by hours", () => {
  const rows = [
    row("a", 0),
    row("b", 12),
    row("c", 12.1),
    row("d", 36),
    row("e", 36.1),
    row("f", 24 * 6),
    row("g", 24 * 7),
  ];
  expect(shown(listLines(rows, now))).toEqual([
    "Today",
    "a",
    "b",
    "Yesterday",
    "c",
    "d",
    "This week",
    "e",
    "f",
    "Older",
    "g",
  ]);
});

test("a session of a clock that runs ahead is of today, and no heading stands over nothing", () => {
  expect(shown(listLines([row("ahead", -48), row("old", 24 * 40)], now))).toEqual(["Today", "ahead", "Older", "old"]);
  expect(listLines([], now)).toEqual([]);
});

test("lines that stay are the same objects, whatever comes before them", () => {
  const before = listLines([row("a", 1), row("b", 30)], now);
  const after = listLines([row("new", 0), row("b", 30), row("a", 1)], now, before);
  expect(shown(after)).toEqual(["Today", "new", "a", "Yesterday", "b"]);
  for (const line of before) expect(after.some((each) => each === line)).toBe(true);
});

test("a title has to hold every word, in any order and case", () => {
  const rows = [row("a", 0, "Mend the Login"), row("b", 0, "login slow"), row("c", 0, "")];
  const found = (text: string) => withWords(rows, text).map(({ id }) => id);
  expect(found("login")).toEqual(["a", "b"]);
  expect(found(" LOGIN  mend ")).toEqual(["a"]);
  expect(found("untitled")).toEqual(["c"]);
  expect(found("  ")).toEqual(["a", "b", "c"]);
  expect(found("logout")).toEqual([]);
});

test("what is about to change shows at once", () => {
  const rows = [row("a", 0), row("b", 1)];
  expect(pendingRows(rows, { removed: new Set(), titles: new Map() })).toBe(rows);
  expect(pendingRows(rows, { removed: new Set(["a"]), titles: new Map([["b", "Better"]]) })).toEqual([
    row("b", 1, "Better"),
  ]);
});
