/** `sagent model list`: the weights on this machine and those that have a name, and whether they fit and how fast they are. */

import { freemem } from "node:os";
import { resolve } from "node:path";
import { messageOf } from "../agent/error.ts";
import { type Figures, readFigures } from "../providers/local/bench-notes.ts";
import { createFactReader, type FactReader } from "../providers/local/fact-reader.ts";
import type { Facts } from "../providers/local/facts.ts";
import { cachePath, type KnownModel, knownModels, memoryFor } from "../providers/local/models.ts";
import { readShelf, type Shelved, weightsAt } from "../providers/local/shelf.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { page } from "./pager.ts";
import { printable } from "./terminal-text.ts";
import { countText, rateText, sizeText, writeObjects } from "./weights-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Sizes in bytes. */
export interface WeightsRow extends Omit<Shelved, "state"> {
  readonly state: Shelved["state"] | "away";
  readonly facts?: Omit<Facts, "bytes" | "roughBytes">;
  /** Needed with `facts.window`, or about as much for what is away. */
  readonly memoryBytes?: number;
  /** That is missing beside what is free; 0 where it fits. */
  readonly shortBytes?: number;
  readonly bench?: Figures;
  /** Why its facts cannot be told. */
  readonly problem?: string;
  /** What `SAGENT_MODEL_PATH` names. */
  readonly chosen?: true;
}

export async function listWeights(config: Pick<Config, "outputFormat">, env: Env): Promise<number> {
  const rows = await readRows(env);
  if (config.outputFormat === "text") await page(printable(`${table(rows)}\n`), env);
  else await writeObjects(rows, config.outputFormat);
  return 0;
}

async function readRows(env: Env): Promise<WeightsRow[]> {
  const shelf = await readShelf();
  const chosen = env.SAGENT_MODEL_PATH ? resolve(env.SAGENT_MODEL_PATH) : undefined;
  const outside =
    chosen === undefined || shelf.some(({ path }) => path === chosen)
      ? []
      : [(await weightsAt(chosen)) ?? nothingAt(chosen)];
  await using reader = createFactReader();
  const rows: WeightsRow[] = [];
  // One by one: each is work for the processor.
  for (const each of [...outside, ...shelf]) {
    const row = await rowOf(each, reader);
    rows.push(each.path === chosen ? { ...row, chosen: true } : row);
  }
  const away = knownModels.filter((model) => !shelf.some(({ path }) => path === cachePath(model)));
  const freeBytes = await reader.free("llama").catch(() => freemem());
  return [...rows, ...away.map((model) => awayRow(model, freeBytes))];
}

function awayRow(model: KnownModel, freeBytes: number): WeightsRow {
  const { id, bytes } = model;
  const memoryBytes = memoryFor(bytes);
  return {
    name: id,
    engine: "llama",
    path: cachePath(model),
    state: "away",
    sizeBytes: bytes,
    memoryBytes,
    shortBytes: Math.max(0, memoryBytes - freeBytes),
  };
}

/** `SAGENT_MODEL_PATH` may lead to nothing, and whoever set it should see that. */
function nothingAt(path: string): Shelved {
  return { name: path, engine: "llama", path, state: "damaged", sizeBytes: 0 };
}

async function rowOf(shelved: Shelved, reader: FactReader): Promise<WeightsRow> {
  const { engine, path, state, sizeBytes } = shelved;
  if (state !== "here") return shelved;
  try {
    const { bytes: _, roughBytes, ...facts } = await reader.read(engine, path);
    const memoryBytes = await roughBytes(facts.window);
    const shortBytes = Math.max(0, memoryBytes - (await reader.free(engine)));
    const bench = await readFigures(path, sizeBytes);
    return { ...shelved, facts, memoryBytes, shortBytes, ...(bench === undefined ? {} : { bench }) };
  } catch (error) {
    return { ...shelved, problem: messageOf(error) };
  }
}

function table(rows: readonly WeightsRow[]): string {
  const head = [
    "NAME",
    "ENGINE",
    "SIZE",
    "MEMORY",
    "FITS",
    "WINDOW",
    "TOOLS",
    "THINKING",
    "PROMPT/S",
    "ANSWER/S",
    "STATE",
  ];
  const cells = rows.map((row) => {
    const { name, engine, sizeBytes, memoryBytes, facts, bench } = row;
    return [
      name,
      engine,
      sizeText(sizeBytes),
      memoryBytes === undefined ? "" : sizeText(memoryBytes),
      fits(row),
      facts === undefined ? "" : countText(facts.window),
      facts?.tools ?? "",
      facts?.thinking ? "yes" : "",
      bench === undefined ? "" : rateText(bench.promptTokensPerSecond),
      bench === undefined ? "" : rateText(bench.answerTokensPerSecond),
      stateText(row),
    ];
  });
  const problems = rows.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));
  const notes = [
    "Memory: with the window of the row. Speeds: tokens a second, as sagent model bench NAME measured them here.",
    ...problems,
  ];
  return `${columns([head, ...cells], [2, 3, 5, 8, 9])}\n${notes.join("\n")}`;
}

function fits({ shortBytes }: WeightsRow): string {
  if (shortBytes === undefined) return "";
  return shortBytes === 0 ? "yes" : `${sizeText(shortBytes)} short`;
}

function stateText({ state, sizeBytes, totalBytes, chosen }: WeightsRow): string {
  const mark = chosen ? ", SAGENT_MODEL_PATH" : "";
  if (state !== "unfinished") return state + mark;
  return totalBytes === undefined
    ? "unfinished"
    : `${Math.floor((sizeBytes / totalBytes) * 100)} % of ${sizeText(totalBytes)}`;
}
