/** Paths that a page names: each is held inside the project, whatever it is called and whatever changes meanwhile. */
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";
import { FileError } from "../agent/error.ts";
import { errorCode, fileProblem, notAFile } from "../tools/files.ts";
import { isInside } from "../tools/path.ts";

const maxPathBytes = 4096;

/**
 * The path from the root without empty and `.` segments; empty for the root itself. Throws `FileError` for one that is
 * absolute, climbs with `..`, or holds a NUL. A name is taken literally: nothing is decoded or expanded.
 */
export function cleanPath(path: string): string {
  const refuse = (why: string): never => {
    throw new FileError(`The path ${JSON.stringify(path.slice(0, 200))} was refused: ${why}.`, {
      hint: "Name a file of the project, from the project's root.",
    });
  };
  if (path.includes("\0")) refuse("it holds a NUL character");
  if (Buffer.byteLength(path) > maxPathBytes) refuse("it is too long");
  if (isAbsolute(path)) refuse("it is absolute");
  const segments = path.split(sep === "\\" ? /[\\/]/ : "/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) refuse("it leads out of the project");
  return segments.join("/");
}

/**
 * Canonical absolute path of what exists in the root, which is canonical too. Throws `FileError`, also where a symlink
 * leads out.
 */
export async function locate(root: string, path: string): Promise<string> {
  const clean = cleanPath(path);
  const found = await asFileError("open", clean, () => realpath(join(root, clean)));
  if (!isInside(root, found)) throw leadsOut(clean);
  return found;
}

export interface OpenFile extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly stats: Stats;
  /** Canonical and absolute. */
  readonly path: string;
}

/**
 * Opens a regular file in the root to read it. What is not one (a pipe, a device, a directory) is never opened. After
 * opening it, the path is followed again and must still lead to this very file: a directory swapped for a symlink in
 * between is refused. Throws `FileError`.
 */
export async function openInside(root: string, path: string): Promise<OpenFile> {
  const found = await locate(root, path);
  const refuseOthers = (stats: Stats) => {
    if (!stats.isFile()) throw new FileError(notAFile(path, stats), { hint: "Only files can be shown." });
  };
  refuseOthers(await asFileError("open", path, () => lstat(found)));
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const handle = await asFileError("open", path, () => open(found, flags));
  try {
    const stats = await handle.stat();
    refuseOthers(stats);
    const again = await locate(root, path);
    const there = await asFileError("open", path, () => lstat(again));
    if (there.ino !== stats.ino || there.dev !== stats.dev) {
      throw new FileError(`${path} was replaced while it was opened; nothing was read.`, { hint: "Try again." });
    }
    return { handle, stats, path: found, [Symbol.asyncDispose]: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Bytes from one position to before another; fewer if the file is shorter. */
export async function readRange({ handle }: OpenFile, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** What the file system says against it, as a `FileError`. */
export async function asFileError<Result>(verb: string, path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof FileError) throw cause;
    const gone = errorCode(cause) === "ENOENT";
    throw new FileError(fileProblem(verb, path === "" ? "the project's directory" : path, cause), {
      hint: gone ? "It may have been moved or deleted; refresh the list." : undefined,
      cause,
    });
  }
}

function leadsOut(path: string): FileError {
  return new FileError(`${path} is a symlink, or lies behind one, that leads out of the project; it was not opened.`, {
    hint: "Open what it leads to outside the browser.",
  });
}
