import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Projects } from "../../tools/code/project.ts";
import { codeSearchTool } from "../../tools/code-search.ts";
import { repoMapTool } from "../../tools/repo-map.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toolContract } from "./tool.ts";

const hostile = "no/such\n\u001b[31mfile";
const cache = tempDir({ memory: true });
process.on("exit", () => cache[Symbol.dispose]());
const projects = new Projects({ XDG_CACHE_HOME: cache.path });

function prepare(directory: string): void {
  mkdirSync(join(directory, "lib"));
  writeFileSync(join(directory, "a.ts"), "export function alpha() {}\n");
  writeFileSync(join(directory, "lib/b.py"), "def beta():\n    alpha()\n");
}

function prepareLarge(directory: string): void {
  const names = Array.from({ length: 4_000 }, (_, at) => `export function someLongName${at}(value: string): void {}\n`);
  writeFileSync(join(directory, "a.ts"), names.join(""));
  for (let at = 0; at < 500; at++)
    writeFileSync(join(directory, `${"n".repeat(200)}${at}.ts`), names.slice(0, 12).join(""));
}

toolContract(repoMapTool(projects), {
  prepare,
  works: [{}, { path: "lib" }, { query: "alpha", focus: ["lib", "a.ts"], budget: 500 }],
  fails: [{ path: hostile }, { path: "a.ts" }, { focus: ["nowhere"] }, { focus: ["/"] }],
  refused: [{ path: "" }, { query: "" }, { budget: 10 }, { budget: 1_000_000 }, { focus: "a.ts" }],
  large: { prepare: prepareLarge, args: { budget: 20_000 } },
});

toolContract(codeSearchTool(projects), {
  prepare,
  works: [
    { query: "alpha" },
    { query: "nothing here" },
    { query: "alpha", find: "uses", limit: 5 },
    { find: "outline", path: "lib" },
    { find: "outline", path: "a.ts" },
  ],
  fails: [{}, { find: "uses" }, { query: "a", path: hostile }],
  refused: [{ query: "" }, { query: 1 }, { query: "a", find: "everything" }, { query: "a", limit: 0 }],
  large: { prepare: prepareLarge, args: { find: "outline", limit: 500 } },
});
