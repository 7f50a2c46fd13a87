/**
 * Reads a patch in the format that OpenAI's models were trained on (v4a): files added, deleted, updated or moved, an update
 * told by chunks with a few lines around each change. Source: the apply_patch instructions of OpenAI's prompting guides.
 */
import { UsageError } from "../../agent/error.ts";
import type { Chunk, ChunkLine } from "./chunk.ts";

export type PatchFile =
  | { readonly type: "add"; readonly path: string; readonly text: string }
  | { readonly type: "delete"; readonly path: string }
  | { readonly type: "update"; readonly path: string; readonly moveTo?: string; readonly chunks: readonly Chunk[] };

const fileHeader = /^\*\*\* (Add|Delete|Update) File:\s*(.*?)\s*$/;
const endMark = "*** End of File";

/** Throws `UsageError` naming the line of the patch that is not as it must be. */
export function readPatch(text: string): PatchFile[] {
  const lines = unwrap(text.split(/\r?\n/));
  const files: PatchFile[] = [];
  let at = 1;
  while (at < lines.length - 1) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at++;
      continue;
    }
    const [, kind, path] = fileHeader.exec(line) ?? [];
    if (kind === undefined)
      throw unfit(at, line, "begins no file: `*** Add File: `, `*** Update File: ` or `*** Delete File: `");
    if (!path) throw unfit(at, line, "names no file");
    const body = bodyFrom(lines, at + 1);
    files.push(readFile(kind, path, body, at + 1));
    at += 1 + body.length;
  }
  if (files.length === 0) throw new UsageError("The patch names no file.");
  return files;
}

/** From `*** Begin Patch` to `*** End Patch`, without a shell's here-document or a fence around them. */
function unwrap(lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.trim() === "*** Begin Patch");
  const end = lines.findLastIndex((line) => line.trim() === "*** End Patch");
  if (begin < 0) throw new UsageError("The patch does not begin with `*** Begin Patch`.");
  if (end < begin) throw new UsageError("The patch has no `*** End Patch`: it may have been cut off.");
  const before = lines.slice(0, begin).join("\n").trim();
  const after = lines
    .slice(end + 1)
    .join("\n")
    .trim();
  const isWrapped =
    /^(?:```\w*|(?:apply_patch\s*)?<<-?\s*['"]?\w+['"]?)?$/.test(before) && /^(?:```|\w+)?$/.test(after);
  if (!isWrapped) throw new UsageError("There is something beside the patch; give the patch alone.");
  return lines.slice(begin, end + 1);
}

function bodyFrom(lines: readonly string[], from: number): readonly string[] {
  const end = lines.findIndex((line, at) => at >= from && (fileHeader.test(line) || at === lines.length - 1));
  return lines.slice(from, end);
}

function readFile(kind: string, path: string, body: readonly string[], first: number): PatchFile {
  if (kind === "Add") return { type: "add", path, text: addedText(body, first) };
  if (kind === "Delete") {
    const at = body.findIndex((line) => line.trim() !== "");
    if (at >= 0) throw unfit(first + at, body[at] ?? "", "follows a file that is deleted");
    return { type: "delete", path };
  }
  const [, moveTo] = /^\*\*\* Move to:\s*(.*?)\s*$/.exec(body[0] ?? "") ?? [];
  const isMove = moveTo !== undefined && moveTo !== "";
  const chunks = readChunks(isMove ? body.slice(1) : body, isMove ? first + 1 : first);
  if (chunks.length === 0 && !isMove) throw new UsageError(`The patch changes nothing in ${path}.`);
  return { type: "update", path, ...(isMove ? { moveTo } : {}), chunks };
}

function addedText(body: readonly string[], first: number): string {
  const last = body.findLastIndex((line) => line !== "");
  const lines = body.slice(0, last + 1).filter((line) => line !== endMark);
  return lines
    .map((line, at) => {
      if (!line.startsWith("+"))
        throw unfit(first + at, line, "does not begin with `+`, as the lines of a new file do");
      return `${line.slice(1)}\n`;
    })
    .join("");
}

interface OpenChunk {
  readonly at: number;
  readonly anchors: string[];
  readonly lines: ChunkLine[];
  atEnd: boolean;
}

function readChunks(body: readonly string[], first: number): Chunk[] {
  const chunks: OpenChunk[] = [];
  const open = (at: number) => {
    const chunk: OpenChunk = { at, anchors: [], lines: [], atEnd: false };
    chunks.push(chunk);
    return chunk;
  };
  for (const [index, line] of body.entries()) {
    const at = first + index;
    const last = chunks.at(-1);
    if (line.startsWith("@@")) {
      const chunk = last && last.lines.length === 0 ? last : open(at);
      const anchor = anchorOf(line);
      if (anchor !== "") chunk.anchors.push(anchor);
    } else if (line.trimEnd() === endMark) {
      (last ?? open(at)).atEnd = true;
    } else {
      (last && !last.atEnd ? last : open(at)).lines.push(lineOf(line, at));
    }
  }
  return chunks.map(closeChunk).filter(({ lines }) => lines.length > 0);
}

/** Empty lines at its end that not even a space begins are the gap to what follows. */
function closeChunk({ at, anchors, lines, atEnd }: OpenChunk, index: number): Chunk {
  const end = atEnd ? lines.length : lines.findLastIndex((line) => line !== gap) + 1;
  return { name: `Chunk ${index + 1} (line ${at + 1} of the patch)`, anchors, lines: lines.slice(0, end), atEnd };
}

/** Line numbers, as other diffs have them there, say nothing here. */
function anchorOf(line: string): string {
  const text = line.slice(2).replace(/^ /, "");
  return /^-\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.test(text) || text.trim() === "@@" ? "" : text.trimEnd();
}

const kinds: Readonly<Record<string, ChunkLine["type"]>> = { " ": "keep", "-": "drop", "+": "add" };

const gap: ChunkLine = { type: "keep", text: "" };

function lineOf(line: string, at: number): ChunkLine {
  if (line === "") return gap;
  const type = kinds[line[0] ?? ""];
  if (type === undefined) throw unfit(at, line, "begins with neither a space, `+`, `-` nor `@@`");
  return { type, text: line.slice(1) };
}

function unfit(at: number, line: string, why: string): UsageError {
  return new UsageError(`Line ${at + 1} of the patch ${why}: ${JSON.stringify(line.slice(0, 120))}.`);
}
