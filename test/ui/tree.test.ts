/** The fleet as rows, its totals, and what a person is told of: rules without a page. */
import { expect, test } from "bun:test";
import { newCard } from "../../server/card.ts";
import type { AgentCard, OpenAsk, SessionRow } from "../../server/protocol.ts";
import { answerWords, frontAsk, stepAsk } from "../../ui/state/answers.ts";
import { newSince } from "../../ui/state/lights.ts";
import { noticesOf, pageTitle, workingSince } from "../../ui/state/notices.ts";
import { keptLabels, keptRows, totalsOf, treeRows } from "../../ui/state/tree.ts";
import { treeMove, typeAhead } from "../../ui/state/tree-keys.ts";

const wish = { sort: "tree", filter: "", only: undefined, folded: new Set<string>(), showEnded: true } as const;

function fleet(...cards: readonly (Partial<AgentCard> & Pick<AgentCard, "path">)[]): Map<string, AgentCard> {
  return new Map(
    cards.map((card) => {
      const label = card.path.split("/").at(-1) ?? "";
      return [label, { ...newCard(label, card.path, 0), ...card }];
    }),
  );
}

const family = fleet(
  { path: "main", costUsd: 1, state: "streaming", busySince: 5 },
  { path: "main/a", costUsd: 3 },
  { path: "main/b", costUsd: 2, asks: 1 },
  { path: "main/a/deep", costUsd: 0.5, ended: true, status: "looking for needles" },
);
const labels = (rows: readonly { label: string }[]) => rows.map(({ label }) => label);

test("the tree has children under their parents, folds, and leaves the ended out when asked", () => {
  expect(treeRows(family, wish)).toEqual([
    { label: "main", depth: 0, children: 2, isFolded: false, place: 1, siblings: 1 },
    { label: "a", depth: 1, children: 1, isFolded: false, place: 1, siblings: 2 },
    { label: "deep", depth: 2, children: 0, isFolded: false, place: 1, siblings: 1 },
    { label: "b", depth: 1, children: 0, isFolded: false, place: 2, siblings: 2 },
  ]);
  expect(labels(treeRows(family, { ...wish, folded: new Set(["a"]) }))).toEqual(["main", "a", "b"]);
  expect(labels(treeRows(family, { ...wish, folded: new Set(["main"]) }))).toEqual(["main"]);
  expect(labels(treeRows(family, { ...wish, showEnded: false }))).toEqual(["main", "a", "b"]);
});

test("other orders and a filter make a list; a child whose parent is gone stands by itself", () => {
  expect(labels(treeRows(family, { ...wish, sort: "cost" }))).toEqual(["a", "b", "main", "deep"]);
  expect(labels(treeRows(family, { ...wish, sort: "busy" }))).toEqual(["b", "main", "a", "deep"]);
  expect(labels(treeRows(family, { ...wish, filter: "NEEDLES" }))).toEqual(["deep"]);
  expect(labels(treeRows(family, { ...wish, filter: "working" }))).toEqual(["main"]);
  expect(labels(treeRows(family, { ...wish, only: "waiting" }))).toEqual(["b"]);
  expect(labels(treeRows(family, { ...wish, only: "ended", showEnded: false }))).toEqual(["deep"]);
  expect(treeRows(fleet({ path: "gone/lost" }), wish)).toEqual([
    { label: "lost", depth: 0, children: 0, isFolded: false, place: 1, siblings: 1 },
  ]);
});

test("a thousand rows stay in their order, and the same list, while only cards change", () => {
  const many = fleet({ path: "main" }, ...Array.from({ length: 1_000 }, (_, index) => ({ path: `main/w${index}` })));
  const before = keptLabels([], treeRows(many, wish));
  const changed = new Map(many);
  for (const [label, card] of many) changed.set(label, { ...card, costUsd: 1 });
  expect(keptLabels(before, treeRows(changed, wish))).toBe(before);
  const rows = keptRows(new Map(), treeRows(many, wish));
  const again = keptRows(rows, treeRows(changed, wish));
  expect([...again.values()].every((row) => row === rows.get(row.label))).toBe(true);
  const folded = keptRows(rows, treeRows(many, { ...wish, folded: new Set(["main"]) }));
  expect(folded.get("main")).toMatchObject({ isFolded: true });
  const grown = new Map(many).set("late", newCard("late", "main/late", 0));
  expect(keptLabels(before, treeRows(grown, wish))).toEqual([...before, "late"]);
});

const press = (at: string, key: string, folded = new Set<string>()) =>
  treeMove(treeRows(family, { ...wish, folded }), at, key);

