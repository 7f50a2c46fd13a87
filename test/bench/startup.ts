/**
 * Time until the program has said its version and its help, beside a Bun that does nothing; and what it costs to load the
 * packages and rooms that a run needs, that of Bun included.
 */
import { median, printMetric } from "./metric.ts";
import { openWorkplace } from "./support/program.ts";

const runs = 21;
const idle = ["-e", "0"];

await using place = await openWorkplace();
const { bundle, source } = place.mains;
const load = (name: string) => ["-e", `await import(${JSON.stringify(Bun.resolveSync(name, import.meta.dir))})`];
const cases: Readonly<Record<string, readonly string[]>> = {
  "startup.bun": idle,
  "startup.version": [bundle, "--version"],
  "startup.help": [bundle, "--help"],
  "startup.version.source": [source, "--version"],
  "startup.help.source": [source, "--help"],
  "startup.load.zod": load("zod"),
  "startup.load.anthropic": load("@anthropic-ai/sdk"),
  "startup.load.openai": load("openai"),
  "startup.load.genai": load("@google/genai"),
  "startup.load.agent": load("../../agent/agent.ts"),
  "startup.load.tools": load("../../tools/registry.ts"),
};
const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (const [name, argv] of Object.entries(cases)) times.get(name)?.push((await place.run(argv)).wallMs);
}
for (const [name, walls] of times) printMetric(`${name}.wall`, median(walls), "ms", runs);
