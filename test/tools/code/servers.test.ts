/** CodeSearch beside TypeScript's own language server: what it knows is told as known, the rest by name. */
import { expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Projects } from "../../../tools/code/project.ts";
import { codeSearchTool } from "../../../tools/code-search.ts";
import { Languages } from "../../../tools/lsp/languages.ts";
import { lspTool } from "../../../tools/lsp.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { placeAt } from "../tool-bench.ts";

const files = {
  "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: "nodenext", types: [] } }),
  "package.json": '{"type":"module"}',
  "start.ts": "export function start(n: number): number {\n  return n;\n}\n",
  "main.ts": 'import { start } from "./start.js";\nexport const all = start(2);\n',
  "other.ts": "const car = { start: () => 1 };\nexport const go = car.start();\n",
};

test("uses that a running server knows are marked, and those that only have the name are not", async () => {
  using dir = tempDir();
  symlinkSync(join(import.meta.dir, "../../../node_modules"), join(dir.path, "node_modules"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir.path, name), text);
  await using stack = new AsyncDisposableStack();
  const languages = new Languages({ own: (pool) => stack.use(pool) });
  const projects = new Projects({ XDG_CACHE_HOME: join(dir.path, "cache") });
  const search = codeSearchTool(projects, { servers: () => languages.pool });
  const place = placeAt(dir.path);
  const uses = async () => (await place.run(search, { query: "start", find: "uses" })).text;

  const alone = await uses();
  expect(alone).toContain("(by name)");
  expect(alone).not.toContain("[LSP]");

  const asked = { op: "definition", file_path: "main.ts", line: 2, name: "start" } as const;
  expect((await place.run(lspTool(languages), asked)).text).toContain("start.ts:1");
  const lines = (await uses()).split("\n");
  const known = lines.filter((line) => line.endsWith("[LSP]"));
  expect(known.map((line) => line.split("  ")[0]?.trim())).toEqual(["main.ts:1", "main.ts:2"]);
  expect(lines.find((line) => line.includes("other.ts:2"))).not.toContain("[LSP]");
});
