/** Where the chunks of a patch are put, and what is told of those that do not fit as they were told. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { project } from "./patch-rig.ts";

const source = "class A {\n  f() {\n    return 1;\n  }\n}\nclass B {\n  f() {\n    return 1;\n  }\n}\n";

test("@@ lines say which of the same lines is meant", async () => {
  using dir = project({ "a.ts": source });
  const { text } = await dir.patch(
    "*** Update File: a.ts",
    "@@ class B {",
    "@@   f() {",
    "-    return 1;",
    "+    return 2;",
  );
  expect(text).toBe("Edited a.ts, now around lines 5-10.");
  expect(dir.read("a.ts")).toBe(source.replace(/return 1(?=[^1]*$)/, "return 2"));
});

test("an @@ line may be indented otherwise or repeated below; lines under one that is nowhere must be the only ones", async () => {
  using dir = project({ "a.ts": source });
  const loosely = await dir.patch(
    "*** Update File: a.ts",
    "@@ class B {",
    "@@ f() {",
    "-    return 1;",
    "+    return 2;",
  );
  expect(loosely.text).toContain("its @@ line fits line 7 with indentation aside.");
  expect(dir.read("a.ts")).toBe(source.replace(/return 1(?=[^1]*$)/, "return 2"));
  await dir.patch("*** Update File: a.ts", "@@ class B {", " class B {", "-  f() {", "+  g() {");
  expect(dir.read("a.ts")).toContain("class B {\n  g() {\n    return 2;");
  const nowhere = await dir.patch("*** Update File: a.ts", "@@ class C {", "-  }", "+  };");
  expect([nowhere.isError, nowhere.text]).toEqual([
    true,
    "Chunk 1 (line 3 of the patch) has several places in a.ts: lines 4, 9; nothing was changed. Add lines around it, or an @@ line above it.",
  ]);
  const once = await dir.patch("*** Update File: a.ts", "@@ class C {", "-    return 1;", "+    return 3;");
  expect(once.text).toContain("its @@ line was not found; its lines were, at line 3.");
});

test("of the same lines the first is changed, and the result says that there are others", async () => {
  using dir = project({ "a.ts": source });
  const { text } = await dir.patch("*** Update File: a.ts", "@@", "-    return 1;", "+    return 2;");
  expect(text).toBe(
    "Edited a.ts, now around lines 1-6.\nNote: Chunk 1 (line 3 of the patch) of a.ts: the first of several places, line 3, was changed; the same lines also stand at 8.",
  );
  expect(dir.read("a.ts")).toBe(source.replace("return 1", "return 2"));
});

test.each([
  ["whitespace at line ends aside", "one  \ntwo\t\nthree\n", " one\n-two\n+2", "one  \n2\nthree\n"],
  [
    "quotes, dashes and spaces that only look alike aside",
    "say “hi” – now\nend\n",
    ' say "hi" - now\n-end\n+END',
    "say “hi” – now\nEND\n",
  ],
  ["indentation aside", "if a:\n\tone\n\ttwo\n", "   one\n-  two\n+  2\n+  3", "if a:\n\tone\n\t2\n\t3\n"],
])("a chunk that fits only with %s is put there and told of", async (words, before, body, after) => {
  using dir = project({ "a.txt": before });
  const { text, isError } = await dir.patch("*** Update File: a.txt", body);
  expect([isError, dir.read("a.txt")]).toEqual([false, after]);
  expect(text).toContain(`it fits only with ${words}, at lines `);
});

test("a chunk that fits loosely in several places, or whose indentation says nothing of a new line's, is refused", async () => {
  using dir = project({ "a.txt": "one \nx\none \n", "b.py": "if a:\n\tone\n" });
  const several = await dir.patch("*** Update File: a.txt", "-one", "+1");
  expect([several.isError, several.text]).toEqual([
    true,
    "Chunk 1 (line 3 of the patch) fits only with whitespace at line ends aside, and so has several places in a.txt: lines 1, 3; nothing was changed. Add lines around it, or an @@ line above it.",
  ]);
  const deeper = await dir.patch("*** Update File: b.py", "   one", "+      two");
  expect([deeper.isError, deeper.text]).toEqual([
    true,
    "Chunk 1 (line 3 of the patch) has no place in b.py: its lines are not there; nothing was changed. This place differs from these lines only in whitespace:\n2\t\tone",
  ]);
});

test("chunks out of their order, and @@ lines that are nowhere, are put where their lines stand once, and told of", async () => {
  using dir = project({ "a.txt": "one\ntwo\nthree\n" });
  const { text } = await dir.patch(
    "*** Update File: a.txt",
    "@@",
    "-three",
    "+3",
    "@@",
    "-one",
    "+1",
    "@@ nowhere",
    "-two",
    "+2",
  );
  expect(dir.read("a.txt")).toBe("1\n2\n3\n");
  expect(text).toContain("it was found further up than it was told, at lines 1-1.");
  expect(text).toContain("its @@ line was not found; its lines were, at line 2.");
});

test("chunks may share lines that stay, but none may reach into what another has changed", async () => {
  const before = "1\n2\n3\n4\n5\n6\n";
  using dir = project({ "a.txt": before });
  const shared = await dir.patch(
    "*** Update File: a.txt",
    "@@",
    "-1",
    "+one",
    " 2",
    " 3",
    "@@",
    " 2",
    " 3",
    "-4",
    "+four",
  );
  expect([shared.isError, dir.read("a.txt")]).toEqual([false, "one\n2\n3\nfour\n5\n6\n"]);
  using other = project({ "a.txt": before });
  const into = await other.patch("*** Update File: a.txt", "@@", "-1", "-2", "-3", "+x", "@@ 2", "+y");
  expect([into.isError, other.read("a.txt")]).toEqual([true, before]);
  expect(into.text).toContain("Another chunk has changed these lines already.");
});

test("any chunks at all change what they say or nothing: no line is lost or doubled", async () => {
  const digit = fc.constantFrom("1", "2", "3", "4");
  const part = fc.oneof(
    digit.map((text) => ` ${text}`),
    digit.map((text) => `-${text}`),
    fc.constantFrom("+new"),
    digit.map((text) => `@@ ${text}`),
    fc.constant("@@"),
  );
  const file = fc.array(digit, { minLength: 1, maxLength: 10 });
  const property = fc.asyncProperty(file, fc.array(part, { minLength: 1, maxLength: 8 }), async (lines, parts) => {
    using dir = project({ "a.txt": `${lines.join("\n")}\n` });
    const { isError } = await dir.patch("*** Update File: a.txt", ...parts);
    const dropped = parts.filter((each) => each.startsWith("-")).map((each) => each.slice(1));
    const left = dir
      .read("a.txt")
      .split("\n")
      .filter((line) => /^\d$/.test(line));
    const added = dir
      .read("a.txt")
      .split("\n")
      .filter((line) => line === "new").length;
    expect(added).toBe(isError ? 0 : parts.filter((each) => each === "+new").length);
    expect([...left, ...(isError ? [] : dropped)].sort()).toEqual([...lines].sort());
  });
  await fc.assert(property, { numRuns: 400 });
});
