import { expect, test } from "bun:test";
import { unlinkSync } from "node:fs";
import { toyProject } from "./toy-project.ts";

const usual = { op: "references", file_path: "a.toy", line: 1, name: "one" } as const;

test("places are told as path, line and text, each once", async () => {
  await using toy = toyProject();
  const text = "4 places\na.toy:1: def one\na.toy:3: use one two one\nb.toy:1: use one";
  const places = [
    { path: toy.path("a.toy"), line: 1, text: "def one" },
    { path: toy.path("a.toy"), line: 3, text: "use one two one" },
    { path: toy.path("b.toy"), line: 1, text: "use one" },
  ];
  expect(await toy.lsp(usual)).toEqual({ text, details: { type: "custom", name: "places", data: { places } } });
  expect(await toy.lsp({ ...usual, op: "definition", file_path: "b.toy" })).toEqual({
    text: "1 place\na.toy:1: def one",
    details: { type: "custom", name: "places", data: { places: places.slice(0, 1) } },
  });
  expect(await toy.lsp({ ...usual, op: "hover" })).toEqual({ text: "the toy one" });
});

test("one server answers all calls, those that come while it starts too", async () => {
  await using toy = toyProject({ server: { startMs: 300 } });
  const answers = await Promise.all([toy.lsp(usual), toy.lsp({ ...usual, op: "hover" }), toy.lsp(usual)]);
  expect(answers.map(({ isError }) => isError)).toEqual([undefined, undefined, undefined]);
  expect(toy.heard().filter((line) => line === "heard initialize")).toHaveLength(1);
  expect(toy.place.progress).toContainEqual({ type: "status", text: "Starting toy" });
});

test("a name is found on its line, or it is said where it is", async () => {
  await using toy = toyProject({ files: { "a.toy": "def one\ndef ones\nuse ones one\n\nuse one two one\ndef two\n" } });
  const ask = async (args: object) => (await toy.lsp({ op: "hover", file_path: "a.toy", name: "one", ...args })).text;
  expect(await ask({ line: 3 })).toBe("the toy one");
  expect(await ask({ line: 2 })).toBe(`one is not on line 2 of ${toy.path("a.toy")}; it is on 1, 3, 5.`);
  expect(await ask({ line: 99 })).toBe(`${toy.path("a.toy")} has only 7 lines.`);
  expect(await ask({ line: 1, name: "none" })).toBe(`none is nowhere in ${toy.path("a.toy")}.`);
  expect(await ask({})).toBe("the toy one");
  expect(await ask({ line: 5 })).toBe("the toy one");
  expect(await ask({ line: 5, occurrence: 2 })).toBe("the toy one");
  expect(await ask({ line: 5, occurrence: 3 })).toBe(`one stands only 2 times on line 5 of ${toy.path("a.toy")}.`);
  expect(await ask({ name: "nobody" })).toMatch(/^nobody is not declared in .*; give the line on which it stands\.$/);
});

test("a name that is declared twice, or means several things on a line, is not guessed at", async () => {
  await using toy = toyProject({ files: { "a.toy": "def one\ndef one\nuse x x\n" } });
  const ask = async (args: object) => (await toy.lsp({ op: "hover", file_path: "a.toy", name: "one", ...args })).text;
  expect(await ask({})).toBe(`one is declared more than once in ${toy.path("a.toy")}; give the line: 1, 2.`);
  expect(await ask({ name: "x", line: 3 })).toBe(
    `x stands 2 times on line 3 of ${toy.path("a.toy")}, for different things; say which by occurrence: 1 at column 5, 2 at column 7.`,
  );
});

for (const encoding of ["utf-8", "utf-16", "utf-32"] as const) {
  test(`places are counted as the server counts them: ${encoding}`, async () => {
    const files = { "a.toy": "def größe\r\nuse 𝒳𝒳 größe größe2\n".replace("\r", "") };
    await using toy = toyProject({ files, server: { encoding } });
    expect(await toy.lsp({ op: "hover", file_path: "a.toy", line: 2, name: "größe" })).toEqual({
      text: "the toy größe",
    });
    const { text } = await toy.lsp({ op: "rename", file_path: "a.toy", name: "größe", new_name: "maß" });
    expect(text).toStartWith("größe is now maß: 2 places in 1 file.");
    expect(toy.read("a.toy")).toBe("def maß\nuse 𝒳𝒳 maß größe2\n");
  });
}

