/** Hooks that guard files see every way to change one, by the names and fields that they are written for. */
import { expect, test } from "bun:test";
import { callsForHooks, namesOf } from "../../server/hook-names.ts";

const told = (name: string, args: unknown) => callsForHooks(name, args, "/w").map(({ name, input }) => [name, input]);

const patch = `*** Begin Patch
*** Add File: new.txt
+hello
*** Delete File: /etc/gone.txt
*** Update File: a.ts
*** Move to: b.ts
@@
 let x = 1;
-let y = 2;
+let y = 3;
*** End Patch`;

test("a patch is told as what it does to each of its files", () => {
  const sides = { old_string: "let x = 1;\nlet y = 2;", new_string: "let x = 1;\nlet y = 3;" };
  expect(told("apply_patch", { input: patch })).toEqual([
    ["Write", { file_path: "/w/new.txt", content: "hello\n" }],
    ["Edit", { file_path: "/etc/gone.txt", old_string: "", new_string: "" }],
    ["Edit", { file_path: "/w/a.ts", ...sides }],
    ["Write", { file_path: "/w/b.ts", content: sides.new_string }],
  ]);
  expect(told("apply_patch", { input: "*** Begin" })).toEqual([["apply_patch", { input: "*** Begin" }]]);
});

test("edits of several files are told file by file", () => {
  const edits = ["a", "b", "a"].map((file_path, at) => ({ file_path, old_string: `${at}`, new_string: "" }));
  expect(told("MultiEdit", { edits })).toEqual([
    ["MultiEdit", { file_path: "/w/a", edits: [0, 2].map((at) => ({ old_string: `${at}`, new_string: "" })) }],
    ["MultiEdit", { file_path: "/w/b", edits: [{ old_string: "1", new_string: "" }] }],
  ]);
});

test("other calls are told as they are, by the names that hooks know", () => {
  const edit = { file_path: "/w/a", old_string: "x", new_string: "y" };
  expect(told("replace", edit)).toEqual([["Edit", edit]]);
  expect(told("Todo", { todos: [] })).toEqual([["TodoWrite", { todos: [] }]]);
  expect(told("mcp__github__list", { file_path: "~/a" })).toEqual([["mcp__github__list", { file_path: "~/a" }]]);
  expect(callsForHooks("Bash", { command: "ls" }, "/w")).toEqual([
    { name: "Bash", input: { command: "ls" }, isOwn: true },
  ]);
});

test("a matcher meets a call by either name", () => {
  expect(namesOf("Edit", "apply_patch")).toEqual(["Edit", "apply_patch"]);
  expect(namesOf("MultiEdit", "MultiEdit")).toEqual(["MultiEdit", "Edit"]);
  expect(namesOf("Bash", "Bash")).toEqual(["Bash"]);
});
