import { expect, test } from "bun:test";
import { findInItems, stepIn } from "../../ui/state/find-in.ts";
import { bySession } from "../../ui/state/find-words.ts";
import { Replay } from "../../ui/state/recording.ts";
import { beginningOf } from "../../ui/state/start.ts";
import { assistant, result, user } from "../agent/entries.ts";
import { eventsOf } from "../server/saved.ts";

const events = eventsOf([
  user(1, "Look at Alpha"),
  assistant(2, "looking at alpha", ["c1"]),
  result(3, "c1", "found: beta"),
  user(4, "and gamma?"),
]);
const items =
  new Replay({ session: { id: "aaaaaaaaaaaa", title: "", updatedAt: 0 }, events }).at(events.length).get("main")
    ?.items ?? [];

test("rows are found by what they say, also by what is folded in their calls", () => {
  expect(findInItems(items, "alpha")).toEqual(["m1", "m2"]);
  expect(findInItems(items, "Alpha")).toEqual(["m1"]);
  expect(findInItems(items, "beta")).toEqual(["m2"]);
  expect(findInItems(items, "")).toEqual([]);
  expect(findInItems(items, "delta")).toEqual([]);
});

test("steps go around, and begin at the end that they come from", () => {
  const found = ["a", "b", "c"];
  expect(stepIn(found, undefined, -1)).toBe("c");
  expect(stepIn(found, undefined, 1)).toBe("a");
  expect(stepIn(found, "a", -1)).toBe("c");
  expect(stepIn(found, "c", 1)).toBe("a");
  expect(stepIn(found, "gone", 1)).toBe("a");
  expect(stepIn([], undefined, 1)).toBe(undefined);
});

test("passages of a session stand together, sessions in the order in which they came", () => {
  const match = (session: string, at: number) =>
    ({
      session,
      title: session === "b" ? "" : "A",
      agent: "main",
      messageId: "m1",
      at,
      role: "user",
      snippet: "",
      ranges: [],
    }) as const;
  const matches = [match("a", 3), match("b", 2), match("a", 1)];
  expect(bySession(matches)).toEqual([
    { session: "a", title: "A", matches: [match("a", 3), match("a", 1)] },
    { session: "b", title: "Untitled", matches: [match("b", 2)] },
  ]);
});

test("who answers is told before anything is asked: the first choice, the person's own, or a model yet to be fetched", () => {
  const model = (id: string, away?: boolean) =>
    ({
      id,
      wireId: id,
      aliases: [],
      tags: [],
      windowTokens: 0,
      efforts: [],
      thinking: [],
      images: false,
      ...(away ? { away } : {}),
    }) as const;
  const cloud = { name: "anthropic", local: false, usable: true, anyName: false, models: [model("opus")] };
  const local = { name: "local", local: true, usable: true, anyName: true, models: [model("small", true)] };
  expect(beginningOf([{ ...cloud, first: "opus" }, local], {})).toEqual({
    type: "ready",
    provider: "anthropic",
    model: "opus",
    isLocal: false,
  });
  expect(beginningOf([{ ...cloud, first: "opus" }, local], { provider: "local", model: "small" })).toEqual({
    type: "away",
    model: "small",
  });
  expect(beginningOf([cloud, { ...local, first: "small" }], {})).toEqual({ type: "away", model: "small" });
  expect(beginningOf([cloud, local], {})).toEqual({ type: "away", model: "small" });
  expect(beginningOf([cloud, { ...local, first: "small", models: [model("small")] }], {})).toEqual({
    type: "ready",
    provider: "local",
    model: "small",
    isLocal: true,
  });
  expect(beginningOf([], {})).toBe(undefined);
});
