/** The models that can run on this machine: which weights are here, what they need, and which of them answers unasked. */
import { freemem, totalmem } from "node:os";
import { LocalModelError, MissingWeightsError } from "../agent/error.ts";
import { cachePath, defaultModel, type KnownModel, knownModels, memoryFor } from "../providers/local/models.ts";
import { pullModel } from "../providers/local/pull.ts";
import { pullWeights } from "../providers/local/pull-weights.ts";
import { readRef } from "../providers/local/ref.ts";
import type { LocalModelRow, LocalState } from "./api.ts";
import type { LocalNews } from "./protocol.ts";

export async function localState(news: readonly LocalNews[]): Promise<LocalState> {
  const models = await Promise.all(knownModels.map(rowOf));
  const freeBytes = freemem();
  const suggested = defaultModel({ freeMemoryBytes: freeBytes });
  const memoryBytes = process.memoryUsage.rss() + childBytes(news);
  return { models, suggested, news, memoryBytes, freeBytes, totalBytes: totalmem() };
}

/** What the child that runs the models has in memory; in this process it is counted already. */
function childBytes(news: readonly LocalNews[]): number {
  if (process.env.SAGENT_LOCAL_IN_PROCESS === "1") return 0;
  return news.reduce((sum, { state, memoryBytes = 0 }) => (state === "loaded" ? sum + memoryBytes : sum), 0);
}

async function rowOf(model: KnownModel): Promise<LocalModelRow> {
  const path = await pullModel(model.id, { offline: true }).catch(() => null);
  const sizeBytes = path === null ? model.bytes : Bun.file(path).size;
  return { name: model.id, sizeBytes, memoryBytes: memoryFor(sizeBytes), path, place: placeOf(model) };
}

const placeOf = (model: KnownModel) => cachePath(model);

/**
 * A name for weights that are here: the one that is wanted, else `$SAGENT_MODEL_PATH`, else the best known ones that fit
 * the memory. Throws `MissingWeightsError`, and `LocalModelError` for a path that leads nowhere.
 */
export async function weightsHere(wanted: string | undefined): Promise<string> {
  if (wanted === undefined && !process.env.SAGENT_MODEL_PATH) return bestHere();
  const name = wanted ?? "default";
  try {
    await pullWeights(name, { offline: true });
    return name;
  } catch (error) {
    const isPath = wanted === undefined || readRef(name)?.weights.type === "path";
    if (isPath || !(error instanceof LocalModelError)) throw error;
    throw new MissingWeightsError({ model: name });
  }
}

async function bestHere(): Promise<string> {
  const rows = await Promise.all(knownModels.map(rowOf));
  const here = rows.filter(({ path }) => path !== null);
  const free = freemem();
  const fits = here.find(({ memoryBytes }) => memoryBytes <= free);
  const smallest = here.toSorted((a, b) => a.sizeBytes - b.sizeBytes)[0];
  const best = fits ?? smallest;
  if (!best) throw new MissingWeightsError();
  return best.name;
}
