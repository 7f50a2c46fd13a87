/** Which processes have weights of the cache in their memory, so that nobody takes the files away from under them. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, sep } from "node:path";
import { isStale } from "./disk.ts";
import { cacheDir } from "./models.ts";
import { keyOf } from "./places.ts";

const marks = () => join(cacheDir(), "in-use");

const unmarked = { [Symbol.dispose]() {} };

/** This process has them, until what is returned is disposed of. Only the cache is ever cleared, and only where it can be written to. */
export async function markUsed(path: string): Promise<Disposable> {
  if (!path.startsWith(join(cacheDir(), sep))) return unmarked;
  const mark = join(marks(), `${keyOf(path)}.${randomUUID()}`);
  try {
    await mkdir(marks(), { recursive: true, mode: 0o700 });
    // Clears away what was left by those that were killed.
    await usersOf(path);
    await writeFile(mark, `${process.pid} ${hostname()}`, { flag: "wx", mode: 0o600 });
  } catch {
    return unmarked;
  }
  return { [Symbol.dispose]: () => rmSync(mark, { force: true }) };
}

/** Whoever has them, each as its process id and its host. What a process that is gone left is cleared away. */
export async function usersOf(path: string): Promise<{ readonly pid: number; readonly host: string }[]> {
  const names = await readdir(marks()).catch(() => []);
  const users = names
    .filter((name) => name.startsWith(`${keyOf(path)}.`))
    .map(async (name) => {
      const mark = join(marks(), name);
      if (await isStale(mark)) {
        await rm(mark, { force: true });
        return [];
      }
      const [pid, host = ""] = (await readFile(mark, "utf8").catch(() => "")).split(" ");
      return pid ? [{ pid: Number(pid), host }] : [];
    });
  return (await Promise.all(users)).flat();
}
