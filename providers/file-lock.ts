/**
 * A lock that one process holds at a time. It is SQLite's lock of an empty file, which the kernel gives up with its
 * process: a crash leaves nothing to clear, and no process id is taken for another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../agent/error.ts";

const pollMs = 20;

/** Waits for the lock at `path`, `waitMs` at most. Throws `ConfigError` where another process keeps it for longer. */
export async function lockFile(path: string, waitMs: number): Promise<Disposable> {
  const { Database } = await import("bun:sqlite");
  const file = new Database(path, { create: true, readwrite: true });
  const until = Date.now() + waitMs;
  try {
    file.run("PRAGMA busy_timeout = 0");
    while (!tryLock(() => file.run("BEGIN EXCLUSIVE"))) {
      if (Date.now() > until) throw new ConfigError(`Another process has held ${path} for ${waitMs / 1000} s.`);
      await sleep(pollMs * (0.5 + Math.random()));
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

function tryLock(begin: () => void): boolean {
  try {
    begin();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return false;
    throw error;
  }
}
