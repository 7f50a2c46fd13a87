/**
 * A file that says which live process owns a directory. Made whole and at once by a hard link, so nobody reads half of
 * one; a dead owner's file is taken over under a second lease beside it, so only one of many heirs gets it.
 */
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { SessionLockedError } from "./error.ts";

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Unix time in ms. */
  since: z.number(),
  /** Boot id and start tick of the process, so that a reused pid is not taken for the owner; empty where unknown. */
  process: z.string(),
  nonce: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

export interface Lease {
  /** Gives the directory up; idempotent. */
  release(): Promise<void>;
}

/** Who holds a lease: a process, perhaps of another machine. */
export type LeaseHolder = Pick<Owner, "pid" | "host" | "since">;

/** The living holder of the lease at `path`, or undefined. One on another machine counts as living. */
export async function leaseHolder(path: string): Promise<LeaseHolder | undefined> {
  const owner = await readOwner(path);
  if (typeof owner === "string" || (owner.host === hostname() && !(await isAlive(owner)))) return undefined;
  return { pid: owner.pid, host: owner.host, since: owner.since };
}

/** Takes the lease at `path` or throws `SessionLockedError` with who holds it. */
export async function acquireLease(path: string): Promise<Lease> {
  const mine: Owner = {
    pid: process.pid,
    host: hostname(),
    since: Date.now(),
    process: await processStamp(process.pid),
    nonce: crypto.randomUUID(),
  };
  const draft = `${path}.${mine.nonce}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: "wx" });
  try {
    while (!(await tryLink(draft, path))) await takeOver(path, mine.host);
  } finally {
    await unlinkQuietly(draft);
  }
  return {
    async release() {
      const owner = await readOwner(path);
      if (typeof owner === "object" && owner.nonce === mine.nonce) await unlinkQuietly(path);
    },
  };
}

/** Clears a dead owner's file out of the way; throws when the owner lives. Only who holds the second lease removes. */
async function takeOver(path: string, host: string): Promise<void> {
  if (!(await isAbandoned(path, host))) return;
  const turn = await acquireLease(`${path}.next`);
  try {
    if (await isAbandoned(path, host)) await unlink(path);
  } finally {
    await turn.release();
  }
}

/** False when there is no lease any more. A file that is no lease is nobody's. */
async function isAbandoned(path: string, host: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === "missing") return false;
  if (owner === "unreadable" || (owner.host === host && !(await isAlive(owner)))) return true;
  throw new SessionLockedError({ path, pid: owner.pid, host: owner.host, since: owner.since });
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
  const stamp = await processStamp(owner.pid);
  return stamp === "" || owner.process === "" || stamp === owner.process;
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)), counted after the command's closing parenthesis, with the boot's id. */
async function processStamp(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    const startTick = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    return `${boot.trim()}:${startTick}`;
  } catch {
    return "";
  }
}

async function readOwner(path: string): Promise<Owner | "missing" | "unreadable"> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    return errorCode(error) === "ENOENT" ? "missing" : "unreadable";
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function unlinkQuietly(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== "ENOENT") throw error;
  });
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
