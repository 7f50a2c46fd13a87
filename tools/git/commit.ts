/** Commits: the files that are named and no others. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { UsageError } from "../../agent/error.ts";
import { canonicalPath } from "../path.ts";
import { askGit, type GitPlace, gitSays, runGit, sayGit, topOf } from "./run.ts";

export interface CommitWish {
  readonly message: string;
  /** From where the place is. */
  readonly paths: readonly string[];
  readonly attribution?: boolean | undefined;
}

/** Returns what was committed, for reading. Throws `UsageError` with what stood against it. */
export async function commit({ message, paths, attribution = false }: CommitWish, place: GitPlace): Promise<string> {
  const top = await topOf(place);
  const files = paths.map((path) => fileIn(top, path, place.cwd));
  const at = { ...place, cwd: top };
  const isMerge = await gitSays(["rev-parse", "--verify", "--quiet", "MERGE_HEAD"], at);
  if (isMerge) await refuseMarkers(files, at);
  await askGit(["add", "--", ...files], at);
  const trailer = attribution ? ["--trailer", "Assisted-by: sagent"] : [];
  // While a merge goes on, git commits all of it or nothing.
  const only = isMerge ? [] : ["--only", "--", ...files];
  const args = ["commit", "--quiet", "--cleanup=whitespace", "--message", message, ...trailer, ...only];
  const end = await runGit(args, at);
  if (end.exitCode !== 0) throw new UsageError(explain(sayGit(args, end)));
  return (await askGit(["show", "--stat=100", "--format=Committed %h on %D: %s", "HEAD"], at))
    .replace("on HEAD -> ", "on ")
    .trim();
}

function fileIn(top: string, path: string, cwd: string): string {
  const full = inRealDirectory(resolve(cwd, path));
  const name = relative(top, full);
  if (name.startsWith("../"))
    throw new UsageError(`${path} is outside of the repository at ${top}. Nothing was committed.`);
  const isDirectory = statSync(full, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (name === "" || (isDirectory && !existsSync(join(full, ".git")))) {
    throw new UsageError(`${path} is a directory: name each file that is to be committed. Nothing was committed.`);
  }
  return name;
}

/** Where it lies, as git tells of places; a symlink that is named is meant itself. */
const inRealDirectory = (path: string) => join(canonicalPath(dirname(path)), basename(path));

async function refuseMarkers(files: readonly string[], place: GitPlace): Promise<void> {
  const unmerged = (await askGit(["diff", "--name-only", "--diff-filter=U", "-z"], place)).split("\0").filter(Boolean);
  const marked = files.filter((name) => {
    const path = join(place.cwd, name);
    return unmerged.includes(name) && existsSync(path) && /^<{7} /m.test(readFileSync(path, "utf8"));
  });
  if (marked.length > 0) {
    throw new UsageError(`There are still conflict markers in ${marked.join(", ")}. Nothing was committed.`);
  }
  const left = unmerged.filter((name) => !files.includes(name));
  if (left.length > 0) throw new UsageError(`Conflicts are left in ${left.join(", ")}. Nothing was committed.`);
}

function explain(said: string): string {
  if (/gpg failed to sign|failed to sign|signing failed|Couldn't load public key/i.test(said)) {
    return `The commit could not be signed, as the settings ask for it, so nothing was committed; the files are staged. ${said}`;
  }
  if (/Please tell me who you are|unable to auto-detect email/i.test(said)) {
    return "git does not know who commits: user.name and user.email are not set. Nothing was committed; the files are staged.";
  }
  if (/nothing to commit|no changes added|nothing added to commit/i.test(said)) {
    return "These files have no changes to commit.";
  }
  return `Nothing was committed; the files are staged. ${said}`;
}
