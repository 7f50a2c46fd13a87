/**
 * RepoMap and CodeSearch over generated trees: the first map, which parses all; the next ones, from the index on the disk; one
 * after ten edits; and the largest resident size of this process. 5,000 files warm may take 1 s.
 */
import { appendFileSync, globSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Projects } from "../../tools/code/project.ts";
import { codeSearchTool } from "../../tools/code-search.ts";
import { repoMapTool } from "../../tools/repo-map.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { median, printMetric } from "./metric.ts";
import { makeCodeTree } from "./support/code-tree.ts";

const runs = 3;
const old = new Date(Date.now() - 60_000);

async function timed(work: () => Promise<{ readonly isError?: boolean }>): Promise<number> {
  const startedAt = performance.now();
  const { isError } = await work();
  if (isError) throw new Error("The call failed.");
  return performance.now() - startedAt;
}

async function repeated(work: () => Promise<{ readonly isError?: boolean }>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await timed(work));
  return median(times);
}

for (const count of [5_000, 20_000]) {
  using dir = tempDir();
  const root = join(dir.path, "project");
  makeCodeTree(root, count);
  for (const path of globSync("**/*.*", { cwd: root })) utimesSync(join(root, path), old, old);
  const projects = new Projects({ XDG_CACHE_HOME: join(dir.path, "cache") });
  const [repoMap, codeSearch] = [repoMapTool(projects), codeSearchTool(projects)];
  const place = placeAt(root);
  const map = () => place.run(repoMap, { query: "register step" });
  printMetric(`repo-map.${count}.cold`, await timed(map), "ms", 1);
  printMetric(`repo-map.${count}.warm`, await repeated(map), "ms", runs);
  const before = process.cpuUsage();
  await map();
  const { user, system } = process.cpuUsage(before);
  printMetric(`repo-map.${count}.warm.cpu`, (user + system) / 1_000, "ms", 1);
  printMetric(`repo-map.${count}.memory`, process.memoryUsage.rss() / 2 ** 20, "MiB", 1);
  for (let at = 0; at < 10; at++)
    appendFileSync(join(root, `part0/module${at * 10}.ts`), "\nexport const edited = 1;\n");
  printMetric(`repo-map.${count}.edited`, await timed(map), "ms", 1);
  const name = () => place.run(codeSearch, { query: "handlePart30Step2" });
  const words = () => place.run(codeSearch, { query: "handles a step of part" });
  const uses = () => place.run(codeSearch, { query: "Registry30", find: "uses" });
  printMetric(`code-search.${count}.name`, await repeated(name), "ms", runs);
  printMetric(`code-search.${count}.words`, await repeated(words), "ms", runs);
  printMetric(`code-search.${count}.uses`, await repeated(uses), "ms", runs);
}
