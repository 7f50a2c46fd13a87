/**
 * Writing that is held inside certain directories, whatever a path is called and whatever is swapped for a symlink meanwhile.
 *
 * A directory is entered from its root one name at a time, never through a symlink, and held open; what is written goes
 * through the open directory, so that its path no longer matters. On Linux such a directory has a path of its own in
 * `/proc/self/fd`; elsewhere the path is checked before and after, which leaves a moment between.
 *
 * A `.git` in there is closed: what git is told to run, as hooks and filters, would write wherever it likes.
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath } from "node:fs/promises";
import { dirname, relative, sep } from "node:path";
import { canonicalPath, isInside } from "./path.ts";

const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const hasDescriptorPaths = process.platform === "linux";

/** A directory to write in. */
export interface Place extends AsyncDisposable {
  /** Path to write by; it may be other than the directory's own. */
  readonly path: string;
  /** Throws where the directory has left the roots. Called right before something takes its final name. */
  check(): Promise<void>;
}

/** The directory as it is, without any hold. */
export function freePlace(path: string): Place {
  return { path, check: async () => {}, [Symbol.asyncDispose]: async () => {} };
}

/** The root that holds a canonical path. Throws where none does. */
export function rootOf(path: string, roots: readonly string[]): string {
  const root = roots.map(canonicalPath).find((each) => isInside(each, path));
  if (root !== undefined) return root;
  throw new Error(`it lies outside of ${roots.join(" and ")}, where writing is held`);
}

/**
 * Enters the directory of a canonical path, which is made where it is missing. Throws what the file system says, also where a
 * name on the way has become a symlink.
 */
export async function enter(path: string, roots: readonly string[]): Promise<Place> {
  const root = rootOf(path, roots);
  const parent = dirname(path);
  const names = relative(root, path).split(sep);
  if (names.some((name) => name.toLowerCase() === ".git"))
    throw new Error("it belongs to git itself, whose settings are closed where writing is held");
  if (!isInside(root, parent)) throw new Error("it is a root of writing itself, not a file in it");
  if (!hasDescriptorPaths) return await checkedPlace(root, parent);
  let held = await open(root, directoryFlags);
  try {
    for (const name of relative(root, parent).split(sep).filter(Boolean)) {
      const next = await step(held, name);
      await held.close();
      held = next;
    }
  } catch (error) {
    await held.close();
    throw error;
  }
  const way = descriptorPath(held);
  return {
    path: way,
    check: async () => checkInside(root, await readlink(way)),
    [Symbol.asyncDispose]: () => held.close(),
  };
}

async function step(from: FileHandle, name: string): Promise<FileHandle> {
  const path = `${descriptorPath(from)}/${name}`;
  const enterIt = () => open(path, directoryFlags);
  try {
    return await enterIt();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    await mkdir(path).catch(() => {});
    return await enterIt();
  }
}

async function checkedPlace(root: string, directory: string): Promise<Place> {
  await mkdir(directory, { recursive: true });
  const check = async () => checkInside(root, await realpath(directory));
  await check();
  return { path: directory, check, [Symbol.asyncDispose]: async () => {} };
}

function checkInside(root: string, path: string): void {
  if (!isInside(root, path)) throw new Error(`its directory was moved out of ${root} meanwhile; nothing was written`);
}

const descriptorPath = ({ fd }: FileHandle) => `/proc/self/fd/${fd}`;
