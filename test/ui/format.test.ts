import { expect, test } from "bun:test";
import {
  plural,
  shownBytes,
  shownCount,
  shownMs,
  shownPrice,
  shownShare,
  shownSpeed,
  shownUsd,
  shownWhen,
} from "../../ui/state/format.ts";

test("durations", () => {
  expect([0, 40, 999, 1_449, 9_949, 12_400, 59_499, 185_000, 7_200_000, 7_800_000].map(shownMs)).toEqual([
    "0 ms",
    "40 ms",
    "999 ms",
    "1.4 s",
    "9.9 s",
    "12 s",
    "59 s",
    "3 min 5 s",
    "2 h",
    "2 h 10 min",
  ]);
});

test("no unit holds as much as makes the next one", () => {
  expect([9_960, 59_700, 3_599_700].map(shownMs)).toEqual(["10 s", "1 min", "1 h"]);
  expect([999, 9_960, 999_499, 999_500].map(shownCount)).toEqual(["999", "10k", "999k", "1M"]);
  expect([1_023, 1_024 ** 2 - 1, 1_024 ** 3 - 1].map(shownBytes)).toEqual(["1023 B", "1 MB", "1 GB"]);
});

test("counts, money, sizes and prices", () => {
  expect([0, 950, 1_240, 48_000, 1_300_000].map(shownCount)).toEqual(["0", "950", "1.2k", "48k", "1.3M"]);
  expect([0, 0.00001, 0.0123, 0.4, 12.345].map(shownUsd)).toEqual(["$0", "<$0.0001", "$0.0123", "$0.40", "$12.35"]);
  expect([0, 98_362_432, 2.5e9].map(shownBytes)).toEqual(["0 B", "94 MB", "2.3 GB"]);
  expect([3, 0.3, 12.5, 0.075].map(shownPrice)).toEqual(["$3", "$0.30", "$12.50", "$0.075"]);
  expect([7.46, 41.2, 16_700].map(shownSpeed)).toEqual(["7.5 tokens/s", "41 tokens/s", "17k tokens/s"]);
  expect([plural(1, "file"), plural(0, "file")]).toEqual(["1 file", "0 files"]);
});

test("a share says nothing only of nothing, and all only of all", () => {
  expect([0, 0.001, 0.074, 0.5, 0.999, 1, 1.2].map(shownShare)).toEqual([
    "0 %",
    "<1 %",
    "7 %",
    "50 %",
    "99 %",
    "100 %",
    "120 %",
  ]);
});

test("when something was or will be", () => {
  const now = 1_000_000_000_000;
  const when = (seconds: number) => shownWhen(now + seconds * 1_000, now);
  expect([-2, 0, 10, -50, -300, 3_500, 7_300, -90_000, -400_000].map(when)).toEqual([
    "just now",
    "just now",
    "in 10 s",
    "1 min ago",
    "5 min ago",
    "in 58 min",
    "in 2 h",
    "1 day ago",
    "5 days ago",
  ]);
});
