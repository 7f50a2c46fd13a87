/** What changed in the project: files that the fleet touched, against what they were at first, and what git shows. */
import { isAbsolute, join, relative } from "node:path";
import { FileError } from "../agent/error.ts";
import type { Hunk } from "../agent/message.ts";
import { decodeText, looksBinary } from "../tools/files.ts";
import { diffTexts } from "../tools/hunks.ts";
import { countLines } from "../tools/patch.ts";
import { canonicalPath, isInside } from "../tools/path.ts";
import { cleanPath, openInside, readRange } from "./confine.ts";
import type { ChangeBase, ChangeStatus, FileChange, FileDiff } from "./file-types.ts";
import type { Git, GitChange, LineCounts } from "./git.ts";
import type { Originals, Touch } from "./originals.ts";

/** Larger texts are not compared. */
const maxTextBytes = 2 * 1024 * 1024;
const maxDiffLines = 20_000;
const maxChanges = 5_000;
/** Of so many untracked files lines are counted. */
const maxCounted = 500;

export interface ChangesOptions {
  /** Absolute. */
  readonly root: string;
  readonly git: Git;
  readonly originals: Originals;
}

/** A file as it is: its text, or why there is none. */
type Current =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "gone" | "binary" | "tooBig" }
  | { readonly type: "unreadable"; readonly error: FileError };

interface Compared extends LineCounts {
  readonly status: ChangeStatus;
}

export class Changes {
  readonly #options: ChangesOptions;

  constructor(options: ChangesOptions) {
    this.#options = { ...options, root: canonicalPath(options.root) };
  }

  /** What was changed last first, then what only git shows; the first 5,000. */
  async changes(): Promise<FileChange[]> {
    const { git, originals } = this.#options;
    await originals.settled();
    const [shown, counts] = await Promise.all([git.status(), git.counts()]);
    const byPath = new Map((shown ?? []).slice(0, maxChanges).map((change) => [change.path, change]));
    const touched = await inTurn(originals.touched, (touch) => this.#ofTouch(touch, byPath));
    for (const { path } of touched) byPath.delete(path);
    let uncounted = maxCounted;
    const others = await inTurn([...byPath.values()], async (change): Promise<FileChange> => {
      const isNew = change.status === "untracked" || !counts.has(change.path);
      const lines = isNew && uncounted-- > 0 ? await this.#countNew(change) : counts.get(change.path);
      const { added = null, removed = null } = lines ?? {};
      return { ...change, git: change.status, against: "git", added, removed, agents: [], times: 0, lastAt: null };
    });
    return [...touched, ...others].sort(newestFirst).slice(0, maxChanges);
  }

  /** How one file differs from what it was. Throws `FileError` where there is nothing to compare it with. */
  async diff(path: string, against: ChangeBase): Promise<FileDiff> {
    return against === "session" ? this.#sinceStart(path) : this.#sinceCommit(path);
  }

  async #ofTouch(touch: Touch, shown: ReadonlyMap<string, GitChange>): Promise<FileChange> {
    const path = this.#name(touch.path);
    const { agents, times, lastAt } = touch;
    const inGit = shown.get(path);
    const compared = await this.#compare(touch);
    const row = { path, ...compared, against: "session", agents: [...agents], times, lastAt } as const;
    return inGit ? { ...row, git: inGit.status } : row;
  }

