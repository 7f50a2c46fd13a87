/** Whether the page is as its sources are. Needs no package: the set-up asks before there are any. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dir, "..");
const sources = ["ui/**/*", "build/*.ts", "server/*.ts", "agent/{message,command,event,ask}.ts", "bun.lock"];

/** Where the page of a clone is built. */
export const pageDir = join(root, "dist/ui");

/** What the page would be made from now, as a stamp; undefined where the one in `outdir` was made from just that. */
export async function staleStamp(outdir: string): Promise<string | undefined> {
  const wanted = await sourcesHash();
  const made = await readFile(stampOf(outdir), "utf8").catch(() => "");
  return made === wanted ? undefined : wanted;
}

export function writeStamp(outdir: string, stamp: string): Promise<void> {
  return writeFile(stampOf(outdir), stamp);
}

const stampOf = (outdir: string) => join(outdir, ".made-from");

async function sourcesHash(): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for (const pattern of sources) {
    for (const file of [...new Bun.Glob(pattern).scanSync({ cwd: root })].sort()) {
      hash.update(file).update(await Bun.file(join(root, file)).bytes());
    }
  }
  return hash.digest("hex");
}
