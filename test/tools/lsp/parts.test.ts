import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { findServer } from "../../../tools/lsp/find.ts";
import { FrameError, FrameReader, frame } from "../../../tools/lsp/frames.ts";
import { knownServers } from "../../../tools/lsp/known-servers.ts";
import { fromUnits, Lines, pathOf, toUnits, uriOf } from "../../../tools/lsp/position.ts";
import { encodings } from "../../../tools/lsp/protocol.ts";
import { loadServers } from "../../../tools/lsp/user-servers.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("messages come out as they went in, in whatever pieces they arrive", () => {
  const messages = fc.array(fc.record({ method: fc.string(), params: fc.jsonValue() }), { maxLength: 5 });
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (sent, sizes) => {
      const bytes = Buffer.concat(sent.map(frame));
      const reader = new FrameReader();
      const got: unknown[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = sizes.next().value;
        got.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(JSON.stringify(got)).toBe(JSON.stringify(sent));
    }),
  );
});

test("headers may be many and of any case; what is no message is refused", () => {
  const read = (text: string) => new FrameReader().push(Buffer.from(text));
  expect(read("content-type: x; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}")).toEqual([{}]);
  expect(read("Content-Length: 5\r\n\r\n{}")).toEqual([]);
  for (const text of [
    "{}\r\n\r\n",
    "Loading\n",
    "Content-Type: x\r\n\r\n{}",
    "Content-Length: 2\r\n\r\n{]",
    "x".repeat(9000),
  ]) {
    expect(() => read(text)).toThrow(FrameError);
  }
});

test("characters are counted to and fro in each encoding", () => {
  const line = "aé€𝒳b";
  expect(encodings.map((encoding) => fromUnits(line, 5, encoding))).toEqual([5, 10, 4]);
  for (const encoding of encodings) {
    for (const units of [0, 1, 2, 3, 5, 6])
      expect(toUnits(line, fromUnits(line, units, encoding), encoding)).toBe(units);
    expect(toUnits(line, 99, encoding)).toBe(line.length);
  }
});

test("lines end in every way that there is", () => {
  const lines = new Lines("a\r\nbb\nccc\rd");
  expect([lines.count, lines.at(0), lines.at(1), lines.at(2), lines.at(3), lines.at(4)]).toEqual([
    4,
    "a",
    "bb",
    "ccc",
    "d",
    "",
  ]);
  expect(lines.indexOf({ line: 1, character: 9 }, "utf-16")).toBe(5);
  expect(lines.indexOf({ line: 9, character: 0 }, "utf-16")).toBe(lines.text.length);
});

test("paths and addresses of files become each other", () => {
  expect(pathOf(uriOf("/a b/ä#?%.ts"))).toBe("/a b/ä#?%.ts");
  expect(pathOf("file:///a%3Ab")).toBe("/a:b");
  expect(pathOf("zip:///a")).toBeUndefined();
});

function program(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, 0o755);
  return path;
}

test("the nearest server of the project wins over the PATH, the first of the table over others", () => {
  using dir = tempDir();
  using elsewhere = tempDir();
  const root = dir.path;
  const env = { PATH: `bin::${elsewhere.path}` };
  const find = (file: string) => {
    const found = findServer(join(root, file), knownServers, { root, env });
    return found && [found.spec.name, found.argv[0], found.root];
  };
  expect(find("a/b.py")).toBeUndefined();
  const pylsp = program(join(elsewhere.path, "pylsp"));
  expect(find("a/b.py")).toEqual(["pylsp", pylsp, root]);
  const pyright = program(join(root, ".venv/bin/pyright-langserver"));
  writeFileSync(join(root, "pyproject.toml"), "");
  expect(find("a/b.py")).toEqual(["pyright", pyright, root]);
  mkdirSync(join(root, "a"));
  writeFileSync(join(root, "a/pyproject.toml"), "");
  expect(find("a/b.py")).toEqual(["pyright", pyright, join(root, "a")]);
  const nearer = program(join(root, "a/node_modules/.bin/pyright-langserver"));
  expect(find("a/b.PY")).toEqual(["pyright", nearer, join(root, "a")]);
  expect(find("a/b.unknown")).toBeUndefined();
});

test("a compiler that has no language server yet is not taken for one", () => {
  using dir = tempDir();
  const root = dir.path;
  const place = { root, env: {} };
  const file = join(root, "packages/one/a.ts");
  const install = (version: string) => {
    program(join(root, "node_modules/typescript/bin/tsc"));
    writeFileSync(join(root, "node_modules/typescript/package.json"), JSON.stringify({ version }));
  };
  install("5.9.2");
  mkdirSync(join(root, "node_modules/.bin"));
  symlinkSync("../typescript/bin/tsc", join(root, "node_modules/.bin/tsc"));
  mkdirSync(join(root, "packages/one"), { recursive: true });
  for (const at of ["packages/one", "."]) writeFileSync(join(root, at, "tsconfig.json"), "{}");
  expect(findServer(file, knownServers, place)).toBeUndefined();
  install("7.0.2");
  expect(findServer(file, knownServers, place)).toMatchObject({ spec: { name: "typescript" }, root });
});

test("servers are declared by the person, and by the project where it is trusted", async () => {
  using dir = tempDir();
  using home = tempDir();
  const own = join(home.path, "lsp.json");
  const server = { command: ["x"], extensions: [".x"] };
  writeFileSync(own, JSON.stringify({ servers: { mine: server, pyright: false } }));
  const names = async (isTrusted: boolean) => {
    const { specs, notes } = await loadServers(dir.path, { own: [own], isTrusted: async () => isTrusted });
    return { first: specs.slice(0, 2).map(({ name }) => name), some: specs.map(({ name }) => name), notes };
  };
  expect(await names(true)).toMatchObject({ first: ["mine", "typescript"], notes: [] });
  expect((await names(true)).some).not.toContain("pyright");
  mkdirSync(join(dir.path, ".sagent"));
  const project = join(dir.path, ".sagent/lsp.json");
  writeFileSync(project, JSON.stringify({ servers: { ours: server } }));
  expect((await names(true)).first).toEqual(["ours", "mine"]);
  const untrusted = await names(false);
  expect(untrusted.first).toEqual(["mine", "typescript"]);
  expect(untrusted.notes).toEqual([
    `${project} is not obeyed: it could run anything here. If you trust this project: sagent trust`,
  ]);
});

test("a file of servers that is wrong is left alone, and it is said why", async () => {
  using home = tempDir();
  const path = join(home.path, "lsp.json");
  const notesOf = async (text: string) => {
    writeFileSync(path, text);
    return (await loadServers(home.path, { own: [path], isTrusted: async () => false })).notes.join();
  };
  expect(await notesOf("{")).toStartWith(`${path} is left alone: JSON`);
  expect(await notesOf('{"servers":{"x":{"command":[],"extensions":[".x"]}}}')).toContain("servers.x");
  expect(await notesOf('{"servers":{"x":{"command":["y"],"extensions":["x"]}}}')).toContain("servers.x");
  expect(await notesOf('{"servers":{}}')).toBe("");
});
