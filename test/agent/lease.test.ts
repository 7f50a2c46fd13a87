import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { SessionLockedError } from "../../agent/error.ts";
import { acquireLease } from "../../agent/lease.ts";
import { Session } from "../../agent/session.ts";
import { tempDir } from "../support/temp-dir.ts";

const holder = `
  const { acquireLease } = await import(process.argv[1]);
  try {
    await acquireLease(process.argv[2]);
    process.stdout.write("held");
    await Bun.stdin.text();
  } catch (error) {
    process.stdout.write(error.code);
  }
`;

/** A process that takes the lease, says `held` or why not, and lives until its stdin ends. */
function holdElsewhere(path: string) {
  const module = join(import.meta.dir, "../../agent/lease.ts");
  return Bun.spawn([process.execPath, "-e", holder, module, path], { stdin: "pipe", stdout: "pipe" });
}

async function firstWord(child: ReturnType<typeof holdElsewhere>): Promise<string> {
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value);
}

test("a second writer is refused and told who holds the session", async () => {
  using temp = tempDir();
  await using session = await Session.create(join(temp.path, "s"));
  const refused = await Session.open(session.dir).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(SessionLockedError);
  expect(String(refused)).toContain(`open in process ${process.pid} on ${hostname()} since 20`);
  expect(readdirSync(session.dir).sort()).toEqual(["lease", "session.jsonl"]);
});

test("another process is refused while the holder lives, and admitted after it was killed", async () => {
  using temp = tempDir();
  const path = join(temp.path, "lease");
  const child = holdElsewhere(path);
  expect(await firstWord(child)).toBe("held");
  await expect(acquireLease(path)).rejects.toThrow(`process ${child.pid} `);
  child.kill("SIGKILL");
  await child.exited;
  const lease = await acquireLease(path);
  expect(JSON.parse(readFileSync(path, "utf8")).pid).toBe(process.pid);
  await lease.release();
  await lease.release();
  expect(readdirSync(temp.path)).toEqual([]);
});

test("of many heirs to a dead holder exactly one gets the lease", async () => {
  using temp = tempDir();
  const path = join(temp.path, "lease");
  const dead = holdElsewhere(path);
  await firstWord(dead);
  dead.kill("SIGKILL");
  await dead.exited;
  const heirs = Array.from({ length: 6 }, () => holdElsewhere(path));
  const words = await Promise.all(heirs.map(firstWord));
  expect(words.sort()).toEqual(["held", ...Array.from({ length: 5 }, () => "session_locked")]);
  for (const heir of heirs) heir.stdin.end();
  await Promise.all(heirs.map((heir) => heir.exited));
  expect(readdirSync(temp.path)).toEqual(["lease"]);
});

test("a reused pid is not taken for the dead holder", async () => {
  using temp = tempDir();
  const path = join(temp.path, "lease");
  const old = { pid: process.pid, host: hostname(), since: 1, process: "an earlier boot:1", nonce: "n" };
  writeFileSync(path, JSON.stringify(old));
  await (await acquireLease(path)).release();
});

test("a holder on another host is believed", async () => {
  using temp = tempDir();
  const path = join(temp.path, "lease");
  writeFileSync(path, JSON.stringify({ pid: 1, host: "elsewhere", since: 1, process: "", nonce: "n" }));
  await expect(acquireLease(path)).rejects.toThrow("The session is open in process 1 on elsewhere since 1970");
});

test("a file that is no lease holds nothing", async () => {
  using temp = tempDir();
  const path = join(temp.path, "lease");
  writeFileSync(path, "");
  await (await acquireLease(path)).release();
  expect(readdirSync(temp.path)).toEqual([]);
});
