import { expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { ToolProgress } from "../../agent/tool.ts";
import { bashTool } from "../../tools/bash.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "./tool-bench.ts";

/** Whether a process is there and not a zombie. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await Bun.sleep(5);
}

const pidIn = (text: string) => Number(/pid (\d+)/.exec(text)?.[1]);

test("a timeout keeps what was printed and ends the whole group, SIGTERM ignored or not", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const command = "echo pid $$; trap '' TERM; (sleep 40; echo no) & sleep 40";
  const { text, isError, details } = await place.run(bashTool, { command, timeout: 200.5 });
  expect(text).toMatch(/^pid \d+\n\[timed out after 0.201 s and was ended; what it printed is above\]$/);
  expect(isError).toBe(true);
  expect(details).toMatchObject({ exitCode: null, signal: "SIGKILL", timedOut: true });
  expect(runs(pidIn(text))).toBe(false);
});

test("SIGTERM comes first, so that a command can clean up", async () => {
  using dir = tempDir();
  const command = "trap 'echo cleaned; exit 9' TERM; while :; do sleep 0.02; done";
  const { text, details } = await placeAt(dir.path).run(bashTool, { command, timeout: 150 });
  expect(text).toContain("cleaned\n[timed out after 0.15 s");
  expect(details).toMatchObject({ exitCode: 9, signal: null, timedOut: true });
});

test("a daemon that holds the output cannot hold the call, on timeout or on exit", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const daemon = "setsid sh -c 'echo pid $$; sleep 40' & sleep 0.1";
  const late = await place.run(bashTool, { command: `${daemon}; sleep 40`, timeout: 300 });
  const done = await place.run(bashTool, { command: daemon });
  expect(late.text).toMatch(/^pid \d+\n\[timed out/);
  expect(done.text).toMatch(/^pid \d+\n\[exit code 0\]$/);
  for (const { text } of [late, done]) {
    expect(runs(pidIn(text))).toBe(true);
    process.kill(-pidIn(text), "SIGKILL");
  }
});

test("an abort ends the group and returns what was printed", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const running = place.run(bashTool, { command: "echo pid $$; sleep 40 | sleep 40" });
  await until(() => place.progress.length > 0);
  place.stop.abort();
  const { text, isError } = await running;
  expect(text).toMatch(/^pid \d+\n\[stopped; what it printed is above\]$/);
  expect(isError).toBe(true);
  expect(runs(pidIn(text))).toBe(false);
});

test("background jobs end with the call and the model is told; nohup keeps one", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const job = await place.run(bashTool, { command: "sleep 40 >/dev/null 2>&1 & echo pid $!" });
  expect(job.text).toContain("[Background jobs of this command were ended with it; start one with nohup");
  expect(job.isError).toBe(false);
  expect(runs(pidIn(job.text))).toBe(false);
  const kept = await place.run(bashTool, { command: "nohup sleep 40 >/dev/null 2>&1 & echo pid $!" });
  expect(kept.text).toMatch(/^pid \d+\n\[exit code 0\]$/);
  expect(runs(pidIn(kept.text))).toBe(true);
  process.kill(pidIn(kept.text), "SIGKILL");
});

test("what still writes for a moment after the shell is waited for", async () => {
  using dir = tempDir();
  const { text } = await placeAt(dir.path).run(bashTool, { command: "echo a > >(sleep 0.05; cat; echo b)" });
  expect(text).toBe("a\nb\n[exit code 0]");
});

test("children die with this process", async () => {
  using dir = tempDir();
  const script = `
    import { runProcess } from "${import.meta.dir}/../../tools/process.ts";
    import { systemClock } from "${import.meta.dir}/../../agent/clock.ts";
    const onOutput = (_, bytes) => { process.stdout.write(bytes); setTimeout(() => process.exit(3), 20); };
    const signal = new AbortController().signal;
    const argv = ["/bin/sh", "-c", "echo pid $$; sleep 40"];
    await runProcess({ argv, cwd: "/", env: {}, timeoutMs: 60_000, clock: systemClock, signal, onOutput });
  `;
  const parent = Bun.spawn([process.execPath, "-e", script], { cwd: dir.path, stdout: "pipe", stderr: "inherit" });
  const pid = pidIn(await new Response(parent.stdout).text());
  expect(await parent.exited).toBe(3);
  await until(() => !runs(pid));
});

test("output streams while the command runs, both streams apart and characters whole", async () => {
  using dir = tempDir();
  const command =
    "printf '\\xe2\\x82'; sleep 0.12; printf '\\xac'; sleep 0.12; echo wrong >&2; sleep 0.12; printf '\\xff end'";
  const place = placeAt(dir.path);
  const { text } = await place.run(bashTool, { command });
  const joined = (stream: string) => place.progress.map((news) => (isOn(news, stream) ? news.text : "")).join("");
  expect(joined("stdout")).toBe("€\ufffd end");
  expect(joined("stderr")).toBe("wrong\n");
  expect(place.progress.length).toBeGreaterThanOrEqual(3);
  expect(text).toBe("[stderr]\nwrong\n[stdout]\n€\ufffd end\n[exit code 0]");
});

const isOn = (news: ToolProgress, stream: string) => news.type === "output" && news.stream === stream;

test("a flood is kept in bounded memory", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "flood.ts")], { stdout: "pipe" });
  expect(Number.parseFloat(await new Response(child.stdout).text())).toBeLessThan(100);
});

test("a flood is bounded in the result and thinned in the live view", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  const command = "echo first; echo early >&2; yes 0123456789 | head -c 200000000; echo last; echo late >&2; exit 1";
  const { text, details } = await place.run(bashTool, { command });
  expect(text.length).toBeLessThanOrEqual(31_000);
  expect(text).toStartWith("first\n0123456789\n");
  expect(text).toMatch(
    /\n\[… about 199,97\d,\d{3} characters left out; send the output to a file to see all of it …\]\n/,
  );
  expect(text).toMatch(/last\n\[stderr\]\nearly\nlate\n\[exit code 1(?: after [\d.]+ s)?\]$/);
  expect(details).toMatchObject({ exitCode: 1, stdoutBytes: 200_000_011, stderrBytes: 11 });
  const shown = place.progress.reduce((sum, news) => sum + news.text.length, 0);
  expect(shown).toBeLessThan(20_000_000);
  expect(place.progress.some((news) => /characters not shown live/.test(news.text))).toBe(true);
});

test("no descriptor stays open", async () => {
  using dir = tempDir();
  const place = placeAt(dir.path);
  await place.run(bashTool, { command: "true" });
  const before = openPipes();
  for (let i = 0; i < 5; i++) await place.run(bashTool, { command: "echo x; (setsid sleep 0.2 &); exit 1" });
  await until(() => openPipes() <= before);
});

function openPipes(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return /^(pipe|socket):/.test(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return false;
    }
  }).length;
}
