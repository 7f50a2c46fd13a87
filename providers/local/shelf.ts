/** The weights that lie in the cache, whole ones and those on their way. */
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isGguf, sizeOf, totalOf } from "./disk.ts";
import { cacheDir, knownModels } from "./models.ts";
import { typesOf } from "./onnx/files.ts";
import { nameAt, placeOf, repoPrefix } from "./places.ts";
import { hasQuant } from "./quant.ts";
import { type Engine, engineOf, findRef } from "./ref.ts";

export interface Shelved {
  /** Leads to it. */
  readonly name: string;
  readonly engine: Engine;
  /** Of the file, or of the folder of an ONNX model; for what is on its way, where it will be. */
  readonly path: string;
  /** `damaged`: has the place of a model and is none. */
  readonly state: "here" | "unfinished" | "damaged";
  /** On the disk now. */
  readonly sizeBytes: number;
  /** Of what is on its way, where it is known. */
  readonly totalBytes?: number;
}

/** All of the cache, by name. */
export async function readShelf(): Promise<Shelved[]> {
  const files = await readdir(cacheDir()).catch(() => []);
  const folders = await readdir(join(cacheDir(), "onnx")).catch(() => []);
  const found = await Promise.all([
    ...files.map((name) => fileAt(join(cacheDir(), name))),
    ...folders.map((name) => folderAt(join(cacheDir(), "onnx", name))),
  ]);
  return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function fileAt(path: string): Promise<Shelved[]> {
  const engine = "llama";
  if (/\.gguf\.part$/i.test(path)) {
    const whole = path.slice(0, -".part".length);
    const model = knownModels.find(({ file }) => file === basename(whole));
    const totalBytes = (await totalOf(path)) ?? model?.bytes;
    const sizes = { sizeBytes: await sizeOf(path), ...(totalBytes === undefined ? {} : { totalBytes }) };
    return [{ name: nameAt(whole), engine, path: whole, state: "unfinished", ...sizes }];
  }
  if (!/\.gguf$/i.test(path)) return [];
  const state = (await isGguf(path)) ? "here" : "damaged";
  return [{ name: nameAt(path), engine, path, state, sizeBytes: await sizeOf(path) }];
}

/** A pull that stopped between two files leaves a folder that is not whole and has nothing on its way: it is unfinished all the same. */
async function folderAt(path: string): Promise<Shelved[]> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [];
  const names = await readdir(path, { recursive: true });
  const sizes = new Map(
    await Promise.all(names.map(async (name) => [name, await fileSize(join(path, name))] as const)),
  );
  const bytes = (of: readonly string[]) => of.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const parts = names.filter((name) => name.endsWith(".part"));
  const done = bytes(names.filter((name) => !/\.part(\.total)?$/.test(name)));
  const isWhole = (await engineOf(path)) === "onnx" && typesOf(await readdir(join(path, "onnx"))).size > 0;
  const shared = { name: nameAt(path), engine: "onnx", path } as const;
  const whole = { ...shared, state: "here", sizeBytes: done } as const;
  if (isWhole && parts.length === 0) return [whole];
  const totals = await Promise.all(parts.map((part) => totalOf(join(path, part))));
  const known = totals.filter((total) => total !== undefined);
  const rest = { ...shared, state: "unfinished", sizeBytes: bytes(parts) + (isWhole ? 0 : done) } as const;
  const isTold = known.length === parts.length && parts.length > 0;
  const totalBytes = known.reduce((sum, total) => sum + total, isWhole ? 0 : done);
  return [...(isWhole ? [whole] : []), isTold ? { ...rest, totalBytes } : rest];
}

/** Of a plain file; a link counts for nothing. */
async function fileSize(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? found.size : 0;
}

/**
 * What of the cache a person means: by a reference, by a path, or by the file's own name there; a repository means all of its
 * files. Throws `UsageError`.
 */
export async function findShelved(text: string, shelf: readonly Shelved[]): Promise<Shelved[]> {
  const ref = await findRef(text);
  const place = ref && placeOf(ref);
  if (place !== undefined) return shelf.filter(({ path }) => path === place);
  if (ref?.weights.type === "hub") {
    const { quant } = ref.weights;
    const prefix = join(cacheDir(), repoPrefix(ref.weights));
    return shelf.filter(
      ({ engine, path }) =>
        engine === ref.engine && path.startsWith(prefix) && (quant === undefined || hasQuant(basename(path), quant)),
    );
  }
  const path = ref?.weights.type === "path" ? ref.weights.path : text;
  const isBare = basename(path) === path;
  return shelf.filter((each) => each.path === resolve(path) || (isBare && basename(each.path) === path));
}

/** Weights at any path, as if they lay in the cache; undefined where there are none. */
export async function weightsAt(path: string): Promise<Shelved | undefined> {
  const engine = await engineOf(path);
  const [found] = engine === "onnx" ? await folderAt(path) : [];
  if (engine !== "llama") return found;
  return { name: nameAt(path), engine, path, state: "here", sizeBytes: await sizeOf(path) };
}