test("symbols are listed of a file and looked for in the project", async () => {
  await using toy = toyProject();
  expect((await toy.lsp({ op: "symbols", query: "o" })).text).toBe(
    "No language server runs yet; ask about a file first.",
  );
  const outline = "2 symbols in a.toy\n1: function one\n2: function two";
  expect((await toy.lsp({ op: "symbols", file_path: "a.toy" })).text).toBe(outline);
  expect(await toy.lsp({ op: "symbols", query: "tw" })).toEqual({
    text: "1 symbol\na.toy:2: function toys.two",
    details: {
      type: "custom",
      name: "places",
      data: { places: [{ path: toy.path("a.toy"), line: 2, kind: "function", title: "toys.two", text: "def two" }] },
    },
  });
  expect(await toy.lsp({ op: "symbols", query: "zzz" })).toEqual({ text: "No symbol of the project fits zzz." });
});

test("what changed on disk is known before a question is answered, open or not", async () => {
  await using toy = toyProject();
  await toy.lsp(usual);
  toy.write("a.toy", "def zero\ndef one\n");
  toy.write("b.toy", "def nine\nuse one zero\n");
  toy.write("c.toy", "use one\n");
  const places = "3 places\na.toy:2: def one\nb.toy:2: use one zero\nc.toy:1: use one";
  expect((await toy.lsp({ ...usual, line: 2 })).text).toBe(places);
  unlinkSync(toy.path("c.toy"));
  expect((await toy.lsp({ ...usual, line: 2 })).text).toStartWith("2 places\n");
  expect((await toy.lsp({ ...usual, file_path: "c.toy" })).text).toStartWith(`${toy.path("c.toy")} does not exist.`);
});

test("a server whose documents cannot be changed has them opened anew", async () => {
  await using toy = toyProject({ server: { reopens: true } });
  await toy.lsp(usual);
  toy.write("a.toy", "def one\n");
  expect((await toy.lsp(usual)).text).toBe("2 places\na.toy:1: def one\nb.toy:1: use one");
  expect(toy.heard()).not.toContain("heard textDocument/didChange");
});

test("diagnostics are those of the text on disk, of a file or of the project", async () => {
  await using toy = toyProject({ files: { "a.toy": "def one\nuse one five\nbad luck\n", "b.toy": "use six\n" } });
  const found = "2 diagnostics\na.toy:2: error: five is not defined [T1]\na.toy:3: error: luck is bad";
  const places = [
    { path: toy.path("a.toy"), line: 2, kind: "error", text: "five is not defined" },
    { path: toy.path("a.toy"), line: 3, kind: "error", text: "luck is bad" },
  ];
  const details = { type: "custom", name: "places", data: { places } };
  expect<unknown>(await toy.lsp({ op: "diagnostics", file_path: "a.toy" })).toEqual({ text: found, details });
  const all = `3 diagnostics in 2 files known so far\n${found.slice(14)}\nb.toy:1: error: six is not defined [T1]`;
  expect((await toy.lsp({ op: "diagnostics" })).text).toBe(all);
  toy.write("a.toy", "def one\n");
  expect(await toy.lsp({ op: "diagnostics", file_path: "a.toy" })).toEqual({
    text: "toy finds nothing wrong with a.toy.",
  });
});

for (const push of ["versioned", "bare"] as const) {
  test(`diagnostics are waited for where the server tells by itself: ${push}`, async () => {
    await using toy = toyProject({ files: { "a.toy": "bad luck\n" }, server: { push } });
    const ask = async () => (await toy.lsp({ op: "diagnostics", file_path: "a.toy" })).text;
    expect(await ask()).toBe("1 diagnostic\na.toy:1: error: luck is bad");
    toy.write("a.toy", "def one\nbad idea\n");
    expect(await ask()).toBe("1 diagnostic\na.toy:2: error: idea is bad");
    toy.write("a.toy", "def one\n");
    expect(await ask()).toBe("toy finds nothing wrong with a.toy.");
  });
}

test("what a server still reads is waited for, and told meanwhile", async () => {
  await using toy = toyProject({ server: { fault: "works", startMs: 400 } });
  await toy.lsp(usual);
  expect(toy.place.progress).toContainEqual({ type: "status", text: "toy: Indexing" });
  expect(toy.pool.servers[0]?.work.current).toBeUndefined();
});
