/**
 * What a round of tools costs the agent itself: from the end of an answer with a call to the next request, the tool
 * included, with the session saved as always. The model is a script in this process. Logs are short, long behind a
 * marker, and long with all of it in the context.
 */
import { join } from "node:path";
import { Agent } from "../../agent/agent.ts";
import { Session } from "../../agent/session.ts";
import { builtinTools } from "../../tools/registry.ts";
import { tempDir } from "../support/temp-dir.ts";
import { median, printMetric } from "./metric.ts";
import { makeSession } from "./support/long-session.ts";
import { sampleText } from "./support/program.ts";
import { roundModel, type ToolUse } from "./support/round-model.ts";

const warmup = 100;
const runs = 300;
const read: ToolUse = { name: "Read", args: (round) => ({ file_path: "sample.txt", offset: 1 + (round % 100) }) };
const shell: ToolUse = { name: "Bash", args: () => ({ command: "true" }) };
const logs = {
  "100": { entries: 100, compacted: false },
  "20000": { entries: 20_000, compacted: true },
  "20000.context": { entries: 20_000, compacted: false },
};

using temp = tempDir();
await Bun.write(join(temp.path, "sample.txt"), sampleText);

/** Milliseconds of each round. */
async function measure(tool: ToolUse, log: keyof typeof logs): Promise<number[]> {
  const dir = join(temp.path, `${tool.name}-${log}`);
  await makeSession(dir, logs[log].entries, temp.path, logs[log].compacted);
  await using session = await Session.open(dir);
  await using model = roundModel(tool, warmup + runs);
  const env = { PATH: process.env.PATH ?? "" };
  await using agent = new Agent({ model, tools: builtinTools(), cwd: temp.path, env, session });
  const result = await agent.run("Go on.");
  if (result.rounds !== warmup + runs) throw new Error(`There were ${result.rounds} rounds: ${result.error?.message}`);
  return model.answered.map((at, round) => (model.asked[round + 1] ?? Number.NaN) - at).slice(warmup);
}

for (const [name, tool] of [["read", read] as const, ["shell", shell] as const]) {
  const own = new Map<string, number>();
  for (const log of Object.keys(logs) as (keyof typeof logs)[]) {
    const value = median(await measure(tool, log));
    own.set(log, value);
    printMetric(`rounds.${name}.${log}`, value, "ms", runs);
  }
  const short = own.get("100") ?? Number.NaN;
  printMetric(`rounds.${name}.ratio`, (own.get("20000") ?? Number.NaN) / short, "×", runs);
  printMetric(`rounds.${name}.ratio.context`, (own.get("20000.context") ?? Number.NaN) / short, "×", runs);
}

const bare: number[] = [];
for (let run = 0; run < runs; run++) {
  const startedAt = performance.now();
  await Bun.spawn(["bash", "-c", "true"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" }).exited;
  bare.push(performance.now() - startedAt);
}
printMetric("rounds.shell.bare", median(bare), "ms", runs);
