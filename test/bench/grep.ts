/** Grep over a tree of about 200 MB beside ripgrep driven directly for the same answer, runs in turn. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { grepTool } from "../../tools/grep.ts";
import { findRg } from "../../tools/grep-rg.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { median, printMetric } from "./metric.ts";

const directories = 100;
const filesEach = 40;
const linesEach = 1000;
const runs = 15;

/** 4,000 files of 50 KB; one in fifty says `needle`. */
function makeTree(root: string): void {
  const line = (index: number) => `const value${index} = compute(${index * 7}, "text ${index}") ?? fallback;\n`;
  const body = Array.from({ length: linesEach }, (_, index) => line(index)).join("");
  for (let directory = 0; directory < directories; directory++) {
    mkdirSync(join(root, `d${directory}`));
    for (let file = 0; file < filesEach; file++) {
      const rare = (directory * filesEach + file) % 50 === 0 ? "export const needle = 1;\n" : "";
      writeFileSync(join(root, `d${directory}/f${file}.ts`), body + rare);
    }
  }
}

async function direct(rg: string, flags: readonly string[], root: string): Promise<void> {
  const child = Bun.spawn([rg, "--no-config", "--hidden", ...flags, "needle", root], {
    stdin: "ignore",
    stdout: "pipe",
  });
  await Promise.all([new Response(child.stdout).text(), child.exited]);
}

const rg = findRg();
if (rg === undefined) throw new Error("There is no ripgrep to compare with: install @vscode/ripgrep or rg.");
using dir = tempDir();
makeTree(dir.path);
const place = placeAt(dir.path);
for (const [mode, flags] of [["files_with_matches", ["-l"]] as const, ["content", ["-n"]] as const]) {
  const times = { tool: [] as number[], rg: [] as number[] };
  for (let run = -2; run < runs; run++) {
    const startedAt = performance.now();
    await direct(rg, flags, dir.path);
    const between = performance.now();
    const { details } = await place.run(grepTool, { pattern: "needle", output_mode: mode });
    const end = performance.now();
    if (details?.type !== "matches" || details.matches !== (directories * filesEach) / 50)
      throw new Error("Grep missed some.");
    if (run < 0) continue;
    times.rg.push(between - startedAt);
    times.tool.push(end - between);
  }
  printMetric(`grep.${mode}.tool`, median(times.tool), "ms", runs);
  printMetric(`grep.${mode}.rg`, median(times.rg), "ms", runs);
  const own = times.tool.map((time, run) => time - (times.rg[run] ?? 0));
  printMetric(`grep.${mode}.own`, median(own), "ms", runs);
}
