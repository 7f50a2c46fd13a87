import { expect, test } from "bun:test";
import { callOf } from "../../ui/state/calls.ts";
import { indexOf, partWith } from "../../ui/state/jump.ts";
import { leaveSpot, pinAfter, type Scroll, spotOf } from "../../ui/state/pin.ts";
import type { Item } from "../../ui/state/view.ts";

const at = (top: number, height = 1_000): Scroll => ({ top, height, viewport: 400 });

test("only the person lets go of the end, and by any step up", () => {
  expect(pinAfter(true, at(600), at(599, 1_010), true)).toBe(false);
  expect(pinAfter(true, at(600), at(599, 1_010), false)).toBe(true);
  expect(pinAfter(true, at(600), at(600, 1_400), true)).toBe(true);
  expect(pinAfter(true, at(600), at(590), true)).toBe(false);
  expect(pinAfter(true, at(600), at(500, 900), true)).toBe(true);
});

test("whoever comes to the end stays there", () => {
  expect(pinAfter(false, at(200), at(600), true)).toBe(true);
  expect(pinAfter(false, at(200), at(560), true)).toBe(true);
  expect(pinAfter(false, at(200), at(500), true)).toBe(false);
  expect(pinAfter(false, at(590), at(560), true)).toBe(false);
  expect(pinAfter(false, at(600), at(600), true)).toBe(false);
  expect(pinAfter(false, at(0), at(0, 400), false)).toBe(true);
});

test("where each agent's transcript stood is known again", () => {
  leaveSpot("s", "a", { type: "row", id: "m3", offset: -12 });
  expect([spotOf("s", "a"), spotOf("s", "b")]).toEqual([{ type: "row", id: "m3", offset: -12 }, { type: "end" }]);
});

test("a row is found by its item, or by a call in it", () => {
  const said = { type: "user", id: "m1", message: "m1", at: 0, text: "", attachments: [] } as const;
  const part = { type: "call", call: { ...callOf("Bash"), callId: "c7" } } as const;
  const rest = {
    live: false,
    stopReason: "toolUse",
    usage: undefined,
    costUsd: undefined,
    durationMs: undefined,
  } as const;
  const origin = { provider: "p", model: "m" };
  const answer: Item = {
    ...{ type: "assistant", id: "m2", message: "m2", at: 0, origin, ...rest },
    parts: [{ type: "text", text: "" }, part],
  };
  const items: Item[] = [said, answer];
  expect(indexOf(items, { type: "item", id: "m1" })).toBe(0);
  expect(indexOf(items, { type: "call", call: "c7" })).toBe(1);
  expect(indexOf(items, { type: "call", call: "c8" })).toBe(-1);
  expect(indexOf(items, { type: "end" })).toBe(1);
  expect([partWith(answer, "c7"), partWith(said, "c7")]).toEqual([1, -1]);
});
