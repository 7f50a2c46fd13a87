/** Takes weights out of the cache, and nothing that is not theirs. */
import { realpath, rm } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { LocalModelError } from "../../agent/error.ts";
import { benchPlace } from "./bench-notes.ts";
import { lockFile, totalNote } from "./disk.ts";
import { usersOf } from "./in-use.ts";
import { cacheDir } from "./models.ts";
import type { Shelved } from "./shelf.ts";

/**
 * Removes weights with what is on its way beside them; a link is removed, not what it leads to. Throws `LocalModelError` where a
 * process downloads them or has them in memory, and where a link would lead out of the cache; nothing is removed then.
 */
export async function clearWeights({ path, name, engine }: Shelved): Promise<void> {
  const lock = `${path}.lock`;
  await checkInside(path);
  let looks = 0;
  // One look to find a lock, one to find that it was stale.
  await using mine = await lockFile(lock, async () => looks++ > 1, undefined);
  if (!mine) {
    throw refused(name, "is being downloaded", `Stop that process first. If there is none, remove ${lock}.`);
  }
  const users = await usersOf(path);
  if (users.length > 0) {
    const who = users.map(({ pid, host }) => `process ${pid} on ${host}`).join(", ");
    throw refused(name, "is loaded", `End the sagent that uses it first (${who}).`);
  }
  const beside = [`${path}.part`, totalNote(`${path}.part`), `${path}.joined`];
  if (engine === "llama") for (const file of beside) await rm(file, { force: true });
  await rm(benchPlace(path), { force: true });
  await rm(path, { force: true, recursive: engine === "onnx" });
}

/** The folder that it lies in is one of the cache, wherever links lead. */
async function checkInside(path: string): Promise<void> {
  const [cache, folder] = await Promise.all([realpath(cacheDir()), realpath(dirname(path))]);
  if (folder === cache || folder.startsWith(cache + sep)) return;
  throw new LocalModelError(`${path} lies outside the cache, at ${folder}; nothing was removed.`, {
    hint: `Only weights in ${cache} are removed. Delete others yourself.`,
  });
}

function refused(name: string, why: string, hint: string): LocalModelError {
  return new LocalModelError(`The model ${name} ${why}; nothing was removed.`, { hint });
}
