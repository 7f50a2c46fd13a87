/** Killed without warning in the middle of its work, the program loses and doubles nothing that it said was saved. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AgentEvent, durable } from "../../agent/event.ts";
import { readRecord } from "../../agent/record.ts";
import { listSessions, projectDir } from "../../agent/session-list.ts";
import { freshHome, type Home, linesOf, resultOf } from "../server/program.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import type { FakeProvider } from "../support/fake-types.ts";
import { replyTo, rounds } from "./script.ts";

/** Sessions of one lane, each killed so many times. */
const lives = [9, 8, 8];
const said = "Go on.";

/** The file of the one session of a home, once there is one. */
async function sessionOf(home: Home): Promise<string | undefined> {
  const sessions = await listSessions(projectDir(home.project, home.env));
  expect(sessions.length).toBeLessThanOrEqual(1);
  return sessions[0] && join(sessions[0].dir, "session.jsonl");
}

/**
 * Runs the program, on with what it has, and kills it after so many ms. Adds to `acknowledged` the line of every event
 * that it said was saved; returns whether it was still alive.
 */
async function killOnce(home: Home, afterMs: number, acknowledged: string[]): Promise<boolean> {
  const more = (await sessionOf(home)) ? ["--continue"] : [];
  const program = home.start(["-p", said, "--output-format", "stream-json", ...more]);
  const timer = setTimeout(() => program.kill("SIGKILL"), afterMs);
  let unsaved: { seq: number; line: string }[] = [];
  for await (const line of linesOf(program.stdout)) {
    const event = eventIn(line);
    if (event?.type === "saved") {
      acknowledged.push(...unsaved.filter(({ seq }) => seq <= event.upTo).map((each) => each.line));
      unsaved = unsaved.filter(({ seq }) => seq > event.upTo);
    } else if (event && durable.has(event.type)) unsaved.push({ seq: event.seq, line });
  }
  clearTimeout(timer);
  expect(await new Response(program.stderr).text()).toMatch(/^(sagent: the session had an unfinished last line.*\n)?$/);
  await program.exited;
  return program.signalCode === "SIGKILL";
}

/** Undefined for a line that the kill cut, and for the result. */
function eventIn(line: string): AgentEvent | undefined {
  try {
    const value = JSON.parse(line);
    return value.type === "result" ? undefined : value;
  } catch {
    return undefined;
  }
}

/** Every acknowledged line is in the file once, and its whole lines are events in order. */
function expectKept(file: string | undefined, acknowledged: readonly string[]): void {
  const lines = file === undefined ? [] : readFileSync(file, "utf8").split("\n").slice(0, -1);
  const times = new Map<string, number>();
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  expect(acknowledged.filter((line) => times.get(line) !== 1)).toEqual([]);
  const seqs = lines.map((line) => readRecord(line)?.seq ?? Number.NaN);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
}

/** Kills one session's process again and again, then lets it come to its end. Returns how much was acknowledged. */
async function live(fake: FakeProvider, kills: number, wholeMs: number): Promise<number> {
  using home = freshHome(fake, "anthropic", { memory: true });
  const acknowledged: string[] = [];
  for (let killed = 0; killed < kills; ) {
    if (await killOnce(home, Math.random() * wholeMs, acknowledged)) killed += 1;
    expectKept(await sessionOf(home), acknowledged);
  }
  const more = (await sessionOf(home)) ? ["--continue"] : [];
  const finished = await home.run(["-p", said, "--output-format", "json", ...more]);
  expect(resultOf(finished)).toMatchObject({
    content: "All five legs are done.",
    reason: "done",
    rounds: rounds.length,
  });
  expect(finished.code).toBe(0);
  expectKept(await sessionOf(home), acknowledged);
  return acknowledged.length;
}

/** One life after another. */
async function lane(fake: FakeProvider): Promise<number> {
  const wholeMs = await timeOfAWhole(fake);
  let acknowledged = 0;
  for (const kills of lives) acknowledged += await live(fake, kills, wholeMs);
  return acknowledged;
}

/** How long a run takes that nobody kills. */
async function timeOfAWhole(fake: FakeProvider): Promise<number> {
  using home = freshHome(fake, "anthropic", { memory: true });
  const startedAt = performance.now();
  expect((await home.run(["-p", said])).code).toBe(0);
  return performance.now() - startedAt;
}

for (const part of [1, 2, 3, 4]) {
  test(`killed at 50 random moments of thirty rounds, part ${part} of 4`, async () => {
    await using fake = await startFakeProvider(replyTo);
    const [one, two] = await Promise.all([lane(fake), lane(fake)]);
    expect(Math.min(one, two)).toBeGreaterThan(50);
    expect(fake.problems).toEqual([]);
  }, 120_000);
}
