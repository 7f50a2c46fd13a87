/** Peak resident memory of a headless run: one short answer, and 30 rounds of Read before it. */
import { median, printMetric } from "./metric.ts";
import { openWorkplace } from "./support/program.ts";

const runs = 5;

await using place = await openWorkplace();
for (const [prefix, main] of [
  ["memory", place.mains.bundle] as const,
  ["memory.source", place.mains.source] as const,
]) {
  for (const [name, prompt] of [["oneshot", "Say hello."] as const, ["rounds30", "rounds 30"] as const]) {
    const peaks: number[] = [];
    for (let run = 0; run < runs; run++) peaks.push(await place.peakMiB([main, ...place.oneShot("anthropic", prompt)]));
    printMetric(`${prefix}.${name}`, median(peaks), "MiB", runs);
  }
}
