/** Which calls of a round run beside each other, and which one after the other. */
import type { Start } from "./background.ts";
import { exclusive, type SerializeKey } from "./tool.ts";

interface Job {
  readonly key: SerializeKey;
  readonly start: Start;
}

/** Groups the jobs of a round into sequences that run beside each other; those of one sequence start after the same delay. */
export function sequencesOf<Each extends Job>(jobs: readonly Each[]): Each[][] {
  return [...Map.groupBy(jobs, (job) => job.start.delayMs).values()].flatMap(byKey);
}

function byKey<Each extends Job>(jobs: readonly Each[]): Each[][] {
  const isOneLine = jobs.some((job) => job.key === exclusive);
  const keyed = new Map<SerializeKey, Each[]>();
  const free: Each[][] = [];
  for (const job of jobs) {
    if (job.key === undefined) {
      free.push([job]);
      continue;
    }
    const key = isOneLine ? exclusive : job.key;
    const sequence = keyed.get(key);
    if (sequence) sequence.push(job);
    else keyed.set(key, [job]);
  }
  return [...keyed.values(), ...free];
}
