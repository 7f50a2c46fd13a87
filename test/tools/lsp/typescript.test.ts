import { expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { editTool } from "../../../tools/edit.ts";
import { withDiagnostics } from "../../../tools/lsp/after-edit.ts";
import { Languages } from "../../../tools/lsp/languages.ts";
import { languagePort } from "../../../tools/lsp/port.ts";
import { lspTool } from "../../../tools/lsp.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { placeAt } from "../tool-bench.ts";

const modules = join(import.meta.dir, "../../../node_modules");
const config = { compilerOptions: { strict: true, noEmit: true, module: "nodenext", types: [] } };
const files = {
  "tsconfig.json": JSON.stringify(config),
  "package.json": '{"type":"module"}',
  "shape.ts":
    "export interface Shape {\n  area(): number;\n}\nexport class Box implements Shape {\n  area() {\n    return twice(1);\n  }\n}\nexport function twice(n: number): number {\n  return n * 2;\n}\n",
  "main.ts": 'import { Box, twice } from "./shape.js";\n/* é𝒳 */ export const all = [twice(2), new Box().area()];\n',
};

/** A project with the real TypeScript 7 in its node_modules. */
function project() {
  const dir = tempDir();
  symlinkSync(modules, join(dir.path, "node_modules"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  const stack = new AsyncDisposableStack();
  const languages = new Languages({ own: (pool) => stack.use(pool) });
  const place = placeAt(dir.path);
  const tool = lspTool(languages);
  return {
    languages,
    workspace: place.workspace,
    path: (name: string) => join(dir.path, name),
    read: (name: string) => Bun.file(join(dir.path, name)).text(),
    lsp: async (args: Parameters<typeof tool.run>[0]) => (await place.run(tool, args)).text,
    edit: async (args: { file_path: string; old_string: string; new_string: string }) =>
      (await place.run(withDiagnostics(editTool, languages), args as never)).text,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

test("TypeScript's own server answers what is asked of it", async () => {
  await using at = project();
  const twice = { file_path: "main.ts", line: 2, name: "twice" } as const;
  expect(await at.lsp({ op: "definition", ...twice })).toBe(
    "1 place\nshape.ts:9: export function twice(n: number): number {",
  );
  expect(await at.lsp({ op: "references", ...twice })).toBe(
    '4 places\nmain.ts:1: import { Box, twice } from "./shape.js";\nmain.ts:2: /* é𝒳 */ export const all = [twice(2), new Box().area()];\nshape.ts:6: return twice(1);\nshape.ts:9: export function twice(n: number): number {',
  );
  expect(await at.lsp({ op: "hover", ...twice })).toContain("function twice(n: number): number");
  expect(await at.lsp({ op: "implementation", file_path: "shape.ts", name: "Shape" })).toBe(
    "1 place\nshape.ts:4: export class Box implements Shape {",
  );
  expect(await at.lsp({ op: "callers", file_path: "shape.ts", name: "twice" })).toContain(
    "shape.ts:5: method area\n  shape.ts:6: return twice(1);",
  );
  expect(await at.lsp({ op: "callees", file_path: "shape.ts", line: 5, name: "area" })).toBe(
    "1 callee\nshape.ts:9: function twice\n  shape.ts:6: return twice(1);",
  );
  expect(await at.lsp({ op: "symbols", file_path: "shape.ts" })).toContain(
    "1: interface Shape\n2:   method area\n4: class Box",
  );
  expect(await at.lsp({ op: "symbols", query: "twice" })).toContain("shape.ts:9: function twice");
  expect(await at.lsp({ op: "diagnostics", file_path: "main.ts" })).toBe(
    "typescript finds nothing wrong with main.ts.",
  );
});

test("TypeScript's own server tells what an edit broke, and renames over files", async () => {
  await using at = project();
  await at.lsp({ op: "diagnostics", file_path: "main.ts" });
  const broken = await at.edit({ file_path: "shape.ts", old_string: "(n: number)", new_string: "(n: string)" });
  expect(broken).toContain("New errors (typescript):\nshape.ts:6: error: Argument of type");
  expect(broken).toContain(
    "main.ts:2: error: Argument of type 'number' is not assignable to parameter of type 'string'. [2345]",
  );
  const mended = await at.edit({ file_path: "shape.ts", old_string: "(n: string)", new_string: "(n: number)" });
  expect(mended).not.toContain("error");
  const renamed = await at.lsp({ op: "rename", file_path: "shape.ts", name: "twice", new_name: "double" });
  expect(renamed).toStartWith("twice is now double: 4 places in 2 files.\n");
  expect(await at.read("main.ts")).toBe(files["main.ts"].replaceAll("twice", "double"));
  expect(await at.read("shape.ts")).toBe(files["shape.ts"].replaceAll("twice", "double"));
  expect(await at.lsp({ op: "diagnostics" })).toStartWith("Nothing is wrong in ");
});

test("other tools ask by the port, of servers that run", async () => {
  await using at = project();
  const { signal } = new AbortController();
  const port = languagePort(await at.languages.open(), at.workspace);
  expect(await port.workspaceSymbols("twice", signal)).toEqual([]);
  expect(await port.references("shape.ts", 9, "twice", signal)).toBeUndefined();
  const places = await port.references("shape.ts", 9, "twice", signal, { start: true });
  expect(places?.map(({ path, line, column }) => [path, line, column])).toEqual([
    [at.path("main.ts"), 1, 15],
    [at.path("main.ts"), 2, 31],
    [at.path("shape.ts"), 6, 12],
    [at.path("shape.ts"), 9, 17],
  ]);
  expect(await port.references("shape.ts", 1, "twice", signal)).toBeUndefined();
  const text = "export function twice(n: number): number {";
  expect(await port.workspaceSymbols("twice", signal)).toContainEqual({
    path: at.path("shape.ts"),
    line: 9,
    column: 17,
    text,
    name: "twice",
    kind: "function",
  });
});
