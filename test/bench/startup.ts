/** Time until the program has said its version and its help, beside a Bun that does nothing. */
import { median, printMetric } from "./metric.ts";
import { openWorkplace } from "./support/program.ts";

const runs = 21;
const idle = ["-e", "0"];

await using place = await openWorkplace();
const { bundle, source } = place.mains;
const cases: Readonly<Record<string, readonly string[]>> = {
  "startup.bun": idle,
  "startup.version": [bundle, "--version"],
  "startup.help": [bundle, "--help"],
  "startup.version.source": [source, "--version"],
  "startup.help.source": [source, "--help"],
};
const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, argv] of Object.entries(cases)) times.get(name)?.push((await place.run(argv)).wallMs);
}
for (const [name, walls] of times) printMetric(`${name}.wall`, median(walls), "ms", runs);
