/** Reads a file, a window of lines at a time. */
import type { Stats } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { errorCode, fileProblem, hashBytes, looksBinary, maxWholeBytes, notAFile, sameStats } from "./files.ts";
import { findLastLines, type RawLine, type Source, skipLines, takeLines } from "./lines.ts";
import { attachMedia, maxMediaBytes, mediaTooLarge, sniffMedia } from "./media.ts";
import { failure, fit, maxCollectedChars, oneLine, plural } from "./output.ts";
import { canonicalPath, resolvePath, suggestPaths } from "./path.ts";
import description from "./read.md" with { type: "text" };

const schema = z.strictObject({
  file_path: z.string().min(1),
  offset: z.int().min(1).optional().describe("First line to read, from 1"),
  limit: z.int().min(1).optional().describe("Most lines to read"),
  last_lines: z.int().min(1).optional().describe("Read this many lines from the end; overrides offset"),
});
type Args = z.output<typeof schema>;

export const readTool = defineTool({
  name: "Read",
  description,
  schema,
  maxResultChars: 0,
  label: (args) => oneLine(`Read ${args.file_path}${describeWindow(args)}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  async run(args, context) {
    const path = resolvePath(args.file_path, context.workspace);
    try {
      return await readSteadily(path, args, context);
    } catch (error) {
      const hint = errorCode(error) === "ENOENT" ? suggestPaths(path) : "";
      return failure(`${fileProblem("read", path, error)} ${hint}`.trim());
    }
  },
});

function describeWindow({ offset, limit, last_lines }: Args): string {
  if (last_lines !== undefined) return ` (last ${plural(last_lines, "line")})`;
  if (limit !== undefined) return ` (lines ${offset ?? 1}-${(offset ?? 1) + limit - 1})`;
  return offset === undefined ? "" : ` (from line ${offset})`;
}

interface Content {
  readonly output: ToolOutput;
  /** Of the whole content; empty for a file too large to hash, which is then known by its mtime alone. */
  readonly hash: string;
  /** Whether the same call may be answered with "unchanged" later. */
  readonly repeatable: boolean;
}

/** Reads between two looks at the file, so that what another process writes meanwhile is never taken for seen. */
async function readSteadily(path: string, args: Args, context: ToolContext): Promise<ToolOutput> {
  const canonical = canonicalPath(path);
  const { reads } = context.workspace;
  const window = JSON.stringify([args.offset, args.limit, args.last_lines]);
  for (let tries = 1; ; tries++) {
    const before = await stat(canonical);
    if (!before.isFile()) return failure(notAFile(path, before));
    const seen = reads.get(canonical);
    if (seen?.window === window && seen.mtimeMs === before.mtimeMs && seen.size === before.size) {
      return { text: `${path} is unchanged since you read these lines; see that earlier result.` };
    }
    const { output, hash, repeatable } = await readContent(path, canonical, before, args, context);
    if (context.signal.aborted) return failure(`Reading ${path} was stopped.`);
    if (sameStats(before, await stat(canonical))) {
      if (output.isError !== true) {
        const { mtimeMs, size } = before;
        reads.set(canonical, { mtimeMs, size, hash, window: repeatable ? window : null });
      }
      return output;
    }
    if (tries === 3) return { ...output, text: `${output.text}\n[${path} was being written while it was read.]` };
  }
}

async function readContent(path: string, canonical: string, stats: Stats, args: Args, context: ToolContext) {
  if (stats.size <= maxWholeBytes) {
    const bytes = await readFile(canonical);
    const read = async (from: number, to: number) => bytes.subarray(from, to);
    return show(path, { size: bytes.length, read }, hashBytes(bytes), args, context);
  }
  await using file = await open(canonical);
  const read = async (from: number, to: number) => {
    const buffer = Buffer.allocUnsafeSlow(to - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  };
  return await show(path, { size: stats.size, read }, "", args, context);
}

async function show(path: string, source: Source, hash: string, args: Args, context: ToolContext): Promise<Content> {
  const head = await source.read(0, Math.min(source.size, 8192));
  const once = (output: ToolOutput): Content => ({ output, hash, repeatable: false });
  if (head.length === 0) return once({ text: `${path} is empty.` });
  const mime = sniffMedia(path, head);
  if (mime !== undefined) {
    if (source.size > maxMediaBytes(mime)) return once(mediaTooLarge(path, mime, source.size));
    return once(attachMedia(path, mime, Buffer.from(await source.read(0, source.size))));
  }
  if (looksBinary(head)) {
    return once({ text: `${path} is a binary file (${source.size} bytes). Look into it with Bash, e.g. file or xxd.` });
  }
  const output = await showText(path, source, args, context);
  if (output !== undefined) return { output, hash, repeatable: true };
  return once({ text: `${path} is not UTF-8 text. Convert it with Bash, e.g. iconv -f latin1 -t utf-8.` });
}

/** Undefined if a line of the window is not UTF-8. */
async function showText(
  path: string,
  source: Source,
  args: Args,
  context: ToolContext,
): Promise<ToolOutput | undefined> {
  const { signal, countTokens } = context;
  const start = await findStart(source, args, signal);
  if (start.line === undefined) {
    return failure(`${path} has ${plural(start.total, "line")}; there is no line ${args.offset}.`);
  }
  const limit = args.limit ?? Number.POSITIVE_INFINITY;
  const { lines, end } = await takeLines(source, start.position, limit, maxCollectedChars, signal);
  const texts = lines.map(decodeLine);
  if (start.position === 0 && texts[0] !== undefined) texts[0] = texts[0].replace(/^\uFEFF/, "");
  if (!texts.every((text) => text !== undefined)) return undefined;
  const first = start.line;
  const units = texts.map((text, index) => `${first + index}\t${text}`);
  const { text, count, omittedBytes } = fit(units, countTokens);
  const notes: string[] = [];
  const cutBytes = (lines[count - 1]?.droppedBytes ?? 0) + omittedBytes;
  if (cutBytes > 0)
    notes.push(`Line ${first + count - 1} is cut; ${cutBytes.toLocaleString("en")} bytes are left out.`);
  if (count < lines.length || end < source.size) notes.push(await resumeNote(source, first, count, signal));
  return { text: notes.length === 0 ? text : `${text}\n[${notes.join(" ")}]` };
}

/** Where the window starts. Lines of a huge file that are asked for from its end are numbered from there: -1 is the last. */
async function findStart(source: Source, args: Args, signal: AbortSignal) {
  if (args.last_lines === undefined) {
    const { passed, end } = await skipLines(source, 0, (args.offset ?? 1) - 1, signal);
    return end < source.size ? { position: end, line: passed + 1 } : { line: undefined, total: passed };
  }
  const position = await findLastLines(source, args.last_lines, signal);
  if (source.size > maxWholeBytes) return { position, line: position === 0 ? 1 : -args.last_lines };
  const before: Source = { size: position, read: source.read };
  return { position, line: (await skipLines(before, 0, Number.POSITIVE_INFINITY, signal)).passed + 1 };
}

function decodeLine({ bytes, droppedBytes }: RawLine): string | undefined {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: droppedBytes > 0 }).replace(/\r$/, "");
  } catch {
    return undefined;
  }
}

async function resumeNote(source: Source, first: number, count: number, signal: AbortSignal): Promise<string> {
  const last = first + count - 1;
  if (first < 0) return `Lines ${first} to ${last} from the end. Go on with last_lines=${-last - 1}.`;
  if (source.size > maxWholeBytes) return `Lines ${first}-${last}; more follow. Go on with offset=${last + 1}.`;
  const { passed: total } = await skipLines(source, 0, Number.POSITIVE_INFINITY, signal);
  return `Lines ${first}-${last} of ${total}. Go on with offset=${last + 1}.`;
}
