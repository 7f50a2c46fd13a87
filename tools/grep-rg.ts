/** Searches with ripgrep. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Backend, FileCount, Hit, Problem, Query } from "./grep-query.ts";
import { readText } from "./grep-text.ts";

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

export function rgBackend(rg: string): Backend {
  return {
    async count(query, signal) {
      const argv = [
        rg,
        ...commonFlags,
        ...flagsOf(query),
        query.multiline ? "--count-matches" : "--count",
        "--with-filename",
        "--null",
        "--",
        query.root,
      ];
      const output = await runRg(argv, query, signal);
      if (typeof output !== "string") return output;
      const files = parseCounts(output).filter(({ path }) => query.wants(relative(query.root, path)));
      return query.multiline ? withoutBinary(files) : files;
    },
    async hits(query, paths, most, signal) {
      const limit = Number.isFinite(most) ? [`--max-count=${most}`] : [];
      const hits = new Map<string, Hit[]>();
      for (const batch of batches(paths)) {
        const argv = [rg, ...commonFlags, ...flagsOf(query), ...limit, "--json", "--", ...batch];
        const output = await runRg(argv, query, signal);
        if (typeof output === "string") parseHits(output, hits);
      }
      return hits;
    },
  };
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

async function runRg(argv: string[], query: Query, signal: AbortSignal): Promise<string | Problem> {
  if (signal.aborted) return "";
  const child = Bun.spawn(argv, {
    cwd: query.isFile ? "/" : query.root,
    env: {},
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    signal,
    killSignal: "SIGKILL",
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (child.exitCode === 2 && errors.trim() !== "") return { problem: explain(errors.trim()) };
  return output;
}

function explain(errors: string): string {
  const hint = /repetition/.test(errors)
    ? "\nWrite a literal brace as \\{ and a literal star, plus or question mark as \\*, \\+, \\?."
    : "";
  return `ripgrep refused the search. ${errors}${hint}`;
}

/** Reads lines of a path, a NUL and a number. */
function parseCounts(output: string): FileCount[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const end = line.lastIndexOf("\0");
      return { path: line.slice(0, end), count: Number(line.slice(end + 1)) };
    });
}

/** Line by line, ripgrep passes over files with a NUL anywhere; over lines, only over those with an early one. */
async function withoutBinary(files: readonly FileCount[]): Promise<FileCount[]> {
  const texts = await Promise.all(files.map(({ path }) => readText(path)));
  return files.filter((_, index) => texts[index] !== undefined);
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

/** What is read of a `match` record of `rg --json`; text that is not UTF-8 comes as base64 `bytes`. */
interface MatchRecord {
  readonly type: string;
  readonly data: {
    readonly path: { readonly text?: string };
    readonly lines: { readonly text?: string; readonly bytes?: string };
    readonly line_number: number;
    readonly submatches: readonly { readonly start: number }[];
  };
}

function parseHits(output: string, hits: Map<string, Hit[]>): void {
  for (const record of output.split("\n")) {
    if (!record.startsWith('{"type":"match"')) continue;
    const { data }: MatchRecord = JSON.parse(record);
    const path = data.path.text ?? "";
    const bytes = Buffer.from(
      data.lines.text ?? data.lines.bytes ?? "",
      data.lines.text === undefined ? "base64" : "utf8",
    );
    const start = data.submatches[0]?.start ?? 0;
    const at = bytes.toString("utf8", 0, start).length;
    const lines = Math.max(1, countByte(bytes, 10) + (bytes.at(-1) === 10 ? 0 : 1));
    const list = hits.get(path) ?? [];
    list.push({ line: data.line_number, lines, at });
    hits.set(path, list);
  }
}

function countByte(bytes: Uint8Array, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}
