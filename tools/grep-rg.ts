/** Searches with ripgrep. */

import { existsSync } from "node:fs";
import { relative } from "node:path";
import { messageOf } from "../agent/error.ts";
import type { Backend, FileCount, Found, Hit, Problem, Query } from "./grep-query.ts";
import { linesIn, readText } from "./grep-text.ts";

const commonFlags = [
  "--no-config",
  "--no-messages",
  "--color=never",
  "--hidden",
  "--no-require-git",
  "--no-ignore-global",
  "--glob=!.git",
  "--glob=!.svn",
  "--glob=!.hg",
  "--crlf",
];

const found = new Map<string, string | undefined>();

/** The ripgrep that was installed with this package, else the first on a PATH. */
export function findRg(path = process.env.PATH ?? ""): string | undefined {
  if (!found.has(path)) found.set(path, packagedRg() ?? Bun.which("rg", { PATH: path }) ?? undefined);
  return found.get(path);
}

function packagedRg(): string | undefined {
  try {
    const name = `@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`;
    const path = Bun.resolveSync(name, import.meta.dir);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Most bytes of records worth reading to have the matches at once; beyond, files are counted first. */
const maxRecordBytes = 8 * 1024 * 1024;

export function rgBackend(rg: string): Backend {
  const run = (query: Query, flags: string[], paths: readonly string[], signal: AbortSignal, maxBytes?: number) =>
    runRg([rg, ...commonFlags, ...flagsOf(query), ...flags, "--", ...paths], query, signal, maxBytes);
  return {
    async find(query, wantHits, signal) {
      // Over lines, ripgrep's records do not tell how many matches there are.
      const records =
        wantHits && !query.multiline ? await run(query, ["--json"], [query.root], signal, maxRecordBytes) : undefined;
      if (typeof records === "object") return records;
      if (records !== undefined) return await wanted(readRecords(records), query);
      const mode = query.multiline ? "--count-matches" : "--count";
      const output = (await run(query, [mode, "--with-filename", "--null"], [query.root], signal)) ?? "";
      return typeof output === "object" ? output : await wanted({ files: readCounts(output) }, query);
    },
    async hits(query, paths, most, signal) {
      const limit = Number.isFinite(most) ? [`--max-count=${most}`] : [];
      const hits = new Map<string, readonly Hit[]>();
      for (const batch of batches(paths)) {
        const output = await run(query, ["--json", "--threads=1", ...limit], batch, signal);
        if (typeof output !== "string") continue;
        for (const [path, list] of readRecords(output).hits) hits.set(path, list);
      }
      return hits;
    },
  };
}

/** Leaves out what a query does not want. Line by line, ripgrep passes over files with a NUL; over lines, only over those with an early one. */
async function wanted(found: Found, query: Query): Promise<Found> {
  const files = found.files.filter(({ path }) => query.wants(relative(query.root, path)));
  if (!query.multiline) return { ...found, files };
  const texts = await Promise.all(files.map(({ path }) => readText(path)));
  return { ...found, files: files.filter((_, index) => texts[index] !== undefined) };
}

function flagsOf(query: Query): string[] {
  return [
    ...(query.name === undefined ? [] : [`--type-add=wanted:${query.name}`, "--type=wanted"]),
    ...query.skip.map((glob) => `--glob=!${glob}`),
    ...(query.ignoreCase ? ["--ignore-case"] : []),
    ...(query.multiline ? ["--multiline"] : []),
    ...(query.pcre ? ["--pcre2"] : []),
    `--regexp=${query.pattern}`,
  ];
}

/** What ripgrep prints; undefined when that is more than `maxBytes`. */
async function runRg(
  argv: string[],
  query: Query,
  signal: AbortSignal,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<string | Problem | undefined> {
  if (signal.aborted) return "";
  try {
    const cwd = query.isFile ? "/" : query.root;
    const stdio = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
    const child = Bun.spawn(argv, { cwd, env: {}, ...stdio, signal, killSignal: "SIGKILL" });
    const reading = new Response(child.stderr).text();
    const output = await readUpTo(child.stdout, maxBytes);
    if (output === undefined) child.kill("SIGKILL");
    const [errors, exitCode] = await Promise.all([reading, child.exited]);
    return exitCode === 2 && errors.trim() !== "" ? { problem: explain(errors.trim()) } : output;
  } catch (error) {
    const why = messageOf(error);
    return { problem: `ripgrep could not be started, so nothing was searched: ${why}` };
  }
}

async function readUpTo(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) return undefined;
  }
  return Buffer.concat(chunks).toString();
}

function explain(errors: string): string {
  const hint = /repetition/.test(errors)
    ? "\nWrite a literal brace as \\{ and a literal star, plus or question mark as \\*, \\+, \\?."
    : "";
  return `ripgrep refused the search. ${errors}${hint}`;
}

/** Reads lines of a path, a NUL and a number. */
function readCounts(output: string): FileCount[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const end = line.lastIndexOf("\0");
      return { path: line.slice(0, end), count: Number(line.slice(end + 1)) };
    });
}

/** Groups paths so that each group fits in a command line. */
function batches(paths: readonly string[]): string[][] {
  const groups: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const path of paths) {
    size += path.length + 1;
    if (size > 100_000) {
      groups.push([]);
      size = path.length + 1;
    }
    groups.at(-1)?.push(path);
  }
  return groups;
}

/** What is read of the records of `rg --json`; text that is not UTF-8 comes as base64 `bytes`. */
type Record =
  | { readonly type: "match"; readonly data: MatchData }
  | { readonly type: "end"; readonly data: { readonly path: Text; readonly binary_offset: number | null } }
  | { readonly type: "begin" | "context" | "summary" };
interface MatchData {
  readonly path: Text;
  readonly lines: Text;
  readonly line_number: number;
  readonly submatches: readonly { readonly start: number }[];
}
interface Text {
  readonly text?: string;
  readonly bytes?: string;
}

function readRecords(output: string): Required<Found> {
  const hits = new Map<string, Hit[]>();
  for (const line of output.split("\n").slice(0, -1)) {
    const record: Record = JSON.parse(line);
    if (record.type === "match") {
      const path = bytesOf(record.data.path).toString();
      const list = hits.get(path) ?? [];
      list.push(hitOf(record.data));
      hits.set(path, list);
    } else if (record.type === "end" && record.data.binary_offset !== null) {
      hits.delete(bytesOf(record.data.path).toString());
    }
  }
  return { files: [...hits].map(([path, list]) => ({ path, count: list.length })), hits };
}

function hitOf({ lines, line_number, submatches }: MatchData): Hit {
  const bytes = bytesOf(lines);
  const at = bytes.toString("utf8", 0, submatches[0]?.start ?? 0).length;
  return { line: line_number, lines: linesIn(bytes.toString()), at };
}

const bytesOf = ({ text, bytes }: Text) =>
  text === undefined ? Buffer.from(bytes ?? "", "base64") : Buffer.from(text);
