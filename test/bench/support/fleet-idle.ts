/**
 * A process with as many idle agents as its argument says, all built-in tools in the hands of each. Prints its resident
 * MiB, measured once they exist and once each has made a round, as `fresh after`.
 */
import { Fleet } from "../../../agent/fleet.ts";
import { builtinTools } from "../../../tools/registry.ts";
import { crowdModel } from "./fleet-crowd.ts";

const count = Number(process.argv[2]);
await using fleet = new Fleet();
const tools = builtinTools();
const model = crowdModel();
for (let index = 0; index < count; index += 1) fleet.root({ model, tools, label: `a${index}` });
const fresh = residentMiB();
fleet.command("*", { type: "prompt", text: "round" });
await fleet.quiet();
process.stdout.write(`${fresh} ${residentMiB()}\n`);

/** Without what the collector has not looked at yet. */
function residentMiB(): number {
  Bun.gc(true);
  return process.memoryUsage.rss() / 2 ** 20;
}
