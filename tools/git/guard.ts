/**
 * A repository's own settings name programs that git runs: hooks, filters, merge drivers, signers. They come with a copied
 * directory as any other file does, so where nobody trusts it none of them is run.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../agent/error.ts";
import { askGit, type GitPlace } from "./run.ts";

/** Whether the person trusts a directory. */
export type IsTrusted = (dir: string) => Promise<boolean>;

export interface Guarded extends GitPlace {
  /** What of the repository's own is left out: of its settings those that name programs, and hooks. */
  readonly leftOut: readonly string[];
}

/** Settings of a repository that have git run a program where nothing else decides. */
const programs =
  /^(?:filter\.[\s\S]*\.(?:clean|smudge|process)|merge\.[\s\S]*\.driver|gpg\.(?:[\s\S]*\.)?(?:program|defaultkeycommand)|trailer\.[\s\S]*\.(?:command|cmd)|diff\.external|diff\.[\s\S]*\.(?:command|textconv))$/;

/** The place with all of that switched off, unless its repository is trusted. */
export async function guard(place: GitPlace, isTrusted: IsTrusted): Promise<Guarded> {
  const dir = (await askGit(["rev-parse", "--path-format=absolute", "--git-common-dir"], place)).trim();
  if (await isTrusted(dir)) return { ...place, leftOut: [] };
  const named = await ownPrograms(place);
  const off = {
    "core.hooksPath": "/dev/null",
    "diff.ignoreSubmodules": "dirty",
    ...Object.fromEntries(named.map((name) => [name, ""])),
    ...Object.fromEntries(named.flatMap((name) => requiredOf(name)).map((name) => [name, "false"])),
  };
  return { ...place, settings: off, leftOut: [...named, ...(await hooksOf(place))] };
}

/** Throws `UsageError` where what is left out decides what the result is, as a filter does of what a commit holds. */
export function refuseWithout(what: string, { leftOut }: Guarded): void {
  const needed = leftOut.filter((name) => name.includes(".") && !name.startsWith("diff."));
  if (needed.length === 0) return;
  throw new UsageError(
    `Nothing was ${what}: this repository's own settings have git run programs for that (${needed.join(", ")}), and the directory is not trusted. A person can trust it: sagent trust`,
  );
}

/** What the person should know of a commit or merge without them; empty where there are none. */
export function withoutHooks({ leftOut }: Guarded): string {
  const hooks = leftOut.filter((name) => !name.includes("."));
  if (hooks.length === 0) return "";
  return `\n[Hooks of the repository were not run (${hooks.join(", ")}), as the directory is not trusted: sagent trust]`;
}

async function ownPrograms(place: GitPlace): Promise<string[]> {
  const words = (await askGit(["config", "--show-scope", "--name-only", "-z", "--list"], place)).split("\0");
  const own = words.flatMap((name, at) => {
    const scope = at % 2 === 1 ? words[at - 1] : undefined;
    return (scope === "local" || scope === "worktree") && programs.test(name) ? [name] : [];
  });
  return [...new Set(own)];
}

function requiredOf(name: string): string[] {
  const driver = /^filter\.[\s\S]*(?=\.)/.exec(name)?.[0];
  return driver === undefined ? [] : [`${driver}.required`];
}

async function hooksOf(place: GitPlace): Promise<string[]> {
  const dir = (await askGit(["rev-parse", "--path-format=absolute", "--git-path", "hooks"], place)).trim();
  const isRun = (name: string) => !name.includes(".") && (statSync(join(dir, name)).mode & 0o111) !== 0;
  try {
    return readdirSync(dir).filter(isRun).sort();
  } catch {
    return [];
  }
}
