/** The project's files as the page's tree and viewer show them. Nothing outside the project's root is ever read. */
import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { FileError } from "../agent/error.ts";
import { decodeText, looksBinary } from "../tools/files.ts";
import { walk } from "../tools/ignore.ts";
import { type Source, skipLines } from "../tools/lines.ts";
import { sniffMedia } from "../tools/media.ts";
import { canonicalPath, isInside } from "../tools/path.ts";
import { asFileError, cleanPath, locate, type OpenFile, openInside, readRange } from "./confine.ts";
import type { FileKind, FileView, TextWindow, Tree, TreeEntry } from "./file-types.ts";
import type { Git } from "./git.ts";

/** Most bytes of a text shown at once. */
const windowBytes = 1024 * 1024;
/** Of the window that shows a line, how much comes before it. */
const leadBytes = 64 * 1024;
/** In bigger files, lines are not counted. */
const maxCountedBytes = 64 * 1024 * 1024;
const maxRawBytes = 32 * 1024 * 1024;
const maxEntries = 5_000;
const newline = 10;

const versionControl = new Set([".git", ".svn", ".hg"]);

/** Where a window of a text begins: at a byte, or a little before a line. */
export interface ReadOptions {
  readonly offset?: number;
  readonly line?: number;
}

/** A file's bytes, with a type under which no browser runs anything of it. */
export interface RawFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mime: string;
  readonly modifiedAt: number;
}

export class Files {
  readonly #root: string;
  readonly #git: Git | undefined;

  /** `root` is absolute. `git` tells what of the tree is changed. */
  constructor(root: string, git?: Git) {
    this.#root = canonicalPath(root);
    this.#git = git;
  }

