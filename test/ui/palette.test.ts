import { expect, test } from "bun:test";
import { afterChoice, type Choice, type ChoiceKind, findChoices, readQuery } from "../../ui/state/palette.ts";

const choice = (kind: ChoiceKind, title: string): Choice => ({ kind, id: title, title, detail: "", run() {} });

const all = [
  choice("action", "New session"),
  choice("action", "Rename the session"),
  choice("agent", "session-helper"),
  choice("session", "Why is the session slow?"),
  choice("file", "server/session.ts"),
  choice("command", "/resume [SESSION]"),
];

const titles = (text: string, recent: readonly string[] = []) =>
  findChoices(all, readQuery(text), recent).map((found) => found.choice.title);

test("a prefix narrows to one kind, and is not searched for", () => {
  expect(readQuery("> new ")).toEqual({ kind: "action", words: "new" });
  expect(readQuery("a > b")).toEqual({ kind: undefined, words: "a > b" });
  expect(titles("@ses")).toEqual(["session-helper"]);
  expect(titles("#ses")).toEqual(["Why is the session slow?"]);
  expect(titles("/res")).toEqual(["/resume [SESSION]"]);
  expect(titles(">")).toEqual(["New session", "Rename the session"]);
});

test("all kinds together stand by how well they fit: at the beginning, at a word, scattered", () => {
  expect(titles("session")).toEqual([
    "session-helper",
    "New session",
    "server/session.ts",
    "/resume [SESSION]",
    "Rename the session",
    "Why is the session slow?",
  ]);
  expect(titles("nwssn")).toEqual(["New session"]);
  expect(titles("xyz")).toEqual([]);
});

test("the letters that matched are told", () => {
  const [found] = findChoices(all, readQuery("new"), []);
  expect(found?.ranges).toEqual([[0, 3]]);
});

test("recent choices come first where nothing is typed, and win among equals", () => {
  const recent = afterChoice(afterChoice([], "session:Why is the session slow?"), "action:Rename the session");
  expect(recent).toEqual(["action:Rename the session", "session:Why is the session slow?"]);
  expect(titles("", recent)).toEqual([
    "Rename the session",
    "Why is the session slow?",
    "New session",
    "session-helper",
  ]);
  expect(titles("session", recent).slice(0, 3)).toEqual([
    "session-helper",
    "Rename the session",
    "Why is the session slow?",
  ]);
  expect(afterChoice(recent, "session:Why is the session slow?")[0]).toBe("session:Why is the session slow?");
});

test("where nothing is typed a long list of sessions does not hide the rest", () => {
  const many = Array.from({ length: 100 }, (_, index) => choice("session", `session ${index}`));
  expect(
    findChoices([...many, ...all], readQuery(""), []).filter((found) => found.choice.kind === "session"),
  ).toHaveLength(5);
  expect(findChoices([...many, ...all], readQuery("#"), [])).toHaveLength(60);
});
