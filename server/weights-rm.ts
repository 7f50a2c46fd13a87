/** `sagent model rm NAME`: takes weights out of the cache. */
import { createInterface } from "node:readline/promises";
import { LocalModelError, UsageError } from "../agent/error.ts";
import { clearWeights } from "../providers/local/clear.ts";
import { cacheDir } from "../providers/local/models.ts";
import { readRef } from "../providers/local/ref.ts";
import { findShelved, readShelf, type Shelved } from "../providers/local/shelf.ts";
import type { Config } from "./config.ts";
import { note } from "./output.ts";
import { isTerminal, writeErr, writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { unknownName } from "./weights-find.ts";
import { sizeText } from "./weights-text.ts";

export async function removeWeights(name: string, config: Pick<Config, "weights" | "outputFormat">): Promise<number> {
  const found = await findShelved(name, await readShelf());
  if (found.length === 0) throw await nothingThere(name);
  const bytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (!config.weights.yes && !(await isMeant(found, bytes))) {
    note("nothing was removed.");
    return 1;
  }
  // What is whole and what is on its way may share a place.
  for (const each of new Map(found.map((each) => [each.path, each])).values()) await clearWeights(each);
  const paths = [...new Set(found.map(({ path }) => path))];
  await writeOut(
    config.outputFormat === "text"
      ? printable(`Removed ${paths.join(", ")}: ${sizeText(bytes)} are free again.\n`)
      : `${JSON.stringify({ removed: paths, freedBytes: bytes })}\n`,
  );
  return 0;
}

async function isMeant(found: readonly Shelved[], bytes: number): Promise<boolean> {
  const list = found.map(({ path, sizeBytes }) => `  ${path} (${sizeText(sizeBytes)})\n`).join("");
  if (!isTerminal("stdin")) {
    throw new UsageError(`This would remove ${sizeText(bytes)}: ${found.map(({ path }) => path).join(", ")}.`, {
      hint: "Nothing was removed. Say --yes to remove it without being asked.",
    });
  }
  writeErr(printable(`This removes\n${list}`));
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`and frees ${sizeText(bytes)}. Remove it? [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

async function nothingThere(name: string): Promise<Error> {
  const ref = readRef(name);
  if (ref?.weights.type === "path") {
    return new LocalModelError(`${name} is nothing that lies in the cache, ${cacheDir()}; nothing was removed.`, {
      hint: "Only weights there are removed: sagent model list shows them. Delete others yourself.",
    });
  }
  if (ref === undefined) return unknownName(name);
  return new LocalModelError(`The weights of ${name} are not on this machine; there is nothing to remove.`, {
    hint: "sagent model list shows what is here.",
  });
}
