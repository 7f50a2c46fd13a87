/** Small things about files of weights: their size, their hash, whether they are GGUF, and who is writing one. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** 0 where there is no file. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Where it is kept how large a file on its way will be, in bytes. */
export const totalNote = (path: string) => `${path}.total`;

export async function noteTotal(path: string, bytes: number): Promise<void> {
  await writeFile(totalNote(path), String(bytes), { mode: 0o600 });
}

/** Undefined where nobody said. */
export async function totalOf(path: string): Promise<number | undefined> {
  return Number(await readFile(totalNote(path), "utf8").catch(() => "")) || undefined;
}

/** Whether writing failed for want of room: on the disk, or of what a person may take of it. */
export function isDiskFull(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && ["ENOSPC", "EDQUOT", "EFBIG"].includes(String(cause.code));
}

/** SHA-256 in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes);
  return hash.digest("hex");
}

/** Whether the file begins as GGUF files do. */
export async function isGguf(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
    return buffer.toString("latin1") === "GGUF";
  } catch {
    return false;
  }
}

const pollMs = 100;

/**
 * Holds a lock file while it lives. Waits for another holder; one whose process is gone is put aside. `done` ends the
 * wait early with undefined: the other holder did the work.
 */
export async function lockFile(path: string, done: () => Promise<boolean>, signal: AbortSignal | undefined) {
  const mine = `${process.pid} ${hostname()}`;
  while (true) {
    signal?.throwIfAborted();
    if (await done()) return undefined;
    try {
      await writeFile(path, mine, { flag: "wx", mode: 0o600 });
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    }
    if (await isStale(path)) await setAside(path);
    await sleep(pollMs);
  }
}

/** Whether what a process of this machine left in a file, its id and this host, is of one that is gone. */
export async function isStale(path: string): Promise<boolean> {
  const holder = await readFile(path, "utf8").catch(() => "");
  const [pid, host] = holder.split(" ");
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "ESRCH";
  }
}

/** Of two that find a stale lock only one can rename it. */
async function setAside(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.stale`;
  await rename(path, aside).catch(() => {});
  await rm(aside, { force: true });
}
