/** Time from an append to its fsync: one at a time, and in bursts from two sessions at once. */
import { join } from "node:path";
import { Session } from "../../agent/session.ts";
import { said } from "../agent/session-events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { printMetric, quantile } from "./metric.ts";

const text = "x".repeat(1000);

/** Milliseconds from each append to the fsync that covers it. */
async function alone(dir: string, runs: number): Promise<number[]> {
  await using session = await Session.create(dir);
  const times: number[] = [];
  for (let seq = 1; seq <= runs; seq++) {
    const startedAt = performance.now();
    session.append(said(seq, text));
    await session.flush();
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function underLoad(dir: string, runs: number): Promise<number[]> {
  await using session = await Session.create(dir);
  const startedAt = new Map<number, number>();
  const times: number[] = [];
  session.onSaved((events) => {
    const now = performance.now();
    for (const event of events) times.push(now - (startedAt.get(event.seq) ?? now));
  });
  for (let seq = 1; seq <= runs; seq++) {
    startedAt.set(seq, performance.now());
    session.append(said(seq, text));
    if (seq % 5 === 0) await Bun.sleep(1);
  }
  await session.flush();
  return times;
}

using temp = tempDir();
const single = await alone(join(temp.path, "alone"), 300);
const loads = await Promise.all([1, 2].map((name) => underLoad(join(temp.path, `load${name}`), 2000)));
for (const [name, times] of [["alone", single] as const, ["load", loads.flat()] as const]) {
  printMetric(`append.${name}.p50`, quantile(times, 0.5), "ms", times.length);
  printMetric(`append.${name}.p95`, quantile(times, 0.95), "ms", times.length);
}
