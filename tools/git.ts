/** Git: what changed, commits of named files, and the worktrees and branches of other agents. */
import { z } from "zod";
import { AbortedError, messageOf, SagentError, UsageError } from "../agent/error.ts";
import { defineTool, exclusive, type ToolContext, type ToolOutput, type Workspace } from "../agent/tool.ts";
import { rootOf } from "./contain.ts";
import { patchCard, statusCard, withoutStat } from "./git/cards.ts";
import { commit } from "./git/commit.ts";
import { type Guarded, guard, type IsTrusted, refuseWithout, withoutHooks } from "./git/guard.ts";
import { abortMerge, isMerging, merge } from "./git/merge.ts";
import { pageOf } from "./git/pages.ts";
import { askGit, commitOf, type GitPlace, gitSays, topOf } from "./git/run.ts";
import {
  describeWorktree,
  findWorktree,
  listFiles,
  listWorktrees,
  removeWorktree,
  uncommitted,
} from "./git/worktree.ts";
import description from "./git.md" with { type: "text" };
import { failure, oneLine } from "./output.ts";

const writing = ["commit", "remove", "merge", "abort"] as const;
const operations = ["status", "diff", "log", "worktrees", "review", ...writing] as const;

const schema = z.strictObject({
  operation: z.enum(operations),
  ref: z.string().min(1).optional(),
  paths: z.array(z.string().min(1)).min(1).optional(),
  message: z.string().trim().min(1).optional(),
  attribution: z.boolean().optional(),
  worktree: z.string().min(1).optional(),
  keepConflicts: z.boolean().optional(),
  noCommit: z.boolean().optional(),
  offset: z.int().min(1).optional(),
});
type Args = z.output<typeof schema>;

export interface GitOptions {
  /** Whether programs that a repository's own settings name are run: hooks, filters, signers. Nowhere, by default. */
  readonly isTrusted?: IsTrusted | undefined;
}

export function gitTool({ isTrusted = async () => false }: GitOptions = {}) {
  return defineTool({
    name: "Git",
    description,
    schema,
    maxResultChars: 0,
    label: ({ operation, ref, worktree, paths = [] }) =>
      oneLine(["Git", operation, ref ?? worktree ?? "", ...paths].join(" ")),
    serializeKey: ({ operation }) => (writing.some((each) => each === operation) ? exclusive : undefined),
    run: (args, context) => run(args, context, isTrusted),
  });
}

async function run(args: Args, context: ToolContext, isTrusted: IsTrusted): Promise<ToolOutput> {
  const { workspace, signal, clock } = context;
  try {
    const open: GitPlace = { cwd: workspace.cwd, env: workspace.env, signal, clock };
    await topOf(open);
    const here = await guard(open, isTrusted);
    const elsewhere = args.worktree !== undefined && args.operation !== "remove";
    const place = elsewhere ? { ...here, cwd: (await findWorktree(need(args.worktree, "worktree"), here)).path } : here;
    return await operate(args, place, context);
  } catch (error) {
    if (error instanceof AbortedError) return failure("Git was stopped.");
    if (error instanceof SagentError) return failure(error.message);
    throw error;
  }
}

async function operate(args: Args, place: Guarded, { countTokens, workspace }: ToolContext): Promise<ToolOutput> {
  const page = (head: string, text: string) => ({ text: pageOf(head, text, args.offset ?? 1, countTokens) });
  const patch = async ([head, text]: [string, string]) => ({
    ...page(head, text),
    ...(text !== "" && { details: patchCard(`${withoutStat(head)}\n\n${text}`, await topOf(place)) }),
  });
  if (writing.some((each) => each === args.operation)) checkHeld(await topOf(place), workspace);
  switch (args.operation) {
    case "status": {
      const [state, text] = [await stateOf(place), await askGit(["status", "--short", "--branch"], place)];
      return { ...page(state, text), details: statusCard(text, place.cwd, state) };
    }
    case "diff":
      return patch(await diff(args, place));
    case "log":
      return page("", await log(args, place));
    case "review":
      return patch(await review(need(args.ref, "ref"), place));
    case "worktrees":
      return { text: (await listWorktrees(place)).map(describeWorktree).join("\n") };
    case "remove":
      return { text: await removeWorktree(need(args.worktree, "worktree"), place) };
    case "commit": {
      refuseWithout("committed", place);
      const wish = { ...args, message: need(args.message, "message"), paths: need(args.paths, "paths") };
      return { text: (await commit(wish, place)) + withoutHooks(place) };
    }
    case "merge": {
      refuseWithout("merged", place);
      const merged = await merge({ ...args, ref: need(args.ref, "ref") }, place);
      return { ...merged, text: merged.text + withoutHooks(place) };
    }
    case "abort":
      return { text: await abortMerge(place) };
  }
}

/** All that writes does so in the repository, or in its files. */
function checkHeld(top: string, { writeRoots }: Workspace): void {
  try {
    if (writeRoots) rootOf(top, writeRoots);
  } catch (error) {
    throw new UsageError(`Nothing was done in ${top}: ${messageOf(error)}.`);
  }
}

function need<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new UsageError(`This operation needs \`${name}\`.`);
  return value;
}

async function stateOf(place: GitPlace): Promise<string> {
  return (await isMerging(place)) ? "A merge is under way: commit it by its paths, or take it back with abort." : "";
}

const plainDiff = ["--no-ext-diff", "--no-textconv", "--find-renames", "--submodule=short"];

async function diff({ ref, paths = [] }: Args, place: GitPlace): Promise<[string, string]> {
  const base = ref ?? ((await gitSays(["rev-parse", "--verify", "--quiet", "HEAD"], place)) ? "HEAD" : "--cached");
  if (ref !== undefined) for (const end of ref.split(/\.{2,3}/).filter(Boolean)) await commitOf(end, place);
  const ask = (...flags: string[]) => askGit(["diff", ...plainDiff, ...flags, base, "--", ...paths], place);
  const stat = await ask("--stat=100");
  if (stat === "")
    return [ref === undefined ? "Nothing differs from the last commit, new files aside." : "Nothing differs.", ""];
  return [stat.trimEnd(), await ask("--patch")];
}

async function log({ ref = "HEAD", paths = [] }: Args, place: GitPlace): Promise<string> {
  for (const end of ref.split(/\.{2,3}/).filter(Boolean)) await commitOf(end, place);
  const format = "--format=%h %ad %an: %s%d";
  return askGit(["log", "--max-count=500", "--date=short", format, ref, "--", ...paths], place);
}

async function review(ref: string, place: GitPlace): Promise<[string, string]> {
  await commitOf(ref, place);
  const tree = (await listWorktrees(place)).find(
    ({ branch, path, isGone }) => branch === ref && path !== place.cwd && !isGone,
  );
  const left = tree ? await uncommitted({ ...place, cwd: tree.path }) : [];
  const also = left.length > 0 ? `\nIn its worktree are changes that are in no commit: ${listFiles(left)}.` : "";
  const commits = await askGit(["log", "--max-count=50", "--format=%h %an: %s", `HEAD..${ref}`, "--"], place);
  if (commits === "") return [`${ref} has no commit that the present branch does not have.${also}`, ""];
  const ask = (...flags: string[]) => askGit(["diff", ...plainDiff, ...flags, `HEAD...${ref}`, "--"], place);
  return [`Commits of ${ref}:\n${commits}\n${await ask("--stat=100")}`.trimEnd() + also, await ask("--patch")];
}
