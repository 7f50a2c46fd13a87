/** One piece of work for a whole tree: from a prompt to its root until no agent works and no message waits. */
import type { Agent } from "./agent.ts";
import type { Fleet } from "./fleet.ts";
import type { Share } from "./ledger.ts";
import { addUsage, noUsage, type Usage } from "./message.ts";
import type { OutputPrompt } from "./output.ts";
import { type Prompt, RunRecord, type RunResult } from "./run.ts";

/** The root's last answer; tokens and money are the tree's. */
export interface FleetResult extends RunResult<unknown> {
  /** What each agent of the tree has used and cost so far. */
  readonly agents: readonly Share[];
}

/** An abort of the signal leaves the others to themselves: it ends as soon as the root rests. */
export async function runFleet(
  fleet: Fleet,
  root: Agent,
  prompt: string | Prompt | OutputPrompt<unknown>,
  signal: AbortSignal,
): Promise<FleetResult> {
  const before = total(fleet.shares());
  const run = root.run(prompt);
  const record = new RunRecord(root.snapshot().sessionId, root.wanted);
  using _ = root.subscribe((event) => record.note(event));
  await run;
  await Promise.race([fleet.quiet(), aborted(signal)]);
  const agents = fleet.shares();
  const after = total(agents);
  return { ...record.result, usage: less(after.usage, before.usage), costUsd: after.costUsd - before.costUsd, agents };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

interface Total {
  readonly usage: Usage;
  readonly costUsd: number;
}

function total(shares: readonly Share[]): Total {
  return shares.reduce<Total>(
    (sum, share) => ({ usage: addUsage(sum.usage, share.usage), costUsd: sum.costUsd + share.costUsd }),
    { usage: noUsage, costUsd: 0 },
  );
}

function less(a: Usage, b: Usage): Usage {
  return {
    input: a.input - b.input,
    output: a.output - b.output,
    cacheRead: a.cacheRead - b.cacheRead,
    cacheWrite: a.cacheWrite - b.cacheWrite,
    cacheWrite1h: a.cacheWrite1h - b.cacheWrite1h,
  };
}
