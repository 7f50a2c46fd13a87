/** What servers listed when they last ran, so that their tools are known without a start. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { ServerConfig } from "./config.ts";

const keptSchema = z.object({
  /** As the server listed them; they are checked anew each time. */
  tools: z.array(z.unknown()),
  instructions: z.string().optional(),
});
export type Kept = z.infer<typeof keptSchema>;

/** By a key of the configuration. What cannot be kept or read is as if it had never been there. */
export interface Listings {
  read(key: string): Promise<Kept | undefined>;
  write(key: string, kept: Kept): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

const maxBytes = 4 * 1024 * 1024;
const ageMs = 90 * 24 * 3_600_000;

export function listingsDir(env: Env): string {
  const cache = env.XDG_CACHE_HOME?.trim() || join(env.HOME ?? homedir(), ".cache");
  return join(cache, "sagent", "mcp");
}

/** Another configuration, or another directory, is another server. The values of variables are not part of it. */
export function keyOf({ reach }: ServerConfig, cwd: string): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify([1, reach, cwd])).digest("hex");
}

export function listingsIn(dir: string): Listings {
  const pathOf = (key: string) => join(dir, `${key}.json`);
  return {
    async read(key) {
      try {
        return keptSchema.parse(JSON.parse(await readFile(pathOf(key), "utf8")));
      } catch {
        return undefined;
      }
    },
    async write(key, kept) {
      const text = JSON.stringify(kept);
      try {
        if (Buffer.byteLength(text) > maxBytes) return await rm(pathOf(key), { force: true });
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await clear(dir);
        const draft = join(dir, `${key}.${process.pid}.new`);
        await writeFile(draft, text, { mode: 0o600 });
        await rename(draft, pathOf(key));
      } catch {
        // A full disk costs a start the next time.
      }
    },
  };
}

/** Of configurations that are long gone. */
async function clear(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const path = join(dir, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > ageMs) await rm(path, { force: true });
  }
}
