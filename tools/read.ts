/** Reads a file, a window of lines at a time. */
import type { Stats } from "node:fs";
import { open, readFile, stat, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { errorCode, fileProblem, hashBytes, maxWholeBytes, notAFile, sameStats } from "./files.ts";
import { sayLate } from "./late.ts";
import type { Source } from "./lines.ts";
import { attachImage } from "./media.ts";
import { failure, oneLine, plural } from "./output.ts";
import { canonicalPath, resolvePath, suggestPaths } from "./path.ts";
import { binaryName, type Kind, kindOf } from "./read/kind.ts";
import type { ReadRequest } from "./read/request.ts";
import { askReader, showBinary, showLines, showPages } from "./read/show.ts";
import { showText } from "./read/text.ts";
import description from "./read.md" with { type: "text" };

const schema = z.strictObject({
  file_path: z.string().min(1),
  offset: z.int().min(1).optional(),
  limit: z.int().min(1).optional(),
  last_lines: z.int().min(1).optional().describe("So many from the end; overrides offset"),
  pages: z.string().min(1).optional().describe('Also sheets, slides, cells: "3", "2-5", "7-"'),
  member: z.string().min(1).optional(),
  as: z.enum(["text", "image", "raw"]).optional(),
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

function describeWindow({ offset, limit, last_lines, pages, member }: Args): string {
  if (member !== undefined) return ` (${member})`;
  if (pages !== undefined) return ` (pages ${pages.trim()})`;
  if (last_lines !== undefined) return ` (last ${plural(last_lines, "line")})`;
  if (limit !== undefined) return ` (lines ${offset ?? 1}-${(offset ?? 1) + limit - 1})`;
  return offset === undefined ? "" : ` (from line ${offset})`;
}

/** Whether lines of the file itself are asked for. */
function isPlain({ pages, member, as }: Args): boolean {
  return pages === undefined && member === undefined && as === undefined;
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
    if (isPlain(args) && seen?.window === window && seen.mtimeMs === before.mtimeMs && seen.size === before.size) {
      return { text: `${path} is unchanged since you read these lines; see that earlier result.` };
    }
    using _ = sayLate(context, oneLine(`Reading ${basename(path)}`));
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
    return show({ path, canonical, source: { size: bytes.length, read }, args, context }, hashBytes(bytes));
  }
  await using file = await open(canonical);
  const read = async (from: number, to: number) => {
    const buffer = Buffer.allocUnsafeSlow(to - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
  };
  return await show({ path, canonical, source: { size: stats.size, read }, args, context }, "");
}

interface Shown {
  /** What it is called: the path, or the path and an entry of the archive there. */
  readonly path: string;
  readonly canonical: string;
  readonly source: Source;
  readonly args: Args;
  readonly context: ToolContext;
  /** It was unpacked already. */
  readonly isUnpacked?: boolean;
}

async function show(file: Shown, hash: string): Promise<Content> {
  const { path, source, args } = file;
  const head = await source.read(0, Math.min(source.size, 8192));
  const once = (output: ToolOutput): Content => ({ output, hash, repeatable: false });
  if (head.length === 0) return once({ text: `${path} is empty.` });
  const kind = kindOf(file.isUnpacked ? path.replace(/\.(gz|bz2|xz|zst)$/i, "") : path, head);
  const wrong = wrongArgs(kind, args);
  if (wrong !== undefined) return once(failure(`${path} ${wrong}`));
  switch (kind) {
    case "sqlite":
    case "parquet":
    case "duckdb":
      return once({ text: `${path} is a ${kind} file (${plural(source.size, "byte")}). Query it with the tool Sql.` });
    case "binary":
      return once({ text: showBinary(path, source.size, head, binaryName(head)) });
    case "text":
      return await plainText(file, hash);
    case "notebook":
    case "rtf":
      return args.as === "raw" ? await plainText(file, hash) : await converted(file, kind, hash);
    default:
      return await converted(file, kind, hash);
  }
}

async function plainText({ path, source, args, context }: Shown, hash: string): Promise<Content> {
  const output = await showText(path, source, args, context);
  if (output !== undefined) return { output, hash, repeatable: isPlain(args) };
  const text = `${path} is not UTF-8 text. Convert it with Bash, e.g. iconv -f latin1 -t utf-8.`;
  return { output: { text }, hash, repeatable: false };
}

/** What is asked for that this kind of file does not have. */
function wrongArgs(kind: Kind, { pages, member, as, offset, limit, last_lines }: Args): string | undefined {
  const isArchive =
    kind === "zip" || kind === "tar" || kind === "gzip" || kind === "bzip2" || kind === "xz" || kind === "zstd";
  if (member !== undefined && !isArchive) return "is no archive; leave member out.";
  if (pages !== undefined && (kind === "text" || kind === "image")) return "has no pages; leave pages out.";
  if (as === "image" && !isArchive && kind !== "pdf" && kind !== "image")
    return "has no pages to be shown as images; leave as out.";
  const isLines = (offset ?? limit ?? last_lines) !== undefined;
  if (isLines && kind === "pdf") return 'is a PDF: ask for its pages, e.g. pages="11-20", not for lines.';
  return undefined;
}

const maxReadBytes = 50 * 1024 * 1024;

/** By the program that reads what is no plain text. */
async function converted(file: Shown, kind: ReadRequest["kind"], hash: string): Promise<Content> {
  const { path, canonical, source, args, context } = file;
  const once = (output: ToolOutput): Content => ({ output, hash, repeatable: false });
  if (/^(pdf|image|notebook|rtf)$/.test(kind) && source.size > maxReadBytes) {
    const limit = maxReadBytes.toLocaleString("en");
    return once(
      failure(
        `${path} has ${source.size.toLocaleString("en")} bytes; at most ${limit} are read. Take a part of it with Bash.`,
      ),
    );
  }
  const { offset, limit, last_lines: lastLines, pages, as, member } = args;
  const into = join(tmpdir(), `sagent-${crypto.randomUUID()}${/\.\w{1,8}$/.exec(member ?? path)?.[0] ?? ""}`);
  try {
    const reading = await askReader(
      path,
      { path: canonical, kind, offset, limit, lastLines, pages, as, member, into },
      context,
    );
    if (typeof reading === "string") return once(failure(reading));
    switch (reading.type) {
      case "lines":
        return once(showLines(path, reading, pages, context));
      case "pages":
        return once(showPages(path, reading, args, context));
      case "as-is":
        return once(attachImage(path, reading.mime, Buffer.from(await source.read(0, source.size))));
      case "image": {
        const { mime, data } = reading.picture;
        const { text, attachments = [] } = attachImage(path, mime, Buffer.from(data, "base64"));
        return once({ text: `${text} [${reading.note}]`, attachments });
      }
      case "unpacked":
        return once(await showUnpacked(file, into, reading.note));
      case "text":
        return await plainText(file, hash);
      case "problem":
        return once(failure(`${path} ${reading.text}`));
    }
  } finally {
    await unlink(into).catch(() => {});
  }
}

/** The entry of an archive, or what a packed file holds, in a file of its own. */
async function showUnpacked(
  { path, args, context, isUnpacked }: Shown,
  into: string,
  note: string,
): Promise<ToolOutput> {
  const { member, ...rest } = args;
  const name = member === undefined ? path : `${path} ${member}`;
  if (isUnpacked) return failure(`${path} is packed more than once. Unpack it with Bash.`);
  const bytes = await readFile(into);
  const read = async (from: number, to: number) => bytes.subarray(from, to);
  const source = { size: bytes.length, read };
  const { output } = await show({ path: name, canonical: into, source, args: rest, context, isUnpacked: true }, "");
  return note === "" || output.isError ? output : { ...output, text: `${output.text}\n[${note}]` };
}
