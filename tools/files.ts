/** Whole files: read as one moment, checked against what the model knows, written all or not at all, one writer a path. */

import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf } from "../agent/error.ts";
import type { ReadRecord, ToolOutput, Workspace } from "../agent/tool.ts";
import { enter, freePlace } from "./contain.ts";
import { failure } from "./output.ts";
import { canonicalPath } from "./path.ts";

/** Files up to this size are read whole and hashed; what lies beyond is read a piece at a time and known by its mtime. */
export const maxWholeBytes = 16 * 1024 * 1024;

/** A file's state at one moment. */
export interface FileState {
  readonly stats: Stats;
  readonly bytes: Buffer;
}

/** The file as it is, or undefined if there is none; no bytes unless it is a regular file. Throws what the file system says. */
export async function readState(path: string): Promise<FileState | undefined> {
  try {
    const stats = await stat(path);
    return { stats, bytes: stats.isFile() ? await readFile(path) : Buffer.alloc(0) };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether both describe the same content of the same file, as far as the disk tells. */
export function sameStats(a: Stats, b: Stats): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.size === b.size && a.ino === b.ino;
}

export function hashBytes(bytes: Uint8Array): string {
  return Bun.hash.xxHash3(bytes).toString(36);
}

/** Whether the file on disk is no longer what the model saw. A new mtime on the same content is not. */
export function isStale(seen: ReadRecord, { stats, bytes }: FileState): boolean {
  if (seen.mtimeMs === stats.mtimeMs && seen.size === stats.size) return false;
  return seen.hash !== hashBytes(bytes);
}

/** Notes that the model knows this content, and that its next Read should show it all the same. */
export async function recordWrite(path: string, bytes: Uint8Array, workspace: Workspace): Promise<void> {
  const { mtimeMs, size } = await stat(path);
  workspace.reads.set(path, { mtimeMs, size, hash: hashBytes(bytes), window: null });
}

/** UTF-8 text of the bytes, byte order mark included, or undefined if they are something else. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether the first 8 KiB hold a NUL, as text never does. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0);
}

// --- Writing ----------------------------------------------------------------------------------------------------------

const writers = new Map<string, Promise<unknown>>();

/** Runs one writer at a time for each canonical path, across every agent of the process, in the order they came. */
export async function withFileLock<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  const mine = (writers.get(path) ?? Promise.resolve()).then(write, write);
  writers.set(path, mine);
  try {
    return await mine;
  } finally {
    if (writers.get(path) === mine) writers.delete(path);
  }
}

/** Makes a change while no other agent changes the file; what the file system says against it is a failed result. */
export async function changeFile(
  verb: "edit" | "write",
  path: string,
  change: (canonical: string) => Promise<ToolOutput>,
): Promise<ToolOutput> {
  try {
    const canonical = canonicalPath(path);
    return await withFileLock(canonical, () => change(canonical));
  } catch (error) {
    return failure(fileProblem(verb, path, error));
  }
}

export interface WriteOptions extends Pick<Workspace, "writeRoots"> {
  /** Of the file that is there. */
  readonly old?: Stats | undefined;
  /** Whose mode and owner the file gets; those it has, by default. */
  readonly like?: Stats | undefined;
}

/**
 * Replaces a file's content all at once: whoever reads it, or kills us, finds the old bytes or the new. `path` is
 * canonical. Makes missing parents; keeps mode and owner. Throws what the file system says, the old file untouched, also where
 * the path lies outside of the roots that the workspace holds writing in.
 */
export async function writeAtomic(
  path: string,
  bytes: Uint8Array,
  { old, like = old, writeRoots }: WriteOptions = {},
): Promise<void> {
  if (old) await access(path, constants.W_OK);
  else if (!writeRoots) await mkdir(dirname(path), { recursive: true });
  await using place = writeRoots ? await enter(path, writeRoots) : freePlace(dirname(path));
  const temporary = join(place.path, `.sagent-${crypto.randomUUID()}.tmp`);
  const file = await open(temporary, "wx", like ? 0o600 : 0o666);
  try {
    try {
      await file.writeFile(bytes);
      if (like) {
        await file.chown(like.uid, like.gid).catch(() => {});
        await file.chmod(like.mode & 0o7777);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await place.check();
    await rename(temporary, join(place.path, basename(path)));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Throws what the file system says, also where the path lies outside of the roots of writing. `path` is canonical. */
export async function removeFile(path: string, { writeRoots }: Pick<Workspace, "writeRoots"> = {}): Promise<void> {
  await using place = writeRoots ? await enter(path, writeRoots) : freePlace(dirname(path));
  await place.check();
  await unlink(join(place.path, basename(path)));
}

// --- What the file system says ----------------------------------------------------------------------------------------

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "the system does not permit it",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than the system allows",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is a file, not a directory",
  ELOOP: "its symlinks go in a circle",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  EEXIST: "a part of the path is a file, not a directory",
  EIO: "the disk failed",
  ERR_INVALID_ARG_VALUE: "the path is not valid",
};

/** `Cannot read /a/b: permission denied.` */
export function fileProblem(verb: string, path: string, error: unknown): string {
  const why = reasons[errorCode(error) ?? ""] ?? messageOf(error);
  return `Cannot ${verb} ${path}: ${why}.`;
}

export function notAFile(path: string, stats: Stats): string {
  if (stats.isDirectory()) return `${path} is a directory; to see what is in it, use List or Glob.`;
  return `${path} is not a regular file (a device, a pipe or a socket).`;
}

export function staleFile(path: string): string {
  return `${path} was changed by someone else since you read it; nothing was written. Read it again, then go on.`;
}