test("keys move through the tree and fold it; letters find a name", () => {
  const go = (label: string) => ({ type: "go", label }) as const;
  expect(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => press("deep", key))).toEqual(
    ["b", "a", "main", "b"].map(go),
  );
  expect(press("b", "ArrowDown")).toEqual(go("b"));
  expect(press("a", "ArrowRight")).toEqual(go("deep"));
  expect(press("deep", "ArrowRight")).toBeUndefined();
  expect(press("deep", "ArrowLeft")).toEqual(go("a"));
  expect(press("a", "ArrowLeft")).toEqual({ type: "fold", labels: ["a"], isFolded: true });
  expect(press("a", "ArrowRight", new Set(["a"]))).toEqual({ type: "fold", labels: ["a"], isFolded: false });
  expect(press("b", "*")).toEqual({ type: "fold", labels: ["a", "b"], isFolded: false });
  expect(press("b", "x")).toBeUndefined();
  const names = ["main", "worker-1", "worker-2", "reader"];
  expect(typeAhead(names, "main", "w")).toBe("worker-1");
  expect(typeAhead(names, "worker-1", "ww")).toBe("worker-2");
  expect(typeAhead(names, "worker-2", "w")).toBe("worker-1");
  expect(typeAhead(names, "worker-1", "Rea")).toBe("reader");
  expect(typeAhead(names, "main", "z")).toBeUndefined();
});

test("totals count how each fares, and add up money and tokens", () => {
  expect(totalsOf(family.values())).toEqual({
    all: 4,
    groups: { working: 1, waiting: 1, failed: 0, resting: 1, ended: 1 },
    costUsd: 6.5,
    tokens: 0,
  });
});

test("only what has passed since lights anybody up", () => {
  const pass = (text: string) => ({ message: "m1", from: "a", to: "b", text, at: 0 }) as const;
  const [first, second, third] = [pass("1"), pass("2"), pass("3")];
  expect(newSince([first, second, third], first)).toEqual([second, third]);
  expect(newSince([second, third], third)).toEqual([]);
  expect(newSince([pass("1"), pass("2")], third)).toEqual([]);
  expect(newSince([first], undefined)).toEqual([first]);
});

const row = (id: string, state: SessionRow["state"]): SessionRow => ({ id, title: id, updatedAt: 0, state });

test("a person is told of waiting and failed at once, and of done only after a while", () => {
  const before = [row("a", "working"), row("b", "working"), row("c", "working"), row("d", "idle")];
  const after = [row("a", "idle"), row("b", "failed"), row("c", "waiting"), row("d", "idle"), row("e", "waiting")];
  const since = workingSince(new Map(), before, 1_000);
  expect(noticesOf(before, after, since, 5_000).map(({ session, kind }) => [session, kind])).toEqual([
    ["b", "failed"],
    ["c", "waiting"],
  ]);
  expect(noticesOf(before, after, since, 20_000).map(({ session }) => session)).toEqual(["a", "b", "c"]);
  expect(workingSince(since, [row("a", "working"), row("b", "idle")], 9_000)).toEqual(new Map([["a", 1_000]]));
  expect(workingSince(since, [row("a", "waiting"), row("d", "waiting")], 9_000)).toEqual(new Map([["a", 1_000]]));
});

test("the title says how many wait, whether anything works, and where", () => {
  expect(pageTitle([row("a", "waiting"), row("b", "working")], "/home/me/proj")).toBe("(1) proj – sagent");
  expect(pageTitle([row("b", "working")], "/home/me/proj")).toBe("● proj – sagent");
  expect(pageTitle([row("b", "working")], "/home/me/proj", "done")).toBe("✓ proj – sagent");
  expect(pageTitle([row("a", "waiting")], "/home/me/proj", "failed")).toBe("(1) proj – sagent");
  expect(pageTitle([], "")).toBe("sagent – sagent");
});

test("the oldest question is in front until the person goes to another", () => {
  const ask = (askId: OpenAsk["askId"], at: number): OpenAsk => ({
    agent: "main",
    askId,
    at,
    ask: { type: "question", text: "?", choices: [], allowText: true, multiple: false },
  });
  const asks = [ask("a2", 20), ask("a1", 10), ask("a3", 30)];
  expect(frontAsk(asks)?.ask.askId).toBe("a1");
  stepAsk(asks, 1);
  expect(frontAsk(asks)).toMatchObject({ at: 1, ask: { askId: "a2" } });
  stepAsk(asks, -1);
  stepAsk(asks, -1);
  expect(frontAsk(asks)?.ask.askId).toBe("a3");
  expect(frontAsk([])).toBeUndefined();
  expect(answerWords({ type: "allow", scope: "session" })).toBe("Allowed in this session.");
  expect(answerWords({ type: "deny", reason: "no" })).toBe("Denied: no");
  expect(answerWords(null)).toStartWith("Withdrawn");
});
