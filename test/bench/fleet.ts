/**
 * Many agents in one process. `fleet.crowd` is a thousand that each make one round, one in ten of which throws, hangs or
 * goes in circles; with a model in the process, and on the Anthropic wire with a server in another. `fleet.delay` is how
 * late the event loop was meanwhile. `fleet.idle` is the whole memory of a process with ten thousand that rest, and
 * `fleet.send` what a message and its answer cost with ten alive and with ten thousand.
 */
import { join } from "node:path";
import { Fleet } from "../../agent/fleet.ts";
import { median, printMetric } from "./metric.ts";
import { type CrowdCost, crowdModel, runCrowd } from "./support/fleet-crowd.ts";
import { openWire } from "./support/wire.ts";

const runs = 5;
const sends = 500;

async function crowd(name: string, run: () => Promise<CrowdCost>): Promise<void> {
  const costs: CrowdCost[] = [];
  for (let each = 0; each < runs; each += 1) costs.push(await run());
  const print = (metric: string, pick: (cost: CrowdCost) => number) =>
    printMetric(metric, median(costs.map(pick)), "ms", runs);
  print(`fleet.crowd.${name}.wall`, ({ wallMs }) => wallMs);
  print(`fleet.crowd.${name}.cpu`, ({ cpuMs }) => cpuMs);
  print(`fleet.delay.${name}.p99`, ({ delayP99Ms }) => delayP99Ms);
  print(`fleet.delay.${name}.max`, ({ delayMaxMs }) => delayMaxMs);
}

async function idleMiB(count: number): Promise<[fresh: number, after: number]> {
  const program = join(import.meta.dir, "support", "fleet-idle.ts");
  const child = Bun.spawn([process.execPath, program, String(count)], { stdout: "pipe", stderr: "inherit" });
  const [fresh, after] = (await new Response(child.stdout).text()).split(" ").map(Number);
  if ((await child.exited) !== 0 || !fresh || !after) throw new Error("The idle agents could not be measured.");
  return [fresh, after];
}

/** Milliseconds from a message to the end of its answer, with so many alive. */
async function sendMs(alive: number): Promise<number> {
  await using fleet = new Fleet();
  const model = crowdModel();
  for (let index = 0; index < alive; index += 1) fleet.root({ model, label: `a${index}` });
  const times: number[] = [];
  for (let at = 0; at < 2 * sends; at += 1) {
    const label = `a${at % 2}`;
    const rests = Promise.withResolvers<void>();
    using _ = fleet.get(label)?.subscribe(({ type }) => type === "idle" && rests.resolve());
    const startedAt = performance.now();
    fleet.send(`a${(at + 1) % 2}`, { to: label, content: "Hello." });
    await rests.promise;
    times.push(performance.now() - startedAt);
  }
  return median(times.slice(sends));
}

await crowd("process", () => runCrowd(crowdModel()));
{
  await using wire = await openWire("crowd-server.ts");
  await crowd("wire", () => runCrowd(wire.model));
}
const [fresh, after] = await idleMiB(10_000);
printMetric("fleet.idle.10000", fresh, "MiB", 1);
printMetric("fleet.idle.10000.round", after, "MiB", 1);
await sendMs(10);
const few = await sendMs(10);
const many = await sendMs(10_000);
printMetric("fleet.send.10", few, "ms", sends);
printMetric("fleet.send.10000", many, "ms", sends);
printMetric("fleet.send.ratio", many / few, "x", sends);
