/**
 * Every check of the project, in order: format and lint, types, then all tests. Streams what each prints; the last line
 * on stdout is `N passed, N failed`. A check that crashes or prints no result has failed.
 */
import { join } from "node:path";
import { addCounts, type Counts, type Finished, oneCheck, testCounts } from "./check/counts.ts";

const root = join(import.meta.dir, "..");

interface Check {
  readonly name: string;
  readonly args: readonly string[];
  readonly count: (finished: Finished) => Counts;
}

const checks: readonly Check[] = [
  { name: "format and lint", args: ["node_modules/@biomejs/biome/bin/biome", "check", "."], count: oneCheck },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."], count: oneCheck },
  { name: "tests", args: ["test", "--timeout", "30000"], count: testCounts },
];

/** Runs a script or command of Bun, passing on what it prints as it prints it. */
async function run(args: readonly string[]): Promise<Finished> {
  const child = Bun.spawn([process.execPath, ...args], { cwd: root, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr] = await Promise.all([
    passOn(child.stdout, process.stdout),
    passOn(child.stderr, process.stderr),
    child.exited,
  ]);
  return { exitCode: child.exitCode, output: stdout + stderr };
}

/** Returns the end of what was printed. */
async function passOn(stream: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder();
  let end = "";
  for await (const bytes of stream) {
    to.write(bytes);
    end = (end + decoder.decode(bytes, { stream: true })).slice(-16_384);
  }
  return end;
}

let total: Counts = { passed: 0, failed: 0 };
for (const { name, args, count } of checks) {
  process.stdout.write(`\n== ${name}\n`);
  const counts = count(await run(args));
  process.stdout.write(`== ${name}: ${counts.failed === 0 ? "passed" : "failed"}\n`);
  total = addCounts(total, counts);
}
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
