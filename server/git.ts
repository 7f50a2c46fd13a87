/**
 * What git says of the project. Asking it changes nothing and runs nothing that the repository's own config names: no
 * hook, pager, monitor, filter, diff or text conversion, no fetch. What is no repository, or has no git, is simply
 * without answers.
 */
import { systemClock } from "../agent/clock.ts";
import type { Hunk } from "../agent/message.ts";
import { runProcess } from "../tools/process.ts";
import type { FileChange } from "./file-types.ts";
import { countRows, parseCounts, parsePatch, parseStatus } from "./git-output.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** One path that git shows changed, from the project's root. */
export interface GitChange {
  readonly path: string;
  readonly from?: string;
  readonly status: NonNullable<FileChange["git"]>;
}

export interface LineCounts {
  /** Null for what is not text. */
  readonly added: number | null;
  readonly removed: number | null;
}

export interface GitPatch {
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
}

const timeoutMs = 15_000;
const maxOutputBytes = 32 * 1024 * 1024;
/** How long what the tree asks for may be old. */
const keptMs = 2_000;

const safe = [
  "--no-pager",
  "--no-optional-locks",
  "--literal-pathspecs",
  ...[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "diff.suppressBlankEmpty=false",
    "core.quotePath=false",
    "status.submoduleSummary=false",
  ].flatMap((setting) => ["-c", setting]),
];
const safeDiff = ["--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--find-renames"];
const submodules = ["--ignore-submodules=dirty"];

export class Git {
  readonly #root: string;
  readonly #env: Env;
  #changed: { readonly at: number; readonly paths: Promise<ReadonlySet<string>> } | undefined;

  /** `root` is absolute; it may lie anywhere inside a repository, or in none. */
  constructor(root: string, env: Env = process.env) {
    this.#root = root;
    this.#env = env;
  }

  /** Everything changed under the root, untracked files too. Undefined where git has no answer. */
  async status(): Promise<readonly GitChange[] | undefined> {
    const prefix = await this.#prefix();
    if (prefix === undefined) return undefined;
    const flags = ["--porcelain=v2", "-z", "--untracked-files=all", "--renames", ...submodules];
    const output = await this.#ask(["status", ...flags, "--", "."]);
    return output === undefined ? undefined : parseStatus(output, prefix);
  }

  /** Paths changed, and every directory above one; up to 2 s old. */
  changedPaths(): Promise<ReadonlySet<string>> {
    if (!this.#changed || performance.now() - this.#changed.at > keptMs) {
      this.#changed = { at: performance.now(), paths: this.status().then(withParents) };
    }
    return this.#changed.paths;
  }

  /** Lines added and removed since the last commit, by path. Untracked files are not in it. */
  async counts(): Promise<ReadonlyMap<string, LineCounts>> {
    const prefix = await this.#prefix();
    if (prefix === undefined || !(await this.hasCommit())) return new Map();
    const output = await this.#ask(["diff", ...safeDiff, ...submodules, "--numstat", "-z", "HEAD", "--", "."]);
    return countRows(parseCounts(output ?? ""), prefix);
  }

  /** How a tracked file differs from the last commit. Undefined where git has no answer. */
  async patch(path: string, from?: string): Promise<GitPatch | undefined> {
    if (!(await this.hasCommit())) return undefined;
    const flags = ["--patch", "--unified=3", "--inter-hunk-context=0", "--submodule=short"];
    const ask = (paths: readonly string[]) =>
      this.#ask(["diff", ...safeDiff, ...submodules, ...flags, "HEAD", "--", ...paths]);
    const both = from === undefined ? undefined : await ask([from, path]);
    const isOne = both !== undefined && both.match(/^diff --git /gm)?.length === 1;
    const output = isOne ? both : await ask([path]);
    return output === undefined ? undefined : parsePatch(output);
  }

  /** Whether there is anything to compare with. */
  async hasCommit(): Promise<boolean> {
    return (await this.#ask(["rev-parse", "--verify", "--quiet", "HEAD"])) !== undefined;
  }

  /** The root's path from the repository's top, with a slash at its end; empty at the top. */
  async #prefix(): Promise<string | undefined> {
    const output = await this.#ask(["rev-parse", "--is-inside-work-tree", "--show-prefix"]);
    return output?.startsWith("true\n") ? output.slice("true\n".length).replace(/\n$/, "") : undefined;
  }

  async #ask(args: readonly string[]): Promise<string | undefined> {
    const overrides = await this.#withoutFilters();
    return overrides && this.#run(args, overrides);
  }

  /** Settings that switch off the filters of the repository's own config. The person's own filters stay. */
  async #withoutFilters(): Promise<Record<string, string> | undefined> {
    const output = await this.#run(["config", "--show-scope", "--name-only", "-z", "--list"], {});
    if (output === undefined) return undefined;
    const words = output.split("\0");
    const names = new Set<string>();
    for (let at = 0; at + 1 < words.length; at += 2) {
      const [scope, name] = [words[at], words[at + 1] ?? ""];
      const driver = /^filter\.([\s\S]*)\.[^.]+$/.exec(name)?.[1];
      if (driver !== undefined && (scope === "local" || scope === "worktree")) names.add(driver);
    }
    const pairs = [...names].flatMap((name) => [
      [`filter.${name}.clean`, ""],
      [`filter.${name}.smudge`, ""],
      [`filter.${name}.process`, ""],
      [`filter.${name}.required`, "false"],
    ]);
    const env: Record<string, string> = { GIT_CONFIG_COUNT: String(pairs.length) };
    for (const [index, [key = "", value = ""]] of pairs.entries()) {
      env[`GIT_CONFIG_KEY_${index}`] = key;
      env[`GIT_CONFIG_VALUE_${index}`] = value;
    }
    return env;
  }

  /** What git prints, or undefined where it fails, takes too long or says too much. */
  async #run(args: readonly string[], overrides: Readonly<Record<string, string>>): Promise<string | undefined> {
    const git = Bun.which("git", { PATH: this.#env.PATH ?? "" });
    if (git === null) return undefined;
    const pieces: Uint8Array[] = [];
    let size = 0;
    const stop = new AbortController();
    const end = await runProcess({
      argv: [git, ...safe, ...args],
      cwd: this.#root,
      env: { ...cleanEnv(this.#env), ...overrides },
      timeoutMs,
      clock: systemClock,
      signal: stop.signal,
      onOutput(stream, bytes) {
        if (stream === "stderr") return;
        size += bytes.length;
        if (size > maxOutputBytes) stop.abort();
        else pieces.push(bytes.slice());
      },
    }).catch(() => undefined);
    return end?.exitCode === 0 && end.cause === "exit" ? Buffer.concat(pieces).toString() : undefined;
  }
}

function cleanEnv(env: Env): Record<string, string> {
  const kept = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT", "USERPROFILE"];
  const own = kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    ...Object.fromEntries(own),
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
  };
}

function withParents(changes: readonly GitChange[] | undefined): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const { path } of changes ?? []) {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) paths.add(path.slice(0, at));
  }
  return paths;
}
