/** What tools may hand over to be drawn: places, changes, JSON, documents; what does not fit is left out. */
import { expect, test } from "bun:test";
import { cardsOf, jsonCardsOf } from "../../ui/state/cards.ts";
import { diffCardOf } from "../../ui/state/diff-card.ts";
import { treeOf } from "../../ui/state/json-tree.ts";
import { byFile, placesOf } from "../../ui/state/places.ts";

const of = (name: string, data: unknown) => cardsOf({ type: "custom", name, data: data as never });

test("places stand under their files, in the order they come", () => {
  const places = [
    { path: "/a", line: 3, kind: "function", text: "  f()" },
    { path: "/a", line: 5 },
    { path: "/b", kind: "modified" },
    { path: "/a", line: 1 },
  ];
  expect(placesOf(places)).toEqual({ list: places, more: 0, note: "" });
  expect(byFile(places).map(({ path, rows }) => [path, rows.length])).toEqual([
    ["/a", 2],
    ["/b", 1],
    ["/a", 1],
  ]);
  expect(placesOf({ places, more: 7, note: "By name." })).toMatchObject({ more: 7, note: "By name." });
});

test("what is no place is left out, and the rest is text of one line and bounded", () => {
  const rows = [
    null,
    3,
    {},
    { path: "" },
    { path: "/a", line: "1" },
    { path: "/a", line: 1.5, title: "\u001b[31mx\u202e\ny" },
  ];
  expect(placesOf(rows)?.list).toEqual([{ path: "/a" }, { path: "/a", title: "x‹U+202E› y" }]);
  const many = Array.from({ length: 100_000 }, (_, at) => ({ path: `/${at}`, line: 1, text: "x".repeat(1_000) }));
  const found = placesOf(many);
  expect([found?.list.length, found?.more, found?.list[0]?.text?.length]).toEqual([500, 99_500, 401]);
  expect([placesOf([]), placesOf("x"), placesOf(null), of("places", {})]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

const patch = `commit 1
    a message

diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,3 +1,3 @@ function
 one
--- two
+++ 2

\\ No newline at end of file
diff --git a/old b/new
similarity index 100%
rename from old
rename to new
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/p.png b/p.png
Binary files a/p.png and b/p.png differ
`;

test("a change as git prints it is files with their hunks, and what was done to them", () => {
  const card = diffCardOf({ patch, root: "/top/" });
  expect(card?.head).toBe("commit 1\n    a message");
  expect(card?.files.map(({ name, path, deeds, hunks }) => [name, path, deeds, hunks.length])).toEqual([
    ["src/a.ts", "/top/src/a.ts", [], 1],
    ["new", "/top/new", ["rename from old"], 0],
    ["gone", undefined, ["deleted file"], 1],
    ["p.png", "/top/p.png", ["Binary"], 0],
  ]);
  expect(card?.files[0]?.hunks[0]?.lines).toEqual([" one", "--- two", "+++ 2", " ", "\\ No newline at end of file"]);
});

test("a change that is cut off, or none, or too large is shown as far as it goes", () => {
  const cut = diffCardOf({ patch: "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n+b" });
  expect(cut?.files).toEqual([
    {
      name: "x",
      path: "x",
      deeds: [],
      hunks: [{ oldStart: 1, oldLines: 9, newStart: 1, newLines: 9, lines: ["-a", "+b"] }],
    },
  ]);
  expect(diffCardOf({ patch: "no change" })).toEqual({ head: "no change", files: [], note: "" });
  expect([diffCardOf({ patch: 3 }), diffCardOf(null), diffCardOf("x")]).toEqual([undefined, undefined, undefined]);
  const many = diffCardOf({ patch: "diff --git a/x b/x\n".repeat(1_000), note: "Only mine." });
  expect([many?.files.length, many?.note]).toEqual([300, "Only mine. 700 more files are not shown here."]);
  expect(diffCardOf({ patch: "x\n".repeat(300_000) })?.note).toBe("The end of the change is not shown here.");
  expect(
    diffCardOf({ patch: `diff --git a/x b/x\n@@ -1,999999999 +1,999999999 @@\n${" x\n".repeat(9)}` })?.files,
  ).toHaveLength(1);
});

test("JSON is facts, a table or a tree", () => {
  expect(jsonCardsOf('{"a":1,"b":"x","c":true}')).toMatchObject({ type: "plain", plain: { type: "key-values" } });
  expect(jsonCardsOf('[{"a":1,"b":null},{"a":"x"}]')).toEqual({
    type: "table",
    table: {
      columns: ["a", "b"],
      rows: [
        ["1", "null"],
        ["x", ""],
      ],
      note: "2 rows",
    },
  });
  expect(jsonCardsOf('{"a":[1]}')).toMatchObject({ type: "json", tree: { size: "1 field" } });
  expect(["[1", "text", "3", `[${"1,".repeat(150_000)}1]`].map(jsonCardsOf)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a tree has so many nodes, so many levels, and no controls", () => {
  const wide = treeOf(Array.from({ length: 100_000 }, (_, at) => at));
  expect(wide.type === "branch" && [wide.nodes.length, wide.more, wide.size]).toEqual([200, 99_800, "100000 items"]);
  let deep: unknown = 1;
  for (let level = 0; level < 1_000; level++) deep = { deep };
  expect(JSON.stringify(treeOf(deep)).length).toBeLessThan(2_000);
  const bushy = treeOf(Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 1)));
  expect(JSON.stringify(bushy).match(/leaf/g)?.length).toBeLessThan(2_000);
  expect(treeOf(["\u001b[31mred\u0007"])).toMatchObject({ nodes: [{ text: "red�" }] });
});

test("a document has an address of the web or none", () => {
  const document = of("document", { title: "A", url: "javascript:alert(1)", path: "/a", text: "# A" });
  expect(document).toEqual({ type: "document", document: { title: "A", path: "/a", text: "# A" } });
  expect(of("document", { url: "https://a.test" })).toEqual({
    type: "document",
    document: { url: "https://a.test/" },
  });
  expect(of("document", "x")).toBeUndefined();
});
