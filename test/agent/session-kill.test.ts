import { expect, test } from "bun:test";
import { join } from "node:path";
import { Session } from "../../agent/session.ts";
import { tempDir } from "../support/temp-dir.ts";

const writer = join(import.meta.dir, "session-writer.ts");

/** Starts a writer, kills it at a random moment and returns the last `seq` it acknowledged. */
async function writeUntilKilled(dir: string): Promise<number> {
  const child = Bun.spawn([process.execPath, writer, dir], { stdout: "pipe", stderr: "pipe" });
  const reader = child.stdout.getReader();
  let printed = "";
  const read = async () => {
    const { done, value } = await reader.read();
    if (value) printed += new TextDecoder().decode(value);
    return !done;
  };
  const early = Math.random() < 0.1;
  if (early) await Bun.sleep(Math.random() * 60);
  else {
    await read();
    await Bun.sleep(Math.random() * 15);
  }
  child.kill("SIGKILL");
  while (await read());
  expect(await new Response(child.stderr).text()).toBe("");
  await child.exited;
  return Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));
}

/** Kills `count` writers of one session, one after another, and looks at the file after each. */
async function killWriters(dir: string, count: number): Promise<number> {
  let acknowledged = 0;
  for (let kill = 0; kill < count; kill++) {
    acknowledged = Math.max(acknowledged, await writeUntilKilled(dir));
    if (acknowledged === 0) continue;
    await using session = await Session.open(dir);
    const seqs = session.events.map((event) => event.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(session.damage.badLines).toBe(0);
  }
  return acknowledged;
}

test("killed at 200 random moments, a writer loses and doubles nothing it acknowledged", async () => {
  using one = tempDir();
  using two = tempDir();
  const acknowledged = await Promise.all([
    killWriters(join(one.path, "s"), 100),
    killWriters(join(two.path, "s"), 100),
  ]);
  expect(Math.min(...acknowledged)).toBeGreaterThan(100);
}, 60_000);
