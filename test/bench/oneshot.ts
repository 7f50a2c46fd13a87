/** What one short headless answer costs, on each wire, as published and from a clone. */
import { wires } from "../support/fake-types.ts";
import { median, printMetric } from "./metric.ts";
import { type Cost, openWorkplace } from "./support/program.ts";

const runs = 15;

await using place = await openWorkplace();
const { bundle, source } = place.mains;
const cases = [
  ...wires.map((wire) => ({ name: `oneshot.${wire}`, argv: [bundle, ...place.oneShot(wire, "Say hello.")] })),
  { name: "oneshot.source.anthropic", argv: [source, ...place.oneShot("anthropic", "Say hello.")] },
];
const costs = new Map<string, Cost[]>(cases.map(({ name }) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const { name, argv } of cases) costs.get(name)?.push(await place.run(argv));
}
for (const [name, all] of costs) {
  printMetric(`${name}.wall`, median(all.map((cost) => cost.wallMs)), "ms", runs);
  printMetric(`${name}.cpu`, median(all.map((cost) => cost.cpuMs)), "ms", runs);
}
