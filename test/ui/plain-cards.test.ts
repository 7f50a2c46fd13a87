/** What tools may show as cards of data alone; what does not fit is left out. */
import { expect, test } from "bun:test";
import { cardsOf } from "../../ui/state/cards.ts";

const of = (name: string, data: never) => cardsOf({ type: "custom", name, data });
const given = (value: unknown) => value as never;

test("markdown, lists and keys with values", () => {
  expect<unknown>(of("markdown", given("**bold**"))).toEqual({
    type: "plain",
    plain: { type: "markdown", text: "**bold**" },
  });
  expect<unknown>(of("list", given(["a", 1, true, {}, null]))).toEqual({
    type: "plain",
    plain: { type: "list", items: ["a", "1", "true"] },
  });
  expect<unknown>(of("key-values", given({ a: "x", b: 2, c: [] }))).toEqual({
    type: "plain",
    plain: {
      type: "key-values",
      facts: [
        ["a", "x"],
        ["b", "2"],
      ],
    },
  });
});

test("what is nothing, or nothing known, has no card", () => {
  expect([
    of("markdown", given("")),
    of("list", given([])),
    of("key-values", given([1])),
    of("script", given("x")),
  ]).toEqual([undefined, undefined, undefined, undefined]);
});
