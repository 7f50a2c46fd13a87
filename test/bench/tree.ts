/**
 * Grep, Glob and Read in a tree of 20,000 files and about 200 MB, each beside the nearest program or call that does the same and
 * no more: ripgrep, `rg --files`, and `node:fs`. Runs in turn.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolOutput } from "../../agent/tool.ts";
import { globTool } from "../../tools/glob.ts";
import { grepTool } from "../../tools/grep.ts";
import { findRg } from "../../tools/grep-rg.ts";
import { readTool } from "../../tools/read.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { median, printMetric } from "./metric.ts";

const [directories, filesEach, linesEach, runs] = [400, 50, 200, 9];

/** One file in a hundred says `needle`, one in fifty is a `.md`. */
function makeTree(root: string): void {
  const lines = Array.from(
    { length: linesEach },
    (_, at) => `const value${at} = compute(${at * 7}, "text") ?? other;\n`,
  );
  const body = lines.join("");
  for (let directory = 0; directory < directories; directory++) {
    const path = join(root, `part${directory % 20}/d${directory}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < filesEach; file++) {
      const rare = (directory * filesEach + file) % 100 === 0 ? "export const needle = 1;\n" : "";
      writeFileSync(join(path, `f${file}.${file === 0 ? "md" : "ts"}`), body + rare);
    }
  }
}

async function direct(...argv: readonly string[]): Promise<number> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe" });
  const [text] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return text.split("\n").length - 1;
}

async function compare(
  name: string,
  tool: () => Promise<ToolOutput>,
  peer: () => number | Promise<number>,
  expected: number,
): Promise<void> {
  const times = { tool: [] as number[], peer: [] as number[] };
  for (let run = -2; run < runs; run++) {
    const startedAt = performance.now();
    const found = await peer();
    const between = performance.now();
    const { isError, text } = await tool();
    const endedAt = performance.now();
    if (isError || found !== expected) throw new Error(`${name}: ${found} of ${expected}; ${text.slice(0, 200)}`);
    if (run < 0) continue;
    times.peer.push(between - startedAt);
    times.tool.push(endedAt - between);
  }
  printMetric(`tree.${name}.tool`, median(times.tool), "ms", runs);
  printMetric(`tree.${name}.peer`, median(times.peer), "ms", runs);
}

const rg = findRg();
if (rg === undefined) throw new Error("There is no ripgrep to compare with: install @vscode/ripgrep or rg.");
using dir = tempDir();
makeTree(dir.path);
const place = placeAt(dir.path);
const total = directories * filesEach;
const flags = ["--no-config", "--hidden"];
await compare(
  "grep",
  () => place.run(grepTool, { pattern: "needle" }),
  () => direct(rg, ...flags, "-l", "needle", dir.path),
  total / 100,
);
await compare(
  "glob",
  () => place.run(globTool, { pattern: "**/*.md" }),
  () => direct(rg, ...flags, "--files", "-g", "*.md", dir.path),
  directories,
);
const file = join(dir.path, "part0/d0/f1.ts");
await compare(
  "read",
  () => {
    place.workspace.reads.clear();
    return place.run(readTool, { file_path: file });
  },
  () => readFileSync(file, "utf8").split("\n").length - 1,
  linesEach,
);
