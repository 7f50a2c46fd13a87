import { afterAll } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Languages } from "../../tools/lsp/languages.ts";
import { LspPool } from "../../tools/lsp/pool.ts";
import { lspTool } from "../../tools/lsp.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toyServer } from "../tools/lsp/toy-project.ts";
import { toolContract } from "./tool.ts";

const home = tempDir();
const config = join(home.path, "lsp.json");
writeFileSync(config, JSON.stringify({ servers: { toy: toyServer(join(home.path, "log")) } }));
const pool = new LspPool({ declared: { own: [config] }, times: { idleMs: 1000 } });
const languages = new Languages();
languages.use(pool);
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const hostile = "no/such\n\u001b[31mfile";

toolContract(lspTool(languages), {
  prepare(directory) {
    writeFileSync(join(directory, "a.toy"), "def one\nuse one none\n");
    writeFileSync(join(directory, "a.none"), "x");
  },
  works: [
    { op: "diagnostics", file_path: "a.toy" },
    { op: "references", file_path: "a.toy", line: 2, name: "one" },
    { op: "rename", file_path: "a.toy", name: "one", new_name: "two", dry_run: true },
    { op: "symbols", file_path: "a.toy" },
    { op: "restart", file_path: "a.toy" },
  ],
  fails: [
    { op: "diagnostics", file_path: hostile },
    { op: "diagnostics", file_path: "\0" },
    { op: "diagnostics", file_path: "." },
    { op: "diagnostics", file_path: "a.none" },
    { op: "hover", file_path: "a.toy", line: 9, name: "one" },
    { op: "callers", file_path: "a.toy", name: "one" },
    { op: "rename", file_path: "a.toy", line: 2, name: hostile, new_name: "x" },
  ],
  refused: [
    {},
    { op: "hover" },
    { op: "hover", file_path: "a.toy" },
    { op: "rename", file_path: "a.toy", name: "one" },
    { op: "symbols" },
    { op: "definition", file_path: "a.toy", name: "one", line: 0 },
    { op: "format", file_path: "a.toy" },
  ],
  large: {
    prepare: (directory) => writeFileSync(join(directory, "large.toy"), "bad luck of some length\n".repeat(10_000)),
    args: { op: "diagnostics", file_path: "large.toy" },
  },
});