  /** What a directory holds, `.git` and its like left out. Throws `FileError`. */
  async tree(path: string): Promise<Tree> {
    const directory = await locate(this.#root, path);
    const found = await asFileError("list", path, () => readdir(directory, { withFileTypes: true }));
    if ((await locate(this.#root, path)) !== directory) throw new FileError(`${path} was replaced while it was read.`);
    const seen = found.filter(({ name }) => !versionControl.has(name)).sort(byTypeAndName);
    const clean = cleanPath(path);
    const place = relative(this.#root, directory);
    const [kept, changed] = await Promise.all([this.#notIgnored(place), this.#git?.changedPaths() ?? new Set()]);
    const entries = await Promise.all(
      seen.slice(0, maxEntries).map(async ({ name }): Promise<TreeEntry | undefined> => {
        const entry = await this.#describe(join(directory, name), name);
        if (!entry) return undefined;
        return {
          ...entry,
          isIgnored: !kept.has(name),
          isChanged: changed.has(place === "" ? name : `${place}/${name}`),
        };
      }),
    );
    return { path: clean, entries: entries.filter((entry) => entry !== undefined), total: seen.length };
  }

  /** A file for the viewer; of a text, one window. Throws `FileError`. */
  async read(path: string, options: ReadOptions = {}): Promise<FileView> {
    await using file = await openInside(this.#root, path);
    const { size, mtimeMs } = file.stats;
    const { kind, mime } = await identify(file);
    const view: FileView = { path: cleanPath(path), kind, mime, size, modifiedAt: Math.round(mtimeMs) };
    return kind === "text" ? { ...view, text: await readWindow(file, options) } : view;
  }

  /**
   * A whole file for the page to show or save. Images and PDFs keep their type; any text, markup included, is
   * `text/plain`. Throws `FileError`, also for more than 32 MiB.
   */
  async raw(path: string): Promise<RawFile> {
    await using file = await openInside(this.#root, path);
    const { size, mtimeMs } = file.stats;
    if (size > maxRawBytes) {
      throw new FileError(`${cleanPath(path)} has ${size.toLocaleString("en")} bytes, too many to show here.`, {
        hint: "Open it in an editor, or look at a part of it in the terminal.",
      });
    }
    const { kind, mime } = await identify(file);
    const bytes = new Uint8Array(await readRange(file, 0, size));
    return { bytes, mime: kind === "text" ? `${mime}; charset=utf-8` : mime, modifiedAt: Math.round(mtimeMs) };
  }

  /** Canonical absolute path of a file or directory of the project. Throws `FileError`. */
  locate(path: string): Promise<string> {
    return locate(this.#root, path);
  }

  async #describe(
    path: string,
    name: string,
  ): Promise<Pick<TreeEntry, "name" | "type" | "isLink" | "size" | "modifiedAt"> | undefined> {
    const own = await lstat(path).catch(() => undefined);
    if (!own) return undefined;
    const isLink = own.isSymbolicLink();
    const target = isLink ? await realpath(path).catch(() => undefined) : path;
    const isLost = target === undefined || !isInside(this.#root, target);
    const stats = isLink && !isLost ? await stat(target).catch(() => own) : own;
    const type = stats.isFile()
      ? "file"
      : stats.isDirectory()
        ? "directory"
        : stats.isSymbolicLink()
          ? "link"
          : "other";
    return { name, type, isLink, size: type === "file" ? stats.size : 0, modifiedAt: Math.round(stats.mtimeMs) };
  }

  /** Names in a directory that no ignore file names; none where the directory itself is ignored. */
  async #notIgnored(place: string): Promise<Set<string>> {
    const prefix = place === "" ? "" : `${place}/`;
    const names = new Set<string>();
    const entries = walk(this.#root, {
      hidden: true,
      ignore: true,
      descend: (directory) => prefix.startsWith(`${directory.relative}/`),
    });
    for await (const { relative, name } of entries) if (relative === prefix + name) names.add(name);
    return names;
  }
}

function byTypeAndName(a: Dirent, b: Dirent): number {
  const order = Number(b.isDirectory()) - Number(a.isDirectory());
  return order || a.name.localeCompare(b.name, "en", { numeric: true }) || (a.name < b.name ? -1 : 1);
}

async function identify(file: OpenFile): Promise<{ kind: FileKind; mime: string }> {
  const head = await readRange(file, 0, Math.min(file.stats.size, 8192));
  const media = sniffMedia(file.path, head);
  if (media === "application/pdf") return { kind: "pdf", mime: media };
  if (media !== undefined) return { kind: "image", mime: media };
  return looksBinary(head)
    ? { kind: "binary", mime: "application/octet-stream" }
    : { kind: "text", mime: "text/plain" };
}

// --- Windows of a text -----------------------------------------------------------------------------------------------

const never = new AbortController().signal;

async function readWindow(file: OpenFile, options: ReadOptions): Promise<TextWindow> {
  const { size } = file.stats;
  const source: Source = { size, read: (from, to) => readRange(file, from, to) };
  const from = size <= windowBytes ? 0 : await startOf(source, options);
  const bytes = await readRange(file, from, Math.min(size, from + windowBytes + 1));
  const window = bytes.subarray(0, endOf(bytes));
  const before = (await skipLines({ ...source, size: from }, 0, Number.POSITIVE_INFINITY, never)).passed;
  const isInLine = from > 0 && (await source.read(from - 1, from))[0] !== newline;
  const firstLine = isInLine ? before : before + 1;
  const isCounted = size <= maxCountedBytes;
  const rest = isCounted ? (await skipLines(source, from, Number.POSITIVE_INFINITY, never)).passed : 0;
  const exact = decodeText(window);
  return {
    text: (exact ?? new TextDecoder().decode(window)).replace(/^\uFEFF/, ""),
    from,
    to: from + window.length,
    firstLine,
    lines: isCounted ? firstLine - 1 + rest : null,
    isExact: exact !== undefined,
  };
}

/** The start of a line near what is wanted, or of a character where the line is too long. */
async function startOf(source: Source, { offset = 0, line }: ReadOptions): Promise<number> {
  const wanted =
    line === undefined ? offset : (await skipLines(source, 0, Math.max(0, line - 1), never)).end - leadBytes;
  const at = Math.max(0, Math.min(Math.floor(wanted), source.size - 1));
  if (at === 0) return 0;
  const near = await source.read(at - 1, Math.min(source.size, at + leadBytes));
  const found = near.indexOf(newline);
  if (found >= 0 && at + found < source.size) return at + found;
  let start = 1;
  while (start < 4 && isContinuation(near[start])) start++;
  return at - 1 + start;
}

/** How much of a window to show: up to its last whole line, or else its last whole character. */
function endOf(bytes: Uint8Array): number {
  if (bytes.length <= windowBytes) return bytes.length;
  const cut = bytes.lastIndexOf(newline, windowBytes - 1) + 1;
  if (cut > 0) return cut;
  let end = windowBytes;
  while (end > windowBytes - 4 && isContinuation(bytes[end])) end--;
  return end;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
