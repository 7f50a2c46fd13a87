/**
 * What a project's own files make us run, its servers, hooks and plug-ins, is obeyed only where the person trusts the
 * directory: to open a stranger's project must run nothing of it. `sagent trust` says so for good, `--trust` for one run.
 */
import { join, relative, resolve } from "node:path";
import { UsageError } from "../agent/error.ts";
import { projectDir } from "../agent/session-list.ts";
import { isTrustedDir, setTrust, trustedDirs } from "../providers/trust.ts";
import { canonicalPath } from "../tools/path.ts";
import type { Config } from "./config.ts";
import { writeOut } from "./stdio.ts";
import { printable } from "./terminal-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

type Trusting = Pick<Config, "trust"> & Partial<Pick<Config, "cwd">>;

/** A worktree that was made for an agent is as its project. Throws `ConfigError` where what the person noted cannot be read. */
export async function isTrusted(dir: string, { trust, cwd }: Trusting, env: Env): Promise<boolean> {
  if (trust || isTrustedDir(dir, env)) return true;
  if (cwd === undefined || !isTrustedDir(cwd, env)) return false;
  const inside = relative(canonicalPath(worktreesDir(cwd, env)), canonicalPath(dir));
  return inside !== "" && !inside.startsWith("..");
}

/** Where the worktrees of a project's agents lie. */
export function worktreesDir(cwd: string, env: Env): string {
  return join(projectDir(cwd, env), "worktrees");
}

/** What is said of a file that is left alone. */
export function untrustedNote(path: string): string {
  return `${path} is not obeyed: it could run anything here. If you trust this project, say so: sagent trust`;
}

/** `sagent trust [DIR]`, `sagent trust list`, `sagent trust remove [DIR]`. Resolves to the exit code. */
export async function runTrust(words: readonly string[], config: Config, env: Env): Promise<number> {
  const [first, second, ...more] = words;
  if (more.length > 0 || (second !== undefined && first !== "remove")) {
    throw new UsageError("sagent trust takes one directory.", { hint: "sagent trust [DIR] | list | remove [DIR]" });
  }
  if (first === "list") return list(config, env);
  const dir = resolve(config.cwd, (first === "remove" ? second : first) ?? ".");
  const changed = setTrust(dir, first !== "remove", env);
  const state = first === "remove" ? "not trusted" : "trusted, with all below it";
  await writeOut(printable(`${dir} is ${state}${changed ? "" : "; it was before"}.\n`));
  return 0;
}

async function list(config: Config, env: Env): Promise<number> {
  const dirs = trustedDirs(env);
  if (config.outputFormat !== "text") await writeOut(`${JSON.stringify(dirs)}\n`);
  else await writeOut(printable(dirs.length === 0 ? "No directory is trusted.\n" : `${dirs.join("\n")}\n`));
  return 0;
}