  async #compare(touch: Touch): Promise<Compared> {
    const original = await this.#options.originals.read(touch.path);
    const current = await readCurrent("/", touch.path.slice(1));
    if (original === undefined) {
      const { added, removed } = touch;
      return { status: current.type === "gone" ? "deleted" : "modified", added, removed };
    }
    const status = statusOf(original, current);
    if (current.type !== "text" && current.type !== "gone") return { status, added: null, removed: null };
    const hunks = await diffTexts(original ?? "", current.type === "text" ? current.text : "");
    return { status, ...countLines(hunks) };
  }

  async #countNew({ path }: GitChange): Promise<LineCounts | undefined> {
    const current = await readCurrent(this.#options.root, path);
    if (current.type !== "text") return undefined;
    return { added: current.text.match(/[^\n]*\n|[^\n]+$/g)?.length ?? 0, removed: 0 };
  }

  async #sinceStart(wanted: string): Promise<FileDiff> {
    const { originals, root } = this.#options;
    const touch = originals.find(isAbsolute(wanted) ? wanted : canonicalPath(join(root, cleanPath(wanted))));
    if (!touch) {
      throw new FileError(`${wanted} was not changed with Edit or Write in this session.`, {
        hint: "Compare it with git instead.",
      });
    }
    const path = this.#name(touch.path);
    const original = await originals.read(touch.path);
    const current = await readCurrent("/", touch.path.slice(1));
    const sides = {
      created: original === null && current.type !== "gone",
      deleted: typeof original === "string" && current.type === "gone",
    };
    const base = { path, against: "session", ...sides } as const;
    if (original === undefined) {
      return {
        ...bounded(
          base,
          touch.edits.flatMap(({ hunks }) => hunks),
        ),
        isPiecewise: true,
      };
    }
    return compareTexts(base, original ?? "", current);
  }

  async #sinceCommit(wanted: string): Promise<FileDiff> {
    const { git, root } = this.#options;
    const path = cleanPath(wanted);
    const shown = await git.status();
    if (!shown) {
      throw new FileError(
        "Git tells nothing of this project: it is no repository, git is not installed, or it took too long.",
        {
          hint: "Compare with the start of the session instead.",
        },
      );
    }
    const change = shown.find((each) => each.path === path);
    const { status, from } = change ?? {};
    const base = {
      path,
      against: "git",
      created: status === "added" || status === "untracked",
      deleted: status === "deleted",
      ...(from === undefined ? {} : { from }),
    } as const;
    if (status === undefined) return { ...base, binary: false, hunks: [] };
    const patch = status === "untracked" ? undefined : await git.patch(path, from);
    if (!patch) return compareTexts(base, "", await readCurrent(root, path));
    return patch.binary ? { ...base, binary: true, hunks: [] } : bounded(base, patch.hunks);
  }

  /** As the page is told it. */
  #name(path: string): string {
    return isInside(this.#options.root, path) ? relative(this.#options.root, path) : path;
  }
}

type Base = Omit<FileDiff, "binary" | "hunks" | "tooBig">;

async function compareTexts(base: Base, before: string, current: Current): Promise<FileDiff> {
  if (current.type === "unreadable") throw current.error;
  if (current.type === "binary") return { ...base, binary: true, hunks: [] };
  if (current.type === "tooBig") return { ...base, binary: false, hunks: [], tooBig: true };
  return bounded(base, await diffTexts(before, current.type === "text" ? current.text : ""));
}

function bounded(base: Base, hunks: readonly Hunk[]): FileDiff {
  const lines = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  if (lines > maxDiffLines) return { ...base, binary: false, hunks: [], tooBig: true };
  return { ...base, binary: false, hunks };
}

function statusOf(original: string | null, current: Current): ChangeStatus {
  if (current.type === "gone") return original === null ? "unchanged" : "deleted";
  if (original === null) return "added";
  return current.type === "text" && current.text === original ? "unchanged" : "modified";
}

async function readCurrent(root: string, path: string): Promise<Current> {
  try {
    await using file = await openInside(root, path);
    const { size } = file.stats;
    const bytes = await readRange(file, 0, Math.min(size, maxTextBytes));
    if (looksBinary(bytes)) return { type: "binary" };
    if (size > maxTextBytes) return { type: "tooBig" };
    const text = decodeText(bytes);
    return text === undefined ? { type: "binary" } : { type: "text", text };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return isMissing(error.cause) ? { type: "gone" } : { type: "unreadable", error };
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}

function newestFirst(a: FileChange, b: FileChange): number {
  return (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.path < b.path ? -1 : 1);
}

/** One after another, so that a thousand files are not open at once. */
async function inTurn<Item, Result>(items: readonly Item[], act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}
