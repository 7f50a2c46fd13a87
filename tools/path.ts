/** Paths as tools are given them, as the disk knows them, and as people read them. */
import { readdirSync, readlinkSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Workspace } from "../agent/tool.ts";
import { distance } from "./near.ts";

/** Absolute path of what a model named: `~` is the home directory, the rest is relative to the shell's cwd. */
export function resolvePath(path: string, workspace: Workspace): string {
  const home = workspace.env.HOME ?? homedir();
  if (path === "~") return home;
  if (path.startsWith("~/")) return resolve(join(home, path.slice(2)));
  return resolve(workspace.cwd, path);
}

/** The one name of a file, through every symlink on the way, whether or not the file exists yet. */
export function canonicalPath(path: string): string {
  return follow(resolve(path), 40);
}

function follow(path: string, hops: number): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    if (parent === path || hops === 0) return path;
    const target = linkTarget(path);
    if (target !== undefined) return follow(resolve(parent, target), hops - 1);
    return join(follow(parent, hops), basename(path));
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Whether a path is the root or below it. Both are absolute, and canonical where symlinks matter. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** The path as people read it: relative inside the workspace, absolute outside. */
export function displayPath(path: string, workspace: Pick<Workspace, "root">): string {
  const inside = relative(workspace.root, path);
  return inside !== "" && inside !== ".." && !inside.startsWith("../") ? inside : path;
}

/** A sentence that helps after a path was not found: what is near it, or the last directory that exists. */
export function suggestPaths(path: string): string {
  const parent = dirname(path);
  const siblings = namesIn(parent);
  if (siblings === undefined) return parent === path ? "" : `The directory ${parent} does not exist either.`;
  const wanted = basename(path);
  const near = siblings
    .map((name) => ({ name, far: nameDistance(wanted, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.min(wanted.length, name.length) / 3))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, 3);
  return near.length === 0 ? "" : `Did you mean ${near.map(({ name }) => join(parent, name)).join(" or ")}?`;
}

function namesIn(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    return undefined;
  }
}

/** Edits between two names, case aside; the same stem with another extension counts as one. */
function nameDistance(a: string, b: string): number {
  const stem = (name: string) => name.replace(/(?<=.)\.[^.]*$/, "").toLowerCase();
  const edits = distance(a.toLowerCase(), b.toLowerCase());
  return stem(a) === stem(b) ? Math.min(1, edits) : edits;
}
