/**
 * A git worktree of its own for a child, on a branch of its own, so that agents that work side by side do not get into each
 * other's way. It lies outside of the project; at the child's end it is removed where nothing was changed in it, and else kept.
 */
import { existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { ChildPlace } from "../agent/child.ts";
import { systemClock } from "../agent/clock.ts";
import { SagentError, UsageError } from "../agent/error.ts";
import { guard, type IsTrusted, refuseWithout } from "../tools/git/guard.ts";
import { askGit, commitOf, type GitPlace, gitSays, runGit, sayGit, topOf } from "../tools/git/run.ts";
import { listFiles, uncommitted } from "../tools/git/worktree.ts";
import { canonicalPath } from "../tools/path.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface WorktreeWish {
  /** Where the parent works. */
  readonly cwd: string;
  readonly env: Env;
  /** Directory that holds the worktrees of this project. */
  readonly home: string;
  /** Its branch is called after it. */
  readonly label: string;
  /** The worktree of a child that comes back. */
  readonly again?: string | undefined;
  /** Whether filters that a repository's own settings name are run. */
  readonly isTrusted: IsTrusted;
}

/** Throws `UsageError` where there is no repository, or no commit to begin with. */
export async function openWorktree(wish: WorktreeWish): Promise<ChildPlace & AsyncDisposable> {
  const open: GitPlace = { cwd: wish.cwd, env: wish.env, signal: new AbortController().signal, clock: systemClock };
  const { top, base } = await begin(open);
  const here = await guard(open, wish.isTrusted);
  refuseWithout("made", here);
  const root = wish.again ?? join(wish.home, `${slug(wish.label)}-${crypto.randomUUID().slice(0, 8)}`);
  const branch = `sagent/${basename(root)}`;
  const isThere = existsSync(root);
  if (!isThere) await add(root, branch, base, here);
  const below = join(root, relative(top, canonicalPath(wish.cwd)));
  const cwd = statSync(below, { throwIfNoEntry: false })?.isDirectory() ? below : root;
  const left = isThere ? [] : await uncommitted(here);
  const tree = { root, branch, place: { ...here, cwd: root } };
  const briefing = isThere ? "" : await brief(tree, base, left);
  let told: string | undefined;
  return {
    cwd,
    root,
    briefing,
    spawned: `Its worktree is ${root}, on branch ${branch}.${left.length > 0 ? ` ${notThere(left)}` : ""}`,
    farewell: () => told,
    async [Symbol.asyncDispose]() {
      told = await close(tree, here).catch((error: unknown) => {
        const why = error instanceof SagentError ? ` (${error.message})` : "";
        return `Its worktree ${root}, on branch ${branch}, was left as it is${why}.`;
      });
    },
  };
}

/** The work tree that the parent is in, and its commit. */
async function begin(here: GitPlace): Promise<{ readonly top: string; readonly base: string }> {
  try {
    const top = await topOf(here);
    return { top, base: await commitOf("HEAD", here) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`A worktree of its own cannot be made: ${error.message}`);
  }
}

interface Tree {
  readonly root: string;
  readonly branch: string;
  readonly place: GitPlace;
}

/** What it was made from: a reference that each worktree has for itself, so that many may be made at once. */
const baseRef = "refs/worktree/sagent-base";

/** git stumbles over another worktree that is just being made; it is tried again so often. */
const mostTries = 8;

/** A branch that was left behind without its worktree is taken up again. No hook runs. */
async function add(root: string, branch: string, base: string, outer: GitPlace): Promise<void> {
  const here = { ...outer, settings: { ...outer.settings, "core.hooksPath": "/dev/null" } };
  await mkdir(dirname(root), { recursive: true, mode: 0o700 });
  for (let tries = 1; ; tries += 1) {
    const isKnown = await gitSays(["show-ref", "--verify", "--quiet", `refs/heads/${branch}`], here);
    if (isKnown) await runGit(["worktree", "prune"], here);
    const args = [
      "worktree",
      "add",
      "--quiet",
      ...(isKnown ? [root, branch] : ["--no-track", "-b", branch, root, base]),
    ];
    const end = await runGit(args, here);
    if (end.exitCode === 0) break;
    if (tries === mostTries || !/commondir/.test(end.stderr)) throw new UsageError(sayGit(args, end));
    await systemClock.sleep(20 * tries);
  }
  const from = (await askGit(["merge-base", base, branch], here)).trim();
  await askGit(["update-ref", baseRef, from], { ...here, cwd: root });
}

async function brief({ root, branch, place }: Tree, base: string, left: readonly string[]): Promise<string> {
  const modules = await runGit(["ls-files", "--stage", "-z"], place);
  const empty = modules.stdout
    .split("\0")
    .flatMap((line) => (line.startsWith("160000") ? [line.split("\t")[1] ?? ""] : []));
  const sentences = [
    `You work in a git worktree of your own: ${root}, on branch ${branch}, made from commit ${base.slice(0, 9)}. Change files only there.`,
    "Commit what you want to hand over there, each file by its path; whoever started you merges the branch.",
    ...(left.length > 0 ? [notThere(left)] : []),
    ...(empty.length > 0 ? [`Submodules are empty in it: ${empty.join(", ")}.`] : []),
  ];
  return sentences.join(" ");
}

const notThere = (left: readonly string[]) => `What is in no commit yet is not in it: ${listFiles(left)}.`;

/** Removes it where it is as it was; else says what is in it. */
async function close({ root, branch, place }: Tree, here: GitPlace): Promise<string | undefined> {
  if (!existsSync(root)) return `Its worktree ${root} is gone; what it committed is on branch ${branch}.`;
  const left = await uncommitted(place);
  const commits = Number((await askGit(["rev-list", "--count", `${baseRef}..HEAD`], place)).trim());
  if (left.length === 0 && commits === 0) {
    await askGit(["worktree", "remove", root], here);
    await askGit(["update-ref", "-d", `refs/heads/${branch}`], here);
    return "It changed nothing in its worktree, which was removed.";
  }
  const parts = [
    ...(commits > 0 ? [`${commits} ${commits === 1 ? "commit" : "commits"}`] : []),
    ...(left.length > 0 ? [`changes in no commit in ${listFiles(left)}`] : []),
  ];
  return `Its worktree is kept: branch ${branch} in ${root}, with ${parts.join(" and ")}. See them with Git review, bring them here with Git merge.`;
}

function slug(label: string): string {
  const words = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return words.slice(0, 40).replace(/-+$/, "") || "agent";
}
