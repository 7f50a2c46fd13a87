/** What a Bash round costs beyond the shell itself: the tool running `true`, and `bash -c true` driven directly. */
import { bashTool } from "../../tools/bash.ts";
import { placeAt } from "../tools/tool-bench.ts";
import { median, printMetric, quantile } from "./metric.ts";

const runs = 200;
const place = placeAt(process.cwd());

async function direct(): Promise<void> {
  const child = Bun.spawn(["bash", "-c", "true"], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
}

const times = { tool: [] as number[], direct: [] as number[], own: [] as number[] };
for (let run = -20; run < runs; run++) {
  const startedAt = performance.now();
  await direct();
  const between = performance.now();
  await place.run(bashTool, { command: "true" });
  const end = performance.now();
  if (run < 0) continue;
  times.direct.push(between - startedAt);
  times.tool.push(end - between);
  times.own.push(end - between - (between - startedAt));
}
printMetric("shell.tool.p50", median(times.tool), "ms", runs);
printMetric("shell.tool.p95", quantile(times.tool, 0.95), "ms", runs);
printMetric("shell.direct.p50", median(times.direct), "ms", runs);
printMetric("shell.own.p50", median(times.own), "ms", runs);
