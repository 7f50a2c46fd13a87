import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startFakeProvider } from "../support/fake-provider.ts";
import { freshHome, linesOf, type Program, resultOf, streamOf } from "./program.ts";

const json = ["--output-format", "json"];
const signals = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/** Waits until a condition holds; the test's own timeout is the limit. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(10);
}

async function ended(program: Program) {
  const [stdout, stderr] = await Promise.all([
    new Response(program.stdout).text(),
    new Response(program.stderr).text(),
  ]);
  await program.exited;
  return { code: program.exitCode, stdout, stderr };
}

/** Bun has installed the handlers: the signals are caught by the process itself. */
function catches(pid: number): boolean {
  const mask = /SigCgt:\s*([0-9a-f]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return (BigInt(`0x${mask}`) & 2n) !== 0n;
}

for (const [signal, code] of signals) {
  test(`${signal} while standard input is open ends it at once with ${code}`, async () => {
    using home = freshHome();
    const program = home.start(json, { stdin: "open" });
    await until(() => catches(program.pid));
    program.kill(signal);
    const finished = await ended(program);
    expect(finished).toMatchObject({ code, stderr: "" });
    expect(resultOf(finished)).toMatchObject({
      content: "",
      reason: "halted",
      stopReason: "interrupted",
      error: { code: "stopped" },
    });
    const plain = home.start([], { stdin: "open" });
    await until(() => catches(plain.pid));
    plain.kill(signal);
    expect(await ended(plain)).toEqual({ code, stdout: "", stderr: "" });
  });

  test(`${signal} in the middle of an answer keeps what was said`, async () => {
    const parts = [{ text: "Half an answer, and then it goes on." }];
    await using fake = await startFakeProvider([
      { parts, fault: { type: "stall", atChunk: 4 } },
      { parts: [{ text: "On." }] },
    ]);
    using home = freshHome(fake);
    const program = home.start(["-p", "Hi", "--output-format", "stream-json"]);
    let stdout = "";
    let shown = "";
    for await (const line of linesOf(program.stdout)) {
      stdout += `${line}\n`;
      const event = JSON.parse(line);
      if (event.type !== "delta") continue;
      shown += event.text;
      program.kill(signal);
    }
    await program.exited;
    expect(program.exitCode).toBe(code);
    const { events, result } = streamOf({ stdout });
    expect(result).toMatchObject({
      content: shown,
      reason: "halted",
      stopReason: "interrupted",
      error: { code: "stopped" },
    });
    expect(events.findLast((event) => event.type === "idle")).toMatchObject({ reason: "halted" });
    expect(fake.requests[0]?.aborted).toBe(true);
    expect(await home.run(["-p", "Go on.", "--continue"])).toEqual({ code: 0, stdout: "On.\n", stderr: "" });
    expect(fake.requests[1]?.view.messages.map(({ role, texts }) => ({ role, said: texts.join("") }))).toMatchObject([
      { role: "user", said: "Hi" },
      { role: "assistant", said: expect.stringContaining(shown) },
      { role: "user" },
    ]);
    expect(fake.problems).toEqual([]);
  });

  test(`${signal} during a command ends its whole process group`, async () => {
    using home = freshHome();
    const pidsAt = join(home.path, "pids");
    const command = `echo $$ > ${pidsAt}.part; (trap '' TERM; sleep 300) & echo $! >> ${pidsAt}.part; mv ${pidsAt}.part ${pidsAt}; wait`;
    await using fake = await startFakeProvider([{ parts: [{ text: "I wait." }, { call: "Bash", args: { command } }] }]);
    const program = home.start(["-p", "Hi", ...json], { env: { ...fakeEnv(fake.url("anthropic")) } });
    await until(() => Bun.file(pidsAt).exists());
    const pids = (await Bun.file(pidsAt).text()).trim().split("\n").map(Number);
    expect(pids.length).toBe(2);
    program.kill(signal);
    const finished = await ended(program);
    expect(finished.code).toBe(code);
    expect(resultOf(finished)).toMatchObject({ content: "I wait.", reason: "halted", rounds: 1 });
    expect(pids.filter(isAlive)).toEqual([]);
  });
}

const fakeEnv = (url: string) => ({ ANTHROPIC_API_KEY: "test-key", ANTHROPIC_BASE_URL: url });

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("a second signal ends it at once, whatever it waits for, and leaves no process behind", async () => {
  using home = freshHome();
  const pidAt = join(home.path, "pid");
  const command = `trap '' TERM; echo $$ > ${pidAt}.part; mv ${pidAt}.part ${pidAt}; while :; do sleep 1; done`;
  await using fake = await startFakeProvider([{ parts: [{ call: "Bash", args: { command } }] }]);
  const program = home.start(["-p", "Hi", "--output-format", "stream-json"], { env: fakeEnv(fake.url("anthropic")) });
  await until(() => Bun.file(pidAt).exists());
  program.kill("SIGINT");
  await Bun.sleep(30);
  program.kill("SIGTERM");
  await program.exited;
  expect([130, 143]).toContain(program.exitCode ?? 0);
  await until(() => !isAlive(Number(readFileSync(pidAt, "utf8"))));
});

test("a signal during the wait before a retry ends the wait", async () => {
  await using fake = await startFakeProvider([{ status: 429, headers: { "retry-after": "50" } }]);
  using home = freshHome(fake);
  const program = home.start(["-p", "Hi", ...json]);
  await until(() => fake.requests.length === 1);
  await Bun.sleep(100);
  program.kill("SIGINT");
  const finished = await ended(program);
  expect(finished.code).toBe(130);
  expect(resultOf(finished)).toMatchObject({ content: "", reason: "halted" });
});

test("a signal while nobody reads what it writes: the second ends it at once", async () => {
  await using fake = await startFakeProvider([{ parts: [{ text: "x".repeat(2_000_000) }], chunkChars: 100_000 }]);
  using home = freshHome(fake);
  const program = home.start(["-p", "Hi"], { before: "exec > >(exec sleep 3)" });
  await until(() => fake.requests.length === 1);
  await Bun.sleep(500);
  program.kill("SIGINT");
  await Bun.sleep(50);
  program.kill("SIGINT");
  await program.exited;
  expect(program.exitCode).toBe(130);
});
