/** How a benchmark tells its results: one JSON line a metric on stdout. */
import { z } from "zod";

export const metricSchema = z.object({
  metric: z.string(),
  value: z.number(),
  unit: z.string(),
  /** How many measurements the value sums up. */
  runs: z.int(),
});
export type Metric = z.infer<typeof metricSchema>;

export function printMetric(metric: string, value: number, unit: string, runs: number): void {
  process.stdout.write(
    `${JSON.stringify({ metric, value: Number(value.toPrecision(4)), unit, runs } satisfies Metric)}\n`,
  );
}

/** The value below which `share` of the sorted values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
