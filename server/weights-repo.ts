/** A repository of the hub: its files, which of them are here, and which fits best. */
import { readdir } from "node:fs/promises";
import { freemem } from "node:os";
import { basename, join } from "node:path";
import { memoryFor } from "../providers/local/models.ts";
import { chooseType, suffixes, typesOf } from "../providers/local/onnx/files.ts";
import { hubPlace } from "../providers/local/places.ts";
import { chooseFile } from "../providers/local/quant.ts";
import type { Engine, Weights } from "../providers/local/ref.ts";
import { type Repo, type RepoFile, readRepo } from "../providers/local/search.ts";
import type { Shelved } from "../providers/local/shelf.ts";
import { columns } from "./columns.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";
import { countText, shellWord, sizeText, writeObjects } from "./weights-text.ts";

type Hub = Extract<Weights, { type: "hub" }>;

/** A file to choose, with the data that goes with it. */
interface Choice {
  readonly file: string;
  /** As a reference names it; empty where the name does not tell. */
  readonly quant: string;
  readonly sizeBytes: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly fits: boolean | undefined;
  readonly here: boolean;
}

/** Resolves to the exit code. Throws `LocalModelError` where the hub cannot be asked. */
export async function describeRepo(
  hub: Hub,
  engine: Engine,
  here: readonly Shelved[],
  { outputFormat }: Pick<Config, "outputFormat">,
): Promise<number> {
  const repo = await readRepo(hub);
  const name = `${engine === "onnx" ? "onnx:" : ""}hf:${hub.repo}`;
  const choices = engine === "onnx" ? await onnxChoices(repo, here) : ggufChoices(hub, repo, here);
  const best = bestOf(choices, engine, hub.repo);
  const tag = hub.revision === undefined ? "" : `#${hub.revision}`;
  const pull = best && `sagent model pull ${shellWord(pullName(name, best, engine, tag))}`;
  if (outputFormat === "text") await writeOut(printable(textOf(name, repo, choices, pull)));
  else await writeObjects([{ name, ...repo, files: choices, ...(pull && { best: best.file, pull }) }], outputFormat);
  return 0;
}

function pullName(name: string, { file, quant }: Choice, engine: Engine, tag: string): string {
  if (engine === "onnx") return `${name}${tag}?dtype=${quant}`;
  return `${name}/${file}${tag}`;
}

function ggufChoices(hub: Hub, { files }: Repo, here: readonly Shelved[]): Choice[] {
  return files
    .filter(({ file }) => /\.gguf$/i.test(file) && !/mmproj|imatrix/i.test(file))
    .map(({ file, sizeBytes }) => {
      const place = hubPlace({ ...hub, file });
      return choice(
        file,
        quantIn(file),
        sizeBytes,
        here.some(({ path }) => path === place),
      );
    });
}

/** `Q4_K_M` in `model-Q4_K_M.gguf` (llama.cpp's names of quantisations). */
function quantIn(file: string): string {
  return /(?:^|[-._])((?:I?Q\d[A-Z0-9_]*|TQ\d_\d|MXFP4[A-Z_]*|BF16|F16|F32))(?=[-._])/i.exec(basename(file))?.[1] ?? "";
}

async function onnxChoices({ files }: Repo, here: readonly Shelved[]): Promise<Choice[]> {
  const inside = files.filter(({ file }) => file.startsWith("onnx/"));
  const [folder] = here;
  const have = folder ? typesOf(await readdir(join(folder.path, "onnx"))) : new Set();
  return [...typesOf(inside.map(({ file }) => basename(file)))].map((type) => {
    const file = `onnx/model${suffixes[type]}.onnx`;
    const sizes = inside.filter((each) => each.file === file || each.file.startsWith(`${file}_data`));
    return choice(file, type, total(sizes), have.has(type));
  });
}

function total(files: readonly RepoFile[]): number | undefined {
  return files.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  );
}

function choice(file: string, quant: string, sizeBytes: number | undefined, here: boolean): Choice {
  const memoryBytes = sizeBytes === undefined ? undefined : memoryFor(sizeBytes);
  return {
    file,
    quant,
    sizeBytes,
    memoryBytes,
    fits: memoryBytes === undefined ? undefined : memoryBytes <= freemem(),
    here,
  };
}

/** Of those that fit the one that would be taken unasked, else the largest of them. */
function bestOf(choices: readonly Choice[], engine: Engine, repo: string): Choice | undefined {
  const fitting = choices.filter(({ fits }) => fits !== false);
  try {
    if (engine === "onnx") {
      const files = typesOf(fitting.map(({ file }) => basename(file)));
      const type = chooseType(repo, files, undefined, false);
      return fitting.find(({ quant }) => quant === type);
    }
    const file = chooseFile(
      fitting.map((each) => each.file),
      repo,
      undefined,
    );
    return fitting.find((each) => each.file === file);
  } catch {
    return fitting.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
  }
}

function textOf(name: string, repo: Repo, choices: readonly Choice[], pull: string | undefined): string {
  const { downloads, likes, updatedAt, license, gated } = repo;
  const facts = [
    `${countText(downloads)} downloads`,
    `${likes} likes`,
    ...(updatedAt ? [`updated ${updatedAt.slice(0, 10)}`] : []),
    ...(license ? [`licence ${license}`] : []),
    ...(gated ? ["gated: it needs HF_TOKEN"] : []),
  ];
  const rows = choices.map(({ file, quant, sizeBytes, memoryBytes, fits, here }) => [
    file,
    quant,
    sizeBytes === undefined ? "" : sizeText(sizeBytes),
    memoryBytes === undefined ? "" : sizeText(memoryBytes),
    fits === undefined ? "" : fits ? "yes" : "no",
    here ? "here" : "",
  ]);
  const table =
    rows.length > 0 ? `${columns([["FILE", "QUANT", "SIZE", "MEMORY", "FITS", "STATE"], ...rows], [2, 3])}\n` : "";
  const end =
    choices.length === 0
      ? "It has no files of a model that runs here."
      : pull === undefined
        ? "None of these fits the free memory."
        : `Best for this machine: ${pull}`;
  return `${name}: ${facts.join(", ")}\n${table}${end}\n`;
}
