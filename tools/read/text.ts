/** Text, a window of lines at a time. */
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { maxWholeBytes } from "../files.ts";
import { findLastLines, type RawLine, type Source, skipLines, takeLines } from "../lines.ts";
import { failure, fit, maxCollectedChars, plural } from "../output.ts";

/** The lines wanted, as Read's arguments name them. */
export interface Window {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  readonly last_lines?: number | undefined;
}

/** Undefined if a line of the window is not UTF-8. */
export async function showText(
  path: string,
  source: Source,
  args: Window,
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
async function findStart(source: Source, args: Window, signal: AbortSignal) {
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
