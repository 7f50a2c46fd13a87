import { expect, test } from "bun:test";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { oneCheck, testCounts } from "./counts.ts";

/** What the real runner says of test files with these bodies. */
async function countsOf(...bodies: string[]) {
  using temp = tempDir();
  for (const [index, body] of bodies.entries()) {
    await Bun.write(join(temp.path, `f${index}.test.ts`), `import { expect, test } from "bun:test";\n${body}\n`);
  }
  const child = Bun.spawn([process.execPath, "test"], { cwd: temp.path, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return testCounts({ exitCode, output: stdout + stderr });
}

const passing = 'test("a", () => expect(1).toBe(1));';

test("passed and failed tests of all files are counted", async () => {
  expect(await countsOf(passing, `${passing} test("b", () => expect(1).toBe(2));`)).toEqual({ passed: 2, failed: 1 });
  expect(await countsOf(passing)).toEqual({ passed: 1, failed: 0 });
});

test("a file that cannot be loaded is a failure", async () => {
  expect(await countsOf(passing, 'throw new Error("no");')).toEqual({ passed: 1, failed: 1 });
});

test("a run that breaks off is a failure, even with exit code 0", async () => {
  expect((await countsOf('test("a", () => process.exit(0));')).failed).toBe(1);
  expect((await countsOf('test("a", () => process.kill(process.pid, "SIGKILL"));')).failed).toBe(1);
});

test("no tests at all is a failure", async () => {
  expect((await countsOf()).failed).toBe(1);
});

test("a summary in the output of a test is not the summary", () => {
  const fake = " 900 pass\n 0 fail\nRan 900 tests across 1 file. [1ms]\n";
  expect(testCounts({ exitCode: 1, output: fake })).toEqual({ passed: 900, failed: 1 });
  const output = `${fake}more\n\n 3 pass\n 2 fail\n 5 expect() calls\nRan 5 tests across 2 files. [2ms]\n`;
  expect(testCounts({ exitCode: 1, output })).toEqual({ passed: 3, failed: 2 });
});

test("a command passes by its exit code", () => {
  expect([0, 1, null].map((exitCode) => oneCheck({ exitCode, output: "" }).failed)).toEqual([0, 1, 1]);
});
