/** What the composer decides without a page: keys, words for them, completions, history, the queue's order. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Policy } from "../../agent/command.ts";
import { requeueIn } from "../../agent/event.ts";
import { commandCandidates, completed, fileCandidate, wantedAt } from "../../ui/state/complete.ts";
import { hintsOf, modeOf, type Writing } from "../../ui/state/compose-mode.ts";
import { type FieldState, meaningOf } from "../../ui/state/composer-keys.ts";
import { stepBack } from "../../ui/state/history.ts";
import { quote } from "../../ui/state/images.ts";
import { match, matching, pieces } from "../../ui/state/match.ts";
import { moveTo, type Queued, queueOf } from "../../ui/state/queue.ts";

const still = { shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, isComposing: false };
const plainField: FieldState = {
  before: "hi",
  isFirstLine: true,
  isLastLine: true,
  mode: "idle",
  hasContent: true,
  isChoosing: false,
  isWalking: false,
};
const pressed = (key: string, field: Partial<FieldState> = {}, more: Partial<typeof still> = {}) =>
  meaningOf({ key, ...still, ...more }, { ...plainField, ...field });

test("Enter sends, and with Shift or behind a backslash begins a line; an input method keeps its keys", () => {
  expect(pressed("Enter")).toBe("send");
  expect(pressed("Enter", {}, { shiftKey: true })).toBe("newLine");
  expect(pressed("Enter", { before: "hi\\" })).toBe("continueLine");
  expect(pressed("Enter", {}, { isComposing: true })).toBeUndefined();
  expect(pressed("Enter", { isChoosing: true })).toBe("choose");
  expect(pressed("Enter", { isChoosing: true }, { ctrlKey: true })).toBe("send");
});

test("Tab queues only what there is while it works; Escape closes a list before it halts", () => {
  expect(pressed("Tab", { mode: "working" })).toBe("queue");
  expect(pressed("Tab", { mode: "working", hasContent: false })).toBeUndefined();
  expect(pressed("Tab", { mode: "working" }, { shiftKey: true })).toBeUndefined();
  expect(pressed("Tab")).toBeUndefined();
  expect(pressed("Escape", { mode: "working", isChoosing: true })).toBe("closeChoices");
  expect(pressed("Escape", { mode: "working" })).toBe("halt");
  expect(pressed("Escape")).toBeUndefined();
});

test("arrows walk through the history from the first and last line only", () => {
  expect(pressed("ArrowUp")).toBe("older");
  expect(pressed("ArrowUp", { isFirstLine: false })).toBeUndefined();
  expect(pressed("ArrowUp", { before: undefined })).toBeUndefined();
  expect(pressed("ArrowDown")).toBeUndefined();
  expect(pressed("ArrowDown", { isWalking: true })).toBe("newer");
  const texts = ["a", "b"];
  const first = stepBack(texts, { back: 0, own: "mine" }, 1);
  expect(first).toEqual({ walk: { back: 1, own: "mine" }, text: "b" });
  expect(stepBack(texts, { back: 2, own: "mine" }, 1)).toBeUndefined();
  expect(stepBack(texts, { back: 1, own: "mine" }, -1)?.text).toBe("mine");
  expect(stepBack(texts, { back: 0, own: "mine" }, -1)).toBeUndefined();
});

test("the mode follows the agent, and the words say what the keys would do", () => {
  const card = (state: "idle" | "tools" | "waiting", asks = 0, ended = false) => ({ state, asks, ended });
  const mode = (shown: Parameters<typeof modeOf>[0]["card"], waiting = 0) =>
    modeOf({ session: "s", card: shown, waiting });
  expect(modeOf({ session: undefined, card: undefined, waiting: 0 })).toBe("new");
  expect([mode(undefined), mode(card("idle")), mode(card("tools")), mode(card("waiting", 1), 1)]).toEqual([
    "joining",
    "idle",
    "working",
    "working",
  ]);
  expect([mode(card("waiting")), mode(card("waiting"), 2), mode(card("idle", 0, true))]).toEqual([
    "idle",
    "halted",
    "ended",
  ]);
  const writing: Writing = {
    mode: "working",
    hasContent: true,
    isSlash: false,
    isChoosing: false,
    canKill: false,
    isAsked: false,
  };
  const words = (change: Partial<Writing>) => hintsOf({ ...writing, ...change }).map(({ text }) => text);
  expect(words({})).toEqual(["steers at once", "queues", "halts"]);
  expect(words({ canKill: true }).at(-1)).toBe("again ends the running tools");
  expect(words({ mode: "halted", hasContent: false }).at(-1)).toBe("goes on");
  expect(words({ isSlash: true })[0]).toBe("runs the command");
  expect(words({ isSlash: true, isChoosing: true })).toEqual(["chooses", "closes the list"]);
});

test("what is completed: a mention at the caret, a command and its arguments in the first line", () => {
  expect(wantedAt("see @src/a", 10)).toEqual({ kind: "mention", word: "src/a", from: 4, to: 10 });
  expect(wantedAt("mail me@home", 12)).toBeUndefined();
  expect(wantedAt("/th", 3)).toMatchObject({ kind: "command", word: "/th", from: 0 });
  expect(wantedAt("/theme da", 9)).toMatchObject({ kind: "theme", word: "da", from: 7 });
  expect(wantedAt("/usr/bin", 8)).toBeUndefined();
  expect(wantedAt("text\n/th", 8)).toBeUndefined();
  expect(commandCandidates("/th").map(({ name }) => name)).toEqual(["/theme", "/thinking"]);
});

test("a candidate replaces the word; a folder goes on, a name with spaces is quoted", () => {
  const wanted = { kind: "mention", word: "a", from: 4, to: 6 } as const;
  const put = (path: string, text = "see @a now") => completed(text, wanted, fileCandidate({ path, ranges: [] }));
  expect(put("src/a.ts")).toEqual({ text: "see @src/a.ts now", caret: 13 });
  expect(put("a.ts", "see @a")).toEqual({ text: "see @a.ts ", caret: 10 });
  expect(put("src/", "see @a")).toEqual({ text: "see @src/", caret: 9 });
  expect(put("my plan.md", "see @a")).toEqual({ text: 'see @"my plan.md" ', caret: 18 });
});

test("matches are shown where they are, and scattered letters count only where nothing has them together", () => {
  expect(matching("ag", ["manage", "agent", "a-g"], (name) => name).map(({ item }) => item)).toEqual([
    "agent",
    "manage",
  ]);
  expect(match("ag", "a-g")?.ranges).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(pieces("agent", [[0, 2]])).toEqual([
    { text: "ag", isMatch: true },
    { text: "ent", isMatch: false },
  ]);
  expect(quote("a `b`.md", "x ``` y\n\n")).toBe("````a_b_.md\nx ``` y\n````\n");
});

const queuedAs = (policies: readonly Policy[]): Queued[] =>
  policies.map((policy, index) => ({
    type: "queued",
    seq: index + 1,
    agent: "a",
    at: 0,
    queueId: `q${index}`,
    policy,
    text: "x",
  }));

test("wherever a message is moved, it is then heard at that place, and the others as before", () => {
  const policies = fc.array(fc.constantFrom<Policy>("now", "after-turn", "when-idle"), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(policies, fc.nat(6), fc.nat(6), (all, from, to) => {
      const raw = queuedAs(all);
      const shown = queueOf(raw);
      const moved = shown[from % shown.length];
      const place = to % shown.length;
      if (!moved) return;
      const change = moveTo(shown, moved.queueId, place);
      const queue = new Map(raw.map((each) => [each.queueId, each]));
      if (change) requeueIn(queue, { ...moved, policy: change.policy ?? moved.policy }, moved.queueId, change.before);
      const others = shown.filter((each) => each !== moved);
      const wanted = others.toSpliced(place, 0, moved).map(({ queueId }) => queueId);
      expect(queueOf([...queue.values()]).map(({ queueId }) => queueId)).toEqual(wanted);
    }),
  );
});
