/** The work trees of a repository. */
import { UsageError } from "../../agent/error.ts";
import { plural } from "../output.ts";
import { askGit, type GitPlace, gitSays, runGit, sayGit } from "./run.ts";

export interface Worktree {
  readonly path: string;
  /** Without `refs/heads/`; undefined where HEAD is detached. */
  readonly branch: string | undefined;
  readonly head: string;
  /** Its directory is gone. */
  readonly isGone: boolean;
  readonly isBare: boolean;
}

/** The main one first. */
export async function listWorktrees(place: GitPlace): Promise<Worktree[]> {
  const output = await askGit(["worktree", "list", "--porcelain", "-z"], place);
  return output.split("\0\0").flatMap((record) => {
    const fields = new Map(
      record.split("\0").map((line): [string, string] => {
        const at = line.indexOf(" ");
        return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    const path = fields.get("worktree");
    if (path === undefined) return [];
    const branch = fields.get("branch")?.replace(/^refs\/heads\//, "");
    return [
      { path, branch, head: fields.get("HEAD") ?? "", isGone: fields.has("prunable"), isBare: fields.has("bare") },
    ];
  });
}

/** The one of this branch or path. Throws `UsageError` that lists them. */
export async function findWorktree(name: string, place: GitPlace): Promise<Worktree> {
  const all = await listWorktrees(place);
  const found = all.find(({ path, branch }) => branch === name || path === name);
  if (found) return found;
  throw new UsageError(`There is no worktree "${name}". There are: ${all.map(describeWorktree).join("; ")}.`);
}

export const describeWorktree = ({ path, branch, head }: Worktree) =>
  `${branch ?? `detached at ${head.slice(0, 9)}`} in ${path}`;

/** Files with changes that are in no commit. */
export async function uncommitted(place: GitPlace): Promise<string[]> {
  const output = await askGit(["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"], place);
  return output
    .split("\0")
    .filter(Boolean)
    .map((record) => record.slice(3));
}

/** `3 files (a.ts, b.ts, c.ts)`. */
export function listFiles(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(", ") + (paths.length > 5 ? ", …" : "");
  return `${plural(paths.length, "file")} (${shown})`;
}

/** Removes a worktree without changes, and its branch where all of it is in HEAD. Returns a sentence; throws `UsageError`. */
export async function removeWorktree(name: string, place: GitPlace): Promise<string> {
  const tree = await findWorktree(name, place);
  const [main] = await listWorktrees(place);
  if (tree.path === main?.path) throw new UsageError("This is the repository's main worktree; it stays.");
  const left = tree.isGone ? [] : await uncommitted({ ...place, cwd: tree.path });
  if (left.length > 0) {
    throw new UsageError(
      `${tree.path} has changes that are in no commit: ${listFiles(left)}. Commit them there first, or undo them.`,
    );
  }
  const args = ["worktree", "remove", ...(tree.isGone ? ["--force"] : []), tree.path];
  const removed = await runGit(args, place);
  if (removed.exitCode !== 0) throw new UsageError(sayGit(args, removed));
  if (tree.branch === undefined) return `Removed ${tree.path}.`;
  if (await gitSays(["merge-base", "--is-ancestor", tree.branch, "HEAD"], place)) {
    await askGit(["update-ref", "-d", `refs/heads/${tree.branch}`], place);
    return `Removed ${tree.path} and its branch ${tree.branch}, all of which is in HEAD.`;
  }
  return `Removed ${tree.path}. Its branch ${tree.branch} stays: it has commits that are not in HEAD.`;
}
