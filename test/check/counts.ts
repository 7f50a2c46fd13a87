/** What a finished check adds to the total. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface Finished {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** The end of what it printed. */
  readonly output: string;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** A command that is one check: it passed when it exited with 0. */
export function oneCheck({ exitCode }: Finished): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Reads the summary that `bun test` ends with. Without one the run broke off, which is a failure whatever its exit
 * code; so is an exit code other than 0 when the summary counts no failure.
 */
export function testCounts({ exitCode, output }: Finished): Counts {
  const text = Bun.stripANSI(output);
  const summary = text.slice(Math.max(0, text.search(/\n *\d+ pass\n(?![\s\S]*\n *\d+ pass\n)/)));
  const counted = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}s?$`, "m").exec(summary)?.[1] ?? 0);
  const finished = /^Ran \d+ tests? across \d+ files?\./m.test(summary);
  const failed = counted("fail");
  const broken = !finished || (exitCode !== 0 && failed === 0);
  return { passed: counted("pass"), failed: failed + (broken ? 1 : 0) };
}
