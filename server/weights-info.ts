/** `sagent model info NAME`: all that is known of weights on this machine, or the files of a repository of the hub. */
import { type Figures, readFigures } from "../providers/local/bench-notes.ts";
import { hashFile } from "../providers/local/disk.ts";
import { createFactReader } from "../providers/local/fact-reader.ts";
import type { Facts } from "../providers/local/facts.ts";
import { cachePath, knownAt, memoryFor } from "../providers/local/models.ts";
import { findRef, type LocalRef } from "../providers/local/ref.ts";
import { findShelved, readShelf, type Shelved } from "../providers/local/shelf.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { weightsHere } from "./weights-find.ts";
import { describeRepo } from "./weights-repo.ts";
import { countText, rateText, sheet, shellWord, sizeText, timeText, writeObjects } from "./weights-text.ts";

type Output = Pick<Config, "outputFormat">;

/** A repository without a file or a quantisation means all that the hub has of it, as long as the hub can be asked. */
export async function describeWeights(name: string, config: Output): Promise<number> {
  const here = await weightsHere(name);
  const ref = await findRef(name);
  if (ref?.weights.type === "hub" && ref.weights.file === undefined && ref.weights.quant === undefined) {
    try {
      return await describeRepo(ref.weights, ref.engine, here, config);
    } catch (error) {
      if (here.length === 0) throw error;
    }
  }
  if (here.length === 0 && ref) return describeAway(name, ref, config);
  const all = await readAll(here);
  if (config.outputFormat === "text") await writeOut(printable(all.map(sheetOf).join("\n")));
  else await writeObjects(all.map(objectOf), config.outputFormat);
  return 0;
}

interface Described {
  readonly weights: Shelved;
  readonly facts: Facts;
  readonly freeBytes: number;
  /** Memory for each of a few windows, in tokens and bytes. */
  readonly memory: readonly (readonly [number, number])[];
  /** Of a GGUF file. */
  readonly sha256: string | undefined;
  readonly bench: Figures | undefined;
}

async function readAll(all: readonly Shelved[]): Promise<Described[]> {
  await using reader = createFactReader();
  const described: Described[] = [];
  for (const weights of all) {
    const { engine, path, sizeBytes } = weights;
    const facts = await reader.read(engine, path);
    const most = facts.trainedWindow ?? facts.window;
    const windows = [4_096, 16_384, 65_536, most].filter((window) => window <= most);
    const memory: (readonly [number, number])[] = [];
    for (const window of new Set(windows)) memory.push([window, await facts.bytes(window)]);
    const freeBytes = await reader.free(engine);
    const sha256 = engine === "llama" ? await hashFile(path) : undefined;
    const bench = await readFigures(path, sizeBytes);
    described.push({ weights, facts, freeBytes, memory, sha256, bench });
  }
  return described;
}

function objectOf({ weights, facts: { bytes: _, roughBytes: __, ...facts }, memory, ...rest }: Described) {
  return { ...weights, facts, memory: memory.map(([window, bytes]) => ({ window, bytes })), ...rest };
}

function sheetOf({ weights, facts, freeBytes, memory, sha256, bench }: Described): string {
  const { name, engine, path, sizeBytes } = weights;
  const recorded = knownAt(path)?.sha256;
  const trust = recorded === undefined ? "" : recorded === sha256 ? " (as recorded)" : " (NOT the recorded one)";
  const rows: [string, string][] = [
    ["Path", path],
    ["Size", sizeText(sizeBytes)],
    ["Architecture", facts.architecture],
    ["Parameters", facts.parameters === undefined ? "not told" : countText(facts.parameters)],
    ["Quantisation", facts.quant || "not told"],
    ["Trained window", facts.trainedWindow === undefined ? "not told" : `${facts.trainedWindow} tokens`],
    ["Vocabulary", `${facts.vocabulary} tokens`],
    ["Template", facts.template ? "its own" : "none of its own"],
    ["Tools", facts.tools === "native" ? "native: its template knows them" : "guided: it is brought to them"],
    ["Thinking", facts.thinking ? "can be turned on and off" : "cannot be turned on"],
    ...memory.map(([window, bytes]): [string, string] => {
      const short = bytes > freeBytes ? `, ${sizeText(bytes - freeBytes)} more than is free` : "";
      return [`Memory for ${window}`, `${sizeText(bytes)}${short}`];
    }),
    ["Free memory", sizeText(freeBytes)],
    ...(sha256 === undefined ? [] : [["SHA-256", `${sha256}${trust}`] satisfies [string, string]]),
    ["Speed here", bench === undefined ? `not measured; sagent model bench ${name}` : speedText(bench)],
  ];
  return `${name} (${engine})\n${sheet(rows)}`;
}

function speedText(figures: Figures): string {
  const { promptTokensPerSecond, answerTokensPerSecond, loadMs, measuredAt } = figures;
  const rates = `prompt ${rateText(promptTokensPerSecond)}, answer ${rateText(answerTokensPerSecond)} tokens/s`;
  return `${rates}, loaded in ${timeText(loadMs)} (${new Date(measuredAt).toISOString().slice(0, 10)})`;
}

/** What is known of weights that would have to be fetched. */
async function describeAway(name: string, ref: LocalRef, { outputFormat }: Output): Promise<number> {
  const [begun] = await findShelved(name, await readShelf());
  const { weights } = ref;
  const known = weights.type === "known" ? weights.model : undefined;
  const pull = `sagent model pull ${shellWord(name)}`;
  const sizes = known && { sizeBytes: known.bytes, memoryBytes: memoryFor(known.bytes), path: cachePath(known) };
  if (outputFormat !== "text") {
    const state = begun ? "unfinished" : "away";
    await writeObjects([{ name, engine: ref.engine, state, ...sizes, pull }], outputFormat);
    return 0;
  }
  const received = begun ? `; ${sizeText(begun.sizeBytes)} of it are here, and the rest is fetched` : "";
  const rows: [string, string][] = [
    ["State", `not on this machine${received}`],
    ...(known
      ? ([
          ["From", `hf:${known.hub.repo}/${known.hub.file}`],
          ["Size", sizeText(known.bytes)],
          ["Memory", `about ${sizeText(memoryFor(known.bytes))} with a window of 16384`],
        ] satisfies [string, string][])
      : []),
    ["To fetch it", pull],
  ];
  await writeOut(printable(`${name} (${ref.engine})\n${sheet(rows)}`));
  return 0;
}
