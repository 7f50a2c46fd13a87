/**
 * Runs git without a person: no pager, no editor, no question, no network. What the outside has set for another repository
 * does not reach it; hooks and settings of this one do, see guard.ts.
 */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { AbortedError, ConfigError, messageOf, UsageError } from "../../agent/error.ts";
import { runProcess } from "../process.ts";

export interface GitPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Above those of the repository and the person. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface GitEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** More was printed than is kept. */
  readonly isCut: boolean;
}

const timeoutMs = 120_000;
const maxOutputBytes = 8 * 1024 * 1024;
/** Of the outside's variables for git those that say who commits, and where the person's own settings are. */
const keptVariables = /^GIT_(?:(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM))$/;

const always = [
  "--no-pager",
  "--no-optional-locks",
  "--literal-pathspecs",
  ...[
    "core.quotePath=false",
    "core.fsmonitor=false",
    // Plain files of a project may be laid out as a repository whose settings name programs.
    "safe.bareRepository=explicit",
    "color.ui=false",
    "merge.conflictStyle=merge",
    "gc.auto=0",
  ].flatMap((setting) => ["-c", setting]),
];

/**
 * Runs git to its end, whatever that is. Throws `ConfigError` where there is none or it takes longer than two minutes,
 * `AbortedError` where it was stopped.
 */
export async function runGit(args: readonly string[], place: GitPlace): Promise<GitEnd> {
  const git = Bun.which("git", { PATH: place.env.PATH ?? "" });
  if (git === null) throw new ConfigError("git is not installed, or not on the PATH.");
  if (place.signal.aborted) throw new AbortedError();
  const pieces = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  let size = 0;
  const end = await runProcess({
    argv: [git, ...always, ...args],
    cwd: place.cwd,
    env: { ...cleanEnv(place.env), ...settingsEnv(place.settings ?? {}) },
    timeoutMs,
    clock: place.clock ?? systemClock,
    signal: place.signal,
    onOutput(stream, bytes) {
      if (size < maxOutputBytes) pieces[stream].push(bytes.slice());
      size += bytes.length;
    },
  }).catch((error: unknown) => {
    throw new ConfigError(`git could not be run in ${place.cwd}: ${messageOf(error)}`);
  });
  if (end.cause === "abort") throw new AbortedError();
  if (end.cause === "timeout")
    throw new ConfigError(`git ${args[0]} took longer than ${timeoutMs / 1000} s and was stopped.`);
  const text = (parts: readonly Uint8Array[]) => Buffer.concat(parts).toString();
  return {
    exitCode: end.exitCode ?? -1,
    stdout: text(pieces.stdout),
    stderr: text(pieces.stderr),
    isCut: size > maxOutputBytes,
  };
}

/** What git prints. Throws `UsageError` with what it says where it fails, or where it says more than is kept. */
export async function askGit(args: readonly string[], place: GitPlace): Promise<string> {
  const end = await runGit(args, place);
  if (end.exitCode !== 0) throw new UsageError(sayGit(args, end));
  if (end.isCut)
    throw new UsageError(`git ${args[0]} says more than 8 MiB: ask for less, by paths or a smaller range.`);
  return end.stdout;
}

/** The last lines of what a git that failed said. */
export function sayGit(args: readonly string[], { exitCode, stdout, stderr }: GitEnd): string {
  const said = [stderr, stdout]
    .map((text) => text.trim())
    .filter(Boolean)
    .join("\n");
  const lines = said.split("\n").slice(-20).join("\n").slice(-2000);
  return `git ${args.find((arg) => !arg.startsWith("-")) ?? ""} failed (${exitCode})${lines === "" ? "." : `:\n${lines}`}`;
}

/** Whether git exits with 0. */
export async function gitSays(args: readonly string[], place: GitPlace): Promise<boolean> {
  return (await runGit(args, place)).exitCode === 0;
}

function cleanEnv(env: GitPlace["env"]): Record<string, string> {
  const own = Object.entries(env).filter(([name]) => !name.startsWith("GIT_") || keptVariables.test(name));
  return {
    ...Object.fromEntries(own.filter((pair): pair is [string, string] => pair[1] !== undefined)),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    SSH_ASKPASS: "true",
    GIT_EDITOR: "true",
    GIT_SEQUENCE_EDITOR: "true",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
    GIT_MERGE_AUTOEDIT: "no",
  };
}

/** Source: git-config(1), `GIT_CONFIG_COUNT`. */
function settingsEnv(settings: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(settings);
  const variables = pairs.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(pairs.length), ...Object.fromEntries(variables) };
}

/** The work tree that a directory is in. Throws `UsageError` where there is none. */
export async function topOf(place: GitPlace): Promise<string> {
  const { exitCode, stdout, stderr } = await runGit(["rev-parse", "--is-bare-repository", "--show-toplevel"], place);
  const [bare, top = ""] = stdout.split("\n");
  if (exitCode === 0 && top !== "") return top;
  if (bare === "true" || /cannot use bare repository/.test(stderr))
    throw new UsageError(`${place.cwd} is a bare repository: it has no files to work on.`);
  if (/dubious ownership/.test(stderr)) {
    throw new UsageError(`git does not trust the repository at ${place.cwd}, which belongs to another user.`);
  }
  throw new UsageError(`${place.cwd} is in no git repository.`);
}

/** A commit's full name. Throws `UsageError` where the reference is none. */
export async function commitOf(ref: string, place: GitPlace): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const { exitCode, stdout } = await runGit(args, place);
  if (exitCode === 0) return stdout.trim();
  if (ref === "HEAD") throw new UsageError("There is no commit yet.");
  const branches = await runGit(["branch", "--format=%(refname:short)", "--sort=-committerdate"], place);
  const known = branches.stdout.trim().split("\n").filter(Boolean);
  const more = known.length > 20 ? ", …" : "";
  throw new UsageError(
    `There is no branch or commit "${ref}". Branches: ${known.slice(0, 20).join(", ") || "none"}${more}.`,
  );
}
