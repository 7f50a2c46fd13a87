/**
 * Runs every benchmark of this directory, or those whose names are given, one after another, and prints each metric
 * beside its baseline. `--save` makes the results the baseline.
 */
import { join } from "node:path";
import { z } from "zod";
import { type Metric, metricSchema } from "./metric.ts";

const here = import.meta.dir;
const baselinePath = join(here, "baseline.json");
const helpers = new Set(["run.ts", "metric.ts"]);

async function readBaseline(): Promise<Map<string, number>> {
  const file = Bun.file(baselinePath);
  if (!(await file.exists())) return new Map();
  return new Map(Object.entries(z.record(z.string(), z.number()).parse(await file.json())));
}

/** The metrics that a benchmark prints. Whatever else it prints goes to stderr. */
async function measure(name: string): Promise<{ metrics: Metric[]; exitCode: number }> {
  const child = Bun.spawn([process.execPath, join(here, name)], { stdout: "pipe", stderr: "inherit" });
  const metrics: Metric[] = [];
  for (const line of (await new Response(child.stdout).text()).split("\n")) {
    const metric = parseMetric(line);
    if (metric) metrics.push(metric);
    else if (line !== "") process.stderr.write(`${line}\n`);
  }
  return { metrics, exitCode: await child.exited };
}

function parseMetric(line: string): Metric | undefined {
  try {
    return metricSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function row(metric: string, value: string, baseline: string, ratio: string): string {
  return `${metric.padEnd(40)}${value.padStart(16)}${baseline.padStart(16)}${ratio.padStart(8)}\n`;
}

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const names = [...new Bun.Glob("*.ts").scanSync({ cwd: here })]
  .filter((name) => !helpers.has(name) && (wanted.length === 0 || wanted.includes(name.replace(/\.ts$/, ""))))
  .sort();
const baseline = await readBaseline();
process.stdout.write(row("metric", "value", "baseline", "ratio"));
for (const name of names) {
  const { metrics, exitCode } = await measure(name);
  for (const { metric, value, unit } of metrics) {
    const before = baseline.get(metric);
    const ratio = before ? (value / before).toFixed(2) : "";
    process.stdout.write(row(metric, `${value} ${unit}`, before === undefined ? "" : `${before} ${unit}`, ratio));
    if (process.argv.includes("--save")) baseline.set(metric, value);
  }
  if (exitCode === 0 && metrics.length > 0) continue;
  process.stdout.write(`${name} ${exitCode === 0 ? "printed no metric" : `failed with exit code ${exitCode}`}\n`);
  process.exitCode = 1;
}
if (process.argv.includes("--save")) {
  const sorted = [...baseline].sort(([a], [b]) => a.localeCompare(b));
  await Bun.write(baselinePath, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}
