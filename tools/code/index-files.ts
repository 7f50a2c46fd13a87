/** Brings the index of a project up to what is on the disk. */
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Entry, walk } from "../ignore.ts";
import { languageOf } from "./languages.ts";
import { maxFileBytes, type Skip } from "./outline.ts";
import { type Pace, paced } from "./pace.ts";
import type { ParseReply } from "./parse-messages.ts";
import { parseAll } from "./parse-pool.ts";
import type { Stamp, Store, StoredStamp } from "./store.ts";

/** The code under a directory, as the index has it now. */
export interface Survey {
  /** Paths from the project's root of the files that can be looked at, in order. */
  readonly files: ReadonlySet<string>;
  readonly skipped: ReadonlyMap<Skip, number>;
  /** Files by the name of their language. */
  readonly languages: ReadonlyMap<string, number>;
  /** Files that there was no time for. */
  readonly waiting: number;
  /** How many files were looked at, where there are more than that. */
  readonly cutAt?: number | undefined;
  /** How many files were parsed now. */
  readonly parsed: number;
}

export interface IndexOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Longest time for parsing; what is not done by then is left for the next call. */
  readonly limitMs: number;
  /** Longest time for looking for files, in ms. */
  readonly lookMs: number;
  readonly maxFiles: number;
}

/** Where package managers put the code of others, which a project has even where no ignore file says so. */
const installed = new Set(["node_modules", "bower_components", "site-packages", "__pycache__"]);

/** A file changed so shortly before it is read may change once more within the same tick of the disk's clock. */
const tickMs = 50;
/** Files written to the index at once. */
const batchSize = 200;

/** `root` and `directory` are absolute; the second is the first or inside of it. Throws the signal's reason. */
export async function indexFiles(
  store: Store,
  root: string,
  directory: string,
  options: IndexOptions,
): Promise<Survey> {
  const pace = paced(options.signal);
  const prefix = directory === root ? "" : `${directory.slice(root.length + 1)}/`;
  const found = await findCode(directory, prefix, options, pace);
  const known = store.stamps();
  const changed = [...found.stamps].filter(([path, stamp]) => !isSame(known.get(path), stamp)).map(([path]) => path);
  const isGone = (path: string) => path.startsWith(prefix) && !found.stamps.has(path);
  const gone = found.isCut ? [] : [...known.keys()].filter(isGone);
  if (gone.length > 0) store.remove(gone);
  const parsed = await parseInto(store, root, changed, found.stamps, options);
  options.signal.throwIfAborted();
  const now = parsed > 0 ? store.stamps() : known;
  return { ...summarize(found.stamps, now), parsed, cutAt: found.isCut ? found.stamps.size : undefined };
}

interface Found {
  readonly stamps: ReadonlyMap<string, Stamp>;
  readonly isCut: boolean;
}

async function findCode(directory: string, prefix: string, options: IndexOptions, pace: Pace): Promise<Found> {
  const stamps = new Map<string, Stamp>();
  const { signal, maxFiles } = options;
  const endAt = performance.now() + options.lookMs;
  const descend = ({ name }: Entry) => !installed.has(name);
  for await (const entry of walk(directory, { hidden: false, ignore: true, signal, descend })) {
    if (performance.now() > endAt) return { stamps, isCut: true };
    if (!entry.isFile || languageOf(entry.name) === undefined) continue;
    await pace.rest();
    const stamp = stampOf(entry.path);
    if (stamp === undefined) continue;
    if (stamps.size >= maxFiles) return { stamps, isCut: true };
    stamps.set(prefix + entry.relative, stamp);
  }
  signal.throwIfAborted();
  return { stamps, isCut: false };
}

function stampOf(path: string): Stamp | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { mtimeMs: stats.mtimeMs, size: stats.size } : undefined;
}

function isSame(known: StoredStamp | undefined, stamp: Stamp): boolean {
  return known !== undefined && known.mtimeMs === stamp.mtimeMs && known.size === stamp.size;
}

/** Resolves to how many were parsed. What was done when it is stopped is kept. */
async function parseInto(
  store: Store,
  root: string,
  paths: readonly string[],
  stamps: ReadonlyMap<string, Stamp>,
  options: IndexOptions,
): Promise<number> {
  let batch: { path: string; stamp: Stamp; reply: ParseReply }[] = [];
  let done = 0;
  const flush = () => {
    store.put(batch);
    batch = [];
  };
  const startedAt = Date.now();
  const take = (path: string, reply: ParseReply) => {
    const stamp = stamps.get(path) ?? { mtimeMs: 0, size: 0 };
    const isSettled = stamp.mtimeMs < startedAt - tickMs;
    batch.push({ path, stamp: isSettled ? stamp : { ...stamp, mtimeMs: 0 }, reply });
    if (batch.length >= batchSize) flush();
    done += 1;
    options.onProgress(done, paths.length);
  };
  const isLarge = (path: string) => (stamps.get(path)?.size ?? 0) > maxFileBytes;
  for (const path of paths.filter(isLarge)) take(path, { id: 0, skip: "too large", definitions: [], uses: [] });
  const rest = paths.filter((path) => !isLarge(path));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(options.limitMs)]);
  const pool = { signal, processes: Math.min(4, availableParallelism()) };
  const absolute = rest.map((path) => `${root === "/" ? "" : root}/${path}`);
  try {
    if (rest.length > 0) await parseAll(absolute, pool, (index, reply) => take(rest[index] ?? "", reply));
  } finally {
    flush();
  }
  return done;
}

function summarize(stamps: ReadonlyMap<string, Stamp>, now: ReadonlyMap<string, StoredStamp>) {
  const files = new Set<string>();
  const skipped = new Map<Skip, number>();
  const languages = new Map<string, number>();
  let waiting = 0;
  for (const path of stamps.keys()) {
    const row = now.get(path);
    if (row === undefined) waiting += 1;
    else if (row.skip) skipped.set(row.skip, (skipped.get(row.skip) ?? 0) + 1);
    else {
      files.add(path);
      const name = languageOf(path)?.name ?? "";
      languages.set(name, (languages.get(name) ?? 0) + 1);
    }
  }
  return { files, skipped, languages, waiting };
}
