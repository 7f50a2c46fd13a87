/**
 * What a round of tools costs. `rounds.read` and `rounds.shell` are the agent's own time: from the end of an answer with a
 * call to the next request, the tool included, with the session saved as always; the model is a script in this process.
 * `rounds.wire` is a whole round of Read on the Anthropic wire, from request to request, with a server in another process.
 * Logs are short, long behind a marker, and long with all of it in the context.
 */
import { join } from "node:path";
import { Agent } from "../../agent/agent.ts";
import type { Model } from "../../agent/model.ts";
import { Session } from "../../agent/session.ts";
import { builtinTools } from "../../tools/registry.ts";
import { tempDir } from "../support/temp-dir.ts";
import { median, printMetric } from "./metric.ts";
import { makeSession } from "./support/long-session.ts";
import { sampleText } from "./support/program.ts";
import { roundModel, type ToolUse } from "./support/round-model.ts";
import { openWire } from "./support/wire.ts";

const warmup = 100;
const runs = 300;
const read: ToolUse = { name: "Read", args: (round) => ({ file_path: "sample.txt", offset: 1 + (round % 100) }) };
const shell: ToolUse = { name: "Bash", args: (round) => ({ command: `true ${round}` }) };
const logs = {
  "100": { entries: 100, compacted: false },
  "20000": { entries: 20_000, compacted: true },
  "20000.context": { entries: 20_000, compacted: false },
};
type LogName = keyof typeof logs;

using temp = tempDir();
await Bun.write(join(temp.path, "sample.txt"), sampleText);

/** Runs so many rounds on a log of that kind and resolves to when each call of the model began. */
async function run(model: Model, log: LogName): Promise<number[]> {
  const dir = join(temp.path, crypto.randomUUID());
  await makeSession(dir, logs[log].entries, temp.path, logs[log].compacted);
  await using session = await Session.open(dir);
  const env = { PATH: process.env.PATH ?? "" };
  const maxRounds = warmup + runs;
  await using agent = new Agent({ model, tools: builtinTools(), cwd: temp.path, env, session, maxRounds });
  const startedAt: number[] = [];
  agent.subscribe((event) => {
    if (event.type === "callStarted") startedAt.push(performance.now());
  });
  const { error } = await agent.run("Go on.");
  if (startedAt.length <= maxRounds) throw new Error(`There were ${startedAt.length} calls: ${error?.message}`);
  return startedAt;
}

/** Milliseconds of each round but the first ones. */
async function ownTimes(tool: ToolUse, log: LogName): Promise<number[]> {
  await using model = roundModel(tool, warmup + runs);
  await run(model, log);
  return model.answered.map((at, round) => (model.asked[round + 1] ?? Number.NaN) - at).slice(warmup);
}

async function wireTimes(log: LogName): Promise<number[]> {
  await using wire = await openWire();
  const times = await run(wire.model, log);
  return times.map((at, round) => (times[round + 1] ?? at) - at).slice(warmup, warmup + runs);
}

const measures: Readonly<Record<string, (log: LogName) => Promise<number[]>>> = {
  read: (log) => ownTimes(read, log),
  shell: (log) => ownTimes(shell, log),
  wire: wireTimes,
};
for (const [name, measure] of Object.entries(measures)) {
  // Machine code is made in the first pass.
  await measure("100");
  const short = median(await measure("100"));
  const long = median(await measure("20000"));
  const whole = median(await measure("20000.context"));
  printMetric(`rounds.${name}.100`, short, "ms", runs);
  printMetric(`rounds.${name}.20000`, long, "ms", runs);
  printMetric(`rounds.${name}.20000.context`, whole, "ms", runs);
  printMetric(`rounds.${name}.ratio`, long / short, "x", runs);
  printMetric(`rounds.${name}.ratio.context`, whole / short, "x", runs);
}

const bare: number[] = [];
for (let at = 0; at < runs; at++) {
  const startedAt = performance.now();
  await Bun.spawn(["bash", "-c", "true"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited;
  bare.push(performance.now() - startedAt);
}
printMetric("rounds.shell.bare", median(bare), "ms", runs);
