/** How fast weights were here, kept in the cache for lists of models. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { cacheDir } from "./models.ts";
import { keyOf } from "./places.ts";

const figures = z.object({
  /** Medians of so many runs. */
  runs: z.int(),
  measuredAt: z.number(),
  /** The engine's processes and threads are started, and the weights are in the memory. */
  loadMs: z.number(),
  promptTokens: z.number(),
  promptTokensPerSecond: z.number(),
  answerTokens: z.number(),
  answerTokensPerSecond: z.number(),
  /** To the first token of an answer to a prompt that is new, and to one that goes on from the one before. */
  firstMs: z.number(),
  reusedFirstMs: z.number(),
  /** Tokens of that prompt that were not evaluated again. */
  reusedTokens: z.number(),
  /** The most that the process had in memory; 0 where the system does not tell. */
  memoryBytes: z.number(),
});
export type Figures = z.infer<typeof figures>;

const note = z.object({ path: z.string(), sizeBytes: z.number(), figures });

/** Where the figures of the weights at a path are. */
export const benchPlace = (path: string) => join(cacheDir(), "bench", `${keyOf(path)}.json`);

/** Undefined where there are none, or those of a file of another size. */
export async function readFigures(path: string, sizeBytes: number): Promise<Figures | undefined> {
  const text = await readFile(benchPlace(path), "utf8").catch(() => "null");
  try {
    const read = note.parse(JSON.parse(text));
    return read.sizeBytes === sizeBytes ? read.figures : undefined;
  } catch {
    return undefined;
  }
}

export async function keepFigures(path: string, sizeBytes: number, figures: Figures): Promise<void> {
  const place = benchPlace(path);
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await writeFile(place, `${JSON.stringify({ path, sizeBytes, figures })}\n`, { mode: 0o600 });
}
