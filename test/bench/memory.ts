/** Peak resident memory of a headless run: one short answer, and 30 rounds of Read before it, of 1.6 KB and of 6.4 KB each. */
import { median, printMetric } from "./metric.ts";
import { openWorkplace } from "./support/program.ts";

const runs = 5;

await using place = await openWorkplace();
const prompts = { oneshot: "Say hello.", rounds30: "rounds 30 of 40", "rounds30.long": "rounds 30 of 160" };
for (const [prefix, main] of [
  ["memory", place.mains.bundle] as const,
  ["memory.source", place.mains.source] as const,
]) {
  for (const [name, prompt] of Object.entries(prompts)) {
    const peaks: number[] = [];
    for (let run = 0; run < runs; run++) peaks.push(await place.peakMiB([main, ...place.oneShot("anthropic", prompt)]));
    printMetric(`${prefix}.${name}`, median(peaks), "MiB", runs);
  }
}
