/**
 * One step over any number of files: all of it is worked out before the first byte is written, nobody else writes these files
 * meanwhile, and where a write fails, those before it are taken back.
 */
import { existsSync, lstatSync } from "node:fs";
import { rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { AbortedError, FileError, messageOf, SagentError } from "../../agent/error.ts";
import type { FileDiff, ToolDetails } from "../../agent/message.ts";
import type { ToolContext, ToolOutput, Workspace } from "../../agent/tool.ts";
import {
  decodeText,
  type FileState,
  fileProblem,
  isStale,
  looksBinary,
  notAFile,
  readState,
  recordWrite,
  removeFile,
  staleFile,
  withFileLock,
  writeAtomic,
} from "../files.ts";
import { diffReplacements, diffTexts, type Replacement } from "../hunks.ts";
import { failure } from "../output.ts";
import { canonicalPath, resolvePath, suggestPaths } from "../path.ts";

interface Entry {
  /** As it was named, absolute. */
  readonly path: string;
  readonly canonical: string;
  readonly old: FileState | undefined;
  /** As it is to be: undefined as it was, null gone. */
  now?: string | null;
  /** What made `now` of the old text, where that is all that was done. */
  made?: readonly Replacement[];
  /** Whose mode a new file takes. */
  like?: FileState | undefined;
}

/** The files of a step as they will be. Every method throws `FileError` where a file is not as the step needs it. */
export class Draft {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #workspace: Workspace;
  readonly #toMake: string;

  constructor(entries: readonly Entry[], workspace: Workspace, toMake: string) {
    this.#entries = new Map(entries.map((entry) => [entry.canonical, entry]));
    this.#workspace = workspace;
    this.#toMake = toMake;
  }

  exists(path: string): boolean {
    const { old, now } = this.#entry(path);
    return now === undefined ? old !== undefined : now !== null;
  }

  text(path: string): string {
    const entry = this.#entry(path);
    if (typeof entry.now === "string") return entry.now;
    const old = this.#present(path, entry);
    const text = looksBinary(old.bytes) ? undefined : decodeText(old.bytes);
    if (text === undefined) {
      throw new FileError(`${entry.path} is not UTF-8 text, so it cannot be edited; nothing was changed.`);
    }
    return text;
  }

  /** `made` are the replacements, in order, that made the text of the one before. */
  write(path: string, text: string, made?: readonly Replacement[]): void {
    const entry = this.#entry(path);
    const isFirst = entry.now === undefined;
    entry.now = text;
    if (made && isFirst) entry.made = made;
    else delete entry.made;
  }

  create(path: string, text: string, like?: string): void {
    const entry = this.#entry(path);
    if (this.exists(path)) throw new FileError(`${entry.path} is there already; nothing was changed.`);
    this.write(path, text);
    entry.like = like === undefined ? undefined : this.#entry(like).old;
  }

  remove(path: string): void {
    const entry = this.#entry(path);
    if (typeof entry.now !== "string") this.#present(path, entry);
    const named = resolvePath(path, this.#workspace);
    if (lstatSync(named, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new FileError(`${named} is a symlink; name ${entry.canonical} itself. Nothing was changed.`);
    }
    entry.now = null;
    delete entry.made;
  }

  #entry(path: string): Entry {
    const entry = this.#entries.get(canonicalPath(resolvePath(path, this.#workspace)));
    if (!entry) throw new Error(`${path} is not a file of this step.`);
    return entry;
  }

  #present(named: string, { path, canonical, old, now }: Entry): FileState {
    if (!old || now === null) {
      throw new FileError(
        `${path} does not exist; ${this.#toMake}. ${suggestPaths(resolvePath(named, this.#workspace))}`.trim(),
      );
    }
    if (!old.stats.isFile()) throw new FileError(notAFile(path, old.stats));
    const seen = this.#workspace.reads.get(canonical);
    if (seen && isStale(seen, old)) throw new FileError(staleFile(path));
    return old;
  }
}

export interface StepOptions {
  /** As they were named. */
  readonly paths: readonly string[];
  readonly context: Pick<ToolContext, "workspace" | "signal">;
  /** How a file is made that is not there, e.g. `to make it, use Write`. */
  readonly toMake: string;
  readonly plan: (draft: Draft) => void | Promise<void>;
  /** The result's text. */
  readonly tell: (files: readonly FileDiff[]) => string;
}

/** Takes a step, or fails with a sentence and changes nothing. */
export async function takeStep({ paths, context, toMake, plan, tell }: StepOptions): Promise<ToolOutput> {
  const { workspace, signal } = context;
  try {
    const byName = new Map<string, string>();
    for (const name of paths) {
      const path = resolvePath(name, workspace);
      const canonical = canonicalPath(path);
      if (!byName.has(canonical)) byName.set(canonical, path);
    }
    return await withFileLocks([...byName.keys()], async () => {
      const entries = await Promise.all([...byName].map(([canonical, path]) => readEntry(path, canonical)));
      await plan(new Draft(entries, workspace, toMake));
      if (signal.aborted) throw new AbortedError();
      const changed = entries.filter(isChanged);
      const diffs = await Promise.all(changed.map(diffOf));
      await commit(changed, workspace);
      return { text: tell(diffs), ...detailsOf(diffs) };
    });
  } catch (error) {
    if (error instanceof AbortedError)
      return failure(`Editing ${listed(paths, workspace)} was stopped; nothing was changed.`);
    if (error instanceof SagentError) return failure(error.message);
    return failure(fileProblem("edit", listed(paths, workspace), error));
  }
}

function detailsOf(files: readonly FileDiff[]): { readonly details?: ToolDetails } {
  const [first, ...others] = files;
  if (!first) return {};
  if (others.length > 0 || first.deleted) return { details: { type: "diffs", files: [...files] } };
  const { deleted: _, ...one } = first;
  return { details: { type: "diff", ...one } };
}

/** In one order for all, so that no two steps wait for each other. */
function withFileLocks<Result>(paths: readonly string[], act: () => Promise<Result>): Promise<Result> {
  return paths.toSorted().reduceRight((inner, path) => () => withFileLock(path, inner), act)();
}

async function readEntry(path: string, canonical: string): Promise<Entry> {
  try {
    return { path, canonical, old: await readState(canonical) };
  } catch (error) {
    throw new FileError(fileProblem("edit", path, error));
  }
}

function isChanged({ old, now }: Entry): boolean {
  if (now === undefined) return false;
  return now === null ? old !== undefined : !old?.bytes.equals(Buffer.from(now));
}

async function diffOf({ path, old, now, made }: Entry): Promise<FileDiff> {
  const before = old ? decodeText(old.bytes) : "";
  const after = now ?? "";
  const hunks = () =>
    made && before !== undefined ? diffReplacements(before, after, made) : diffTexts(before ?? "", after);
  return { path, created: !old, deleted: now === null, hunks: before === undefined ? [] : await hunks() };
}

// --- Writing ----------------------------------------------------------------------------------------------------------

/** Writes come before removals, so that what is moved is never nowhere. Throws `FileError`, all files as they were. */
async function commit(changed: readonly Entry[], workspace: Workspace): Promise<void> {
  const ordered = [...changed.filter(({ now }) => now !== null), ...changed.filter(({ now }) => now === null)];
  const undo: { readonly path: string; readonly back: () => Promise<void> }[] = [];
  for (const entry of ordered) {
    const { canonical, path } = entry;
    const parents = missingParents(canonical);
    try {
      await put(entry, workspace);
    } catch (error) {
      await removeDirectories(parents);
      throw new FileError(await takenBack(fileProblem("write", path, error), undo));
    }
    undo.unshift({ path, back: () => restore(entry, parents, workspace) });
  }
  for (const { canonical, now } of ordered) {
    if (typeof now === "string") await recordWrite(canonical, Buffer.from(now), workspace);
    else workspace.reads.delete(canonical);
  }
}

async function put({ canonical, old, now, like }: Entry, { writeRoots }: Workspace): Promise<void> {
  if (typeof now !== "string") return removeFile(canonical, { writeRoots });
  await writeAtomic(canonical, Buffer.from(now), { old: old?.stats, like: old?.stats ?? like?.stats, writeRoots });
}

async function restore(
  { canonical, old, now }: Entry,
  parents: readonly string[],
  { writeRoots }: Workspace,
): Promise<void> {
  if (!old) await removeFile(canonical, { writeRoots });
  else
    await writeAtomic(canonical, old.bytes, { old: now === null ? undefined : old.stats, like: old.stats, writeRoots });
  await removeDirectories(parents);
}

async function takenBack(
  problem: string,
  undo: readonly { readonly path: string; readonly back: () => Promise<void> }[],
): Promise<string> {
  const left: string[] = [];
  for (const { path, back } of undo) {
    await back().catch((error: unknown) => left.push(`${path} (${messageOf(error)})`));
  }
  if (left.length > 0) return `${problem} What was written before could not be taken back in ${left.join(", ")}.`;
  const taken =
    undo.length > 0 ? `What was written before it was taken back: ${undo.map(({ path }) => path).join(", ")}. ` : "";
  return `${problem} ${taken}Nothing was changed.`;
}

/** Directories that a new file needs, the deepest first. */
function missingParents(path: string): string[] {
  const missing: string[] = [];
  for (let at = dirname(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.push(at);
  return missing;
}

async function removeDirectories(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rmdir(path).catch(() => {});
}

function listed(paths: readonly string[], workspace: Workspace): string {
  const names = [...new Set(paths.map((path) => resolvePath(path, workspace)))];
  return names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
}
