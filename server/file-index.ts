/** Every file of a project by name, for completion: what ignore files leave out is left out, like in Glob. */
import { findRg } from "../tools/grep-rg.ts";
import { walk } from "../tools/ignore.ts";
import type { FoundFile } from "./file-types.ts";
import { PathTable } from "./fuzzy.ts";

export interface FileIndexOptions {
  /** Paths past this many are left out. */
  readonly maxPaths?: number;
  /** A list older than this is made anew, in the background, when it is next asked. */
  readonly staleMs?: number;
  /** Path of ripgrep; where it cannot be run, the tree is walked here, which takes longer. */
  readonly rg?: string | undefined;
}

const scanTimeoutMs = 60_000;

export class FileIndex implements Disposable {
  readonly #root: string;
  readonly #options: Required<Omit<FileIndexOptions, "rg">> & Pick<FileIndexOptions, "rg">;
  readonly #stop = new AbortController();
  #table: PathTable | undefined;
  #scan: Promise<PathTable> | undefined;
  #scannedAt = 0;

  /** `root` is absolute. Nothing is read before the first search. */
  constructor(root: string, { maxPaths = 200_000, staleMs = 5_000, rg = findRg() }: FileIndexOptions = {}) {
    this.#root = root;
    this.#options = { maxPaths, staleMs, rg };
  }

  /**
   * The best matches of a query, best first; directories end in a slash. No query gives what is nearest to the root.
   * The first search waits for the list; later ones take it as it is.
   */
  async find(query: string, limit = 50): Promise<FoundFile[]> {
    const isStale = performance.now() - this.#scannedAt > this.#options.staleMs;
    if (!this.#table || isStale) this.#scan ??= this.#refresh();
    const table = this.#table ?? (await this.#scan);
    if (!table) return [];
    const wanted = query.trim().replace(/^(\.?\/)+/, "");
    if (wanted === "") return nearest(table.paths, limit);
    const forms = new Set([wanted.normalize("NFC"), wanted.normalize("NFD")]);
    const found = [...forms].flatMap((form) => table.find(form, limit));
    if (forms.size === 1) return found;
    const once = new Map(found.map((each) => [each.path, each]));
    return [...once.values()].sort((a, b) => b.score - a.score).slice(0, limit);
  }

  /** The next search makes the list anew: files were made or deleted. */
  invalidate(): void {
    this.#scannedAt = 0;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#table = undefined;
  }

  async #refresh(): Promise<PathTable> {
    try {
      const table = await PathTable.make(withDirectories(await this.#list()));
      if (!this.#stop.signal.aborted) this.#table = table;
      this.#scannedAt = performance.now();
      return table;
    } finally {
      this.#scan = undefined;
    }
  }

  async #list(): Promise<string[]> {
    const { rg, maxPaths } = this.#options;
    const paths = rg === undefined ? undefined : await listWithRg(rg, this.#root, maxPaths, this.#stop.signal);
    return paths ?? (await listByWalking(this.#root, maxPaths, this.#stop.signal));
  }
}

/** Undefined where ripgrep cannot be run. */
async function listWithRg(
  rg: string,
  root: string,
  maxPaths: number,
  stop: AbortSignal,
): Promise<string[] | undefined> {
  const flags = ["--no-config", "--no-messages", "--hidden", "--no-require-git", "--no-ignore-global", "--null"];
  const skipped = [".git", ".svn", ".hg"].flatMap((name) => ["--glob", `!${name}`]);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(scanTimeoutMs)]);
  const paths: string[] = [];
  let rest = "";
  try {
    const child = Bun.spawn([rg, "--files", ...flags, ...skipped], {
      cwd: root,
      stdin: "ignore",
      stderr: "ignore",
      signal,
      killSignal: "SIGKILL",
    });
    const decoder = new TextDecoder();
    for await (const piece of child.stdout) {
      const parts = (rest + decoder.decode(piece, { stream: true })).split("\0");
      rest = parts.pop() ?? "";
      for (const part of parts) paths.push(part.startsWith("./") ? part.slice(2) : part);
      if (paths.length < maxPaths) continue;
      child.kill("SIGKILL");
      break;
    }
    await child.exited;
  } catch {
    return undefined;
  }
  return paths.slice(0, maxPaths);
}

async function listByWalking(root: string, maxPaths: number, signal: AbortSignal): Promise<string[]> {
  const paths: string[] = [];
  for await (const { isDirectory, relative } of walk(root, { hidden: true, ignore: true, signal })) {
    if (!isDirectory) paths.push(relative);
    if (paths.length === maxPaths) break;
  }
  return paths;
}

function withDirectories(files: readonly string[]): string[] {
  const directories = new Set<string>();
  for (const file of files) {
    for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
      const directory = file.slice(0, at + 1);
      if (directories.has(directory)) break;
      directories.add(directory);
    }
  }
  return [...files, ...directories];
}

function nearest(paths: readonly string[], limit: number): FoundFile[] {
  const levels: string[][] = [];
  for (const path of paths) {
    let depth = 0;
    for (let at = path.indexOf("/"); at >= 0 && at < path.length - 1; at = path.indexOf("/", at + 1)) depth++;
    levels[depth] ??= [];
    levels[depth]?.push(path);
  }
  const found: string[] = [];
  for (const level of levels) if (found.length < limit) found.push(...(level?.sort().slice(0, limit) ?? []));
  return found.slice(0, limit).map((path) => ({ path, score: 0, ranges: [] }));
}
