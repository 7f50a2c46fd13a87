/**
 * Merges a branch into the present one. It is tried first without touching a file; what conflicts is shown file by file with
 * both sides, and nothing is changed unless the conflicts are wanted.
 */
import { UsageError } from "../../agent/error.ts";
import type { ToolDetails } from "../../agent/message.ts";
import { plural } from "../output.ts";
import { conflictPatch, type MergedFile, patchCard } from "./cards.ts";
import { askGit, commitOf, type GitPlace, gitSays, runGit, sayGit, topOf } from "./run.ts";
import { listFiles, listWorktrees, uncommitted } from "./worktree.ts";

export interface MergeWish {
  readonly ref: string;
  readonly message?: string | undefined;
  /** Leaves the result uncommitted, to be looked at. */
  readonly noCommit?: boolean | undefined;
  /** Leaves conflicts in the files, to be resolved there. */
  readonly keepConflicts?: boolean | undefined;
}

export interface Merged {
  readonly text: string;
  readonly isError: boolean;
  /** The conflicts, as changes from one side to the other. */
  readonly details?: ToolDetails;
}

/** Throws `UsageError` where it cannot be tried. */
export async function merge(wish: MergeWish, outer: GitPlace): Promise<Merged> {
  const place = { ...outer, cwd: await topOf(outer) };
  const { ref, keepConflicts = false } = wish;
  if (await isMerging(place))
    throw new UsageError("A merge is already under way: commit it, or take it back with abort.");
  await commitOf(ref, place);
  await refuseUncommitted(ref, place);
  if (await gitSays(["merge-base", "--is-ancestor", ref, "HEAD"], place)) {
    return { text: `All of ${ref} is in the present branch already.`, isError: false };
  }
  const tried = await tryMerge(ref, place);
  if (tried.conflicts.length > 0 && !keepConflicts) {
    const text = `${ref} conflicts with the present branch in ${plural(tried.conflicts.length, "file")}; nothing was changed. To resolve them here, merge with keepConflicts, edit the files and commit; or let the branch's author merge this branch first.`;
    return { text: `${text}\n\n${tried.shown}`, isError: true, details: conflictCard(tried, ref, place) };
  }
  return perform(wish, tried, place);
}

const conflictCard = ({ patch }: Tried, ref: string, { cwd }: GitPlace) =>
  patchCard(patch, cwd, `− is the present branch, + is ${ref}.`);

/** What is only in a worktree's files would be left behind. */
async function refuseUncommitted(ref: string, place: GitPlace): Promise<void> {
  const tree = (await listWorktrees(place)).find(({ branch, isGone }) => branch === ref && !isGone);
  const left = tree && tree.path !== place.cwd ? await uncommitted({ ...place, cwd: tree.path }) : [];
  if (left.length === 0) return;
  throw new UsageError(
    `The worktree of ${ref} has changes that are in no commit: ${listFiles(left)}. Commit them there first (worktree: "${ref}").`,
  );
}

interface Tried {
  readonly conflicts: readonly string[];
  readonly shown: string;
  /** The same for the page. */
  readonly patch: string;
}

/** Source: git-merge-tree(1), `--write-tree`, since git 2.38. */
async function tryMerge(ref: string, place: GitPlace): Promise<Tried> {
  const args = ["merge-tree", "--write-tree", "--name-only", "HEAD", ref];
  const end = await runGit(args, place);
  if (end.exitCode === 0) return { conflicts: [], shown: "", patch: "" };
  if (end.exitCode !== 1)
    throw new UsageError(`The merge could not be tried (it needs git 2.38). ${sayGit(args, end)}`);
  const [head = "", ...messages] = end.stdout.split("\n\n");
  const [tree = "", ...conflicts] = head.split("\n").filter(Boolean);
  const files = await Promise.all(conflicts.map((path) => readMerged(tree, path, place)));
  const reasons = messages
    .join("\n")
    .split("\n")
    .filter((line) => line.startsWith("CONFLICT"));
  const patch = files.map((file) => conflictPatch(file, reasons)).join("\n");
  return { conflicts, shown: [...files.map(showConflict), ...reasons].join("\n"), patch };
}

const contextLines = 3;
const maxShownLines = 400;

/** A file with both sides of its conflicts; without lines where it is no text. */
async function readMerged(tree: string, path: string, place: GitPlace): Promise<MergedFile> {
  const { exitCode, stdout } = await runGit(["cat-file", "blob", `${tree}:${path}`], place);
  return { path, lines: exitCode === 0 && !stdout.includes("\0") ? stdout.split("\n") : [] };
}

/** The conflicting places of a file, with a few lines around each. */
function showConflict({ path, lines }: MergedFile): string {
  const starts = lines.flatMap((line, at) => (line.startsWith("<<<<<<< ") ? [at] : []));
  const regions = starts.map((start) => {
    const end = lines.findIndex((line, at) => at > start && line.startsWith(">>>>>>> "));
    const [from, to] = [Math.max(0, start - contextLines), Math.min(lines.length, end + 1 + contextLines)];
    return [`@@ line ${from + 1}`, ...lines.slice(from, to)];
  });
  const all = regions.flat();
  const rest = all.length > maxShownLines ? [`[${all.length - maxShownLines} more lines]`] : [];
  return [`=== ${path}`, ...all.slice(0, maxShownLines), ...rest].join("\n");
}

async function perform(wish: MergeWish, tried: Tried, place: GitPlace): Promise<Merged> {
  const { ref, message, noCommit = false } = wish;
  const args = [
    "merge",
    "--no-edit",
    ...(noCommit ? ["--no-commit", "--no-ff"] : []),
    ...(message === undefined ? [] : ["--no-ff", "--message", message]),
    ref,
  ];
  const end = await runGit(args, place);
  if (tried.conflicts.length > 0 && (await isMerging(place))) {
    const text = `${ref} is merged but for conflicts in ${listFiles(tried.conflicts)}, which are now in the files. Edit them, then commit all of them by their paths; or take the merge back with abort.`;
    return { text: `${text}\n\n${tried.shown}`, isError: false, details: conflictCard(tried, ref, place) };
  }
  if (end.exitCode !== 0) {
    if (await isMerging(place)) await runGit(["merge", "--abort"], place);
    throw new UsageError(`Nothing was merged. ${sayGit(args, end)}`);
  }
  if (noCommit) {
    const stat = await askGit(["diff", "--cached", "--stat=100"], place);
    return {
      text: `${ref} is merged and not yet committed: commit it by its paths, or take it back with abort.\n${stat}`.trim(),
      isError: false,
    };
  }
  const stat = await askGit(["diff", "--stat=100", "ORIG_HEAD", "HEAD"], place);
  return { text: `Merged ${ref}.\n${stat}`.trim(), isError: false };
}

export function isMerging(place: GitPlace): Promise<boolean> {
  return gitSays(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"], place);
}

/** Takes a merge that is under way back. Throws `UsageError` where there is none. */
export async function abortMerge(place: GitPlace): Promise<string> {
  if (!(await isMerging(place))) throw new UsageError("No merge is under way.");
  await askGit(["merge", "--abort"], place);
  return "The merge was taken back; everything is as it was before it.";
}
