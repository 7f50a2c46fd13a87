/** The code of a project as tools ask for it: one for all agents of a session, so that none parses what another has. */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type IndexOptions, indexFiles, type Survey } from "./index-files.ts";
import { type Env, Store, storePath } from "./store.ts";

/** The index of a project, brought up to date, while it is open. */
export interface OpenIndex {
  readonly root: string;
  readonly store: Store;
  readonly survey: Survey;
}

export class Projects {
  readonly #env: Env;
  /** The last call on each project; the next waits for it, and finds its work done. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(env: Env) {
    this.#env = env;
  }

  /** Calls one after another for each project. `directory` is absolute. Rejects with the signal's reason once it aborts. */
  async use<T>(directory: string, options: IndexOptions, work: (index: OpenIndex) => Promise<T>): Promise<T> {
    const root = projectRoot(directory);
    const before = this.#last.get(root) ?? Promise.resolve();
    const done = Promise.withResolvers<void>();
    this.#last.set(root, done.promise);
    try {
      await untilAborted(before, options.signal);
      return await this.#open(root, directory, options, work);
    } finally {
      before.then(() => done.resolve());
    }
  }

  async #open<T>(
    root: string,
    directory: string,
    options: IndexOptions,
    work: (index: OpenIndex) => Promise<T>,
  ): Promise<T> {
    const path = storePath(root, this.#env);
    try {
      return await this.#with(Store.open(path), root, directory, options, work);
    } catch (error) {
      if (!isOfIndex(error)) throw error;
      // Damaged, or the disk is full: this call does without, the next one makes it anew.
      Store.remove(path);
      return await this.#with(Store.inMemory(), root, directory, options, work);
    }
  }

  async #with<T>(
    opened: Store,
    root: string,
    directory: string,
    options: IndexOptions,
    work: (index: OpenIndex) => Promise<T>,
  ): Promise<T> {
    using store = opened;
    const survey = await indexFiles(store, root, directory, options);
    return await work({ root, store, survey });
  }
}

function isOfIndex(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_");
}

async function untilAborted(wait: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([wait, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The nearest directory above that is a repository; itself where there is none. */
function projectRoot(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return directory;
  }
}

/** A directory by its one name, or what it is instead. */
export function directoryAt(path: string): { readonly directory: string } | "missing" | "a file" {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return "missing";
  return stats.isDirectory() ? { directory: realpathSync(path) } : "a file";
}

/** Path from a project's root, or undefined for one that lies outside. */
export function inProject(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  return inside === ".." || inside.startsWith("../") ? undefined : inside;
}
