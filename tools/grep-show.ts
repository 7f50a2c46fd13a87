/** What a model is shown of a search: the window it asked for, whole lines, and how to go on. */
import type { ToolOutput } from "../agent/tool.ts";
import type { Backend, FileCount, Found, GrepArgs, Hit, Query } from "./grep-query.ts";
import { linesIn, type Row, readText, rowsOf } from "./grep-text.ts";
import { fit, plural } from "./output.ts";

const maxChars = 20_000;

export interface Search {
  readonly query: Query;
  readonly backend: Backend;
  readonly signal: AbortSignal;
  readonly countTokens: (text: string) => number;
}

/** A line of the result; `entry` is the number of the file or match it completes, from 0. */
interface Line {
  readonly text: string;
  readonly entry: number | undefined;
}

/** Shows the files that matched, in path order, or the lines in them. */
export async function showFound(found: Found, args: GrepArgs, search: Search): Promise<ToolOutput> {
  const files = inPathOrder(found.files);
  const matches = files.reduce((sum, { count }) => sum + count, 0);
  const details = { type: "matches", files: files.length, matches } as const;
  if (files.length === 0) return { text: nothingFound(args, search.query), details };
  switch (args.output_mode) {
    case "content":
      return { text: await showContent(files, found.hits, args, search), details };
    case "count":
      return { text: showFiles(files, args, search, ({ path, count }) => `${path}:${count}`), details };
    case "files_with_matches":
    case undefined:
      return { text: showFiles(files, args, search, ({ path }) => path), details };
  }
}

/** Directories come where their names do, each before what follows it by name. */
function inPathOrder(files: readonly FileCount[]): FileCount[] {
  return files
    .map((file) => ({ file, key: file.path.replaceAll("/", "\0") }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ file }) => file);
}

function nothingFound({ glob, exclude, type }: GrepArgs, { pattern, root, ignoreCase }: Query): string {
  const filters = Object.entries({ glob, exclude, type }).flatMap(([name, value]) =>
    value ? [`${name} ${value}`] : [],
  );
  const within = filters.length > 0 ? ` with ${filters.join(", ")}` : "";
  const hint = !ignoreCase && /\p{Lu}/u.test(pattern) ? " The search minds case; -i does not." : "";
  return `No match for ${pattern} in ${root}${within}. Ignored and binary files are not searched.${hint}`;
}

function showFiles(
  files: readonly FileCount[],
  args: GrepArgs,
  search: Search,
  show: (file: FileCount) => string,
): string {
  const { start, end } = windowOf(files.length, args);
  const lines = files.slice(start, end).map((file, index) => ({ text: show(file), entry: start + index }));
  const matches = files.reduce((sum, { count }) => sum + count, 0);
  const counted = args.output_mode === "count" ? `, ${plural(matches, "match", "matches")}` : "";
  return page(lines, { start, total: files.length, noun: ["file", "files"], more: counted, args }, search);
}

/** The entries asked for, from 0, the end not among them. */
function windowOf(
  total: number,
  { offset = 0, keep_first = total, keep_last }: GrepArgs,
): { start: number; end: number } {
  if (keep_last !== undefined) return { start: Math.max(0, total - keep_last), end: total };
  const start = Math.min(offset, total);
  return { start, end: Math.min(total, start + keep_first) };
}

interface PageInfo {
  readonly start: number;
  readonly total: number;
  readonly noun: readonly [string, string];
  /** Added to the count of entries. */
  readonly more: string;
  readonly args: GrepArgs;
}

/** As many lines as a result may have, and a line that says which entries they are of how many. */
function page(lines: readonly Line[], { start, total, noun, more, args }: PageInfo, { countTokens }: Search): string {
  let chars = 0;
  const withinChars = lines.findIndex(({ text }, index) => {
    chars += text.length + 1;
    return chars > maxChars && index > 0;
  });
  const candidates = withinChars === -1 ? lines : lines.slice(0, withinChars);
  const { text, count } = fit(
    candidates.map((line) => line.text),
    countTokens,
  );
  const shown = candidates.slice(0, count).findLast(({ entry }) => entry !== undefined)?.entry;
  const next = shown === undefined ? start + (count > 0 ? 1 : 0) : shown + 1;
  const whole = `${plural(total, ...noun)}${more}`;
  if (lines.length === 0 && start >= total) return `[offset ${args.offset} is past the end: ${whole}]`;
  const range = start === 0 && next >= total ? whole : `${noun[1]} ${start + 1}-${next} of ${whole}`;
  const onward =
    next < total ? `; go on with offset ${next}${args.keep_last === undefined ? "" : " and no keep_last"}` : "";
  return `${text}${text === "" ? "" : "\n"}[${range}${onward}]`;
}

// --- Content ----------------------------------------------------------------------------------------------------------

type Hits = ReadonlyMap<string, readonly Hit[]>;

async function showContent(
  files: readonly FileCount[],
  known: Found["hits"],
  args: GrepArgs,
  search: Search,
): Promise<string> {
  const { backend, query, signal } = search;
  const hitsIn = async (among: readonly { readonly path: string }[], most: number): Promise<Hits> => {
    const paths = among.map(({ path }) => path);
    return known ?? (paths.length === 0 ? new Map() : await backend.hits(query, paths, most, signal));
  };
  const blocks = query.multiline ? joinBlocks(await hitsIn(files, Number.POSITIVE_INFINITY)) : undefined;
  const counts = blocks ? files.map(({ path }) => ({ path, count: blocks.get(path)?.length ?? 0 })) : files;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const window = windowOf(total, args);
  const pieces = choosePieces(counts, window);
  const hits = blocks ?? (await hitsIn(pieces, Math.max(0, ...pieces.map(({ to }) => to))));
  let lines: Line[] = [];
  for (const piece of pieces) {
    lines = lines.concat(await linesOf(piece, hits.get(piece.path) ?? [], args, lines.length > 0));
  }
  const more = ` in ${plural(files.length, "file")}`;
  return page(lines, { start: window.start, total, noun: ["match", "matches"], more, args }, search);
}

/** Makes one of matches that may span lines where they are on the same or adjoining lines. */
function joinBlocks(hits: Hits): Hits {
  return new Map([...hits].map(([path, list]) => [path, joinAdjoining(list)]));
}

function joinAdjoining(hits: readonly Hit[]): Hit[] {
  const blocks: Hit[] = [];
  for (const hit of hits) {
    const last = blocks.at(-1);
    if (last && hit.line <= last.line + last.lines.length) {
      const known = last.line + last.lines.length - hit.line;
      blocks[blocks.length - 1] = { ...last, lines: [...last.lines, ...hit.lines.slice(known)] };
    } else blocks.push(hit);
  }
  return blocks;
}

/** Matches `from` to `to` of a file, of which the first is number `first` of all. */
interface Piece {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly first: number;
}

/** The pieces of files that a window covers, no more than could be shown. */
function choosePieces(files: readonly FileCount[], window: { start: number; end: number }): Piece[] {
  const pieces: Piece[] = [];
  let base = 0;
  let room = maxChars;
  for (const { path, count } of files) {
    const from = Math.max(0, window.start - base);
    const to = Math.min(count, window.end - base, from + Math.ceil(room / (path.length + 2)));
    if (from < to) {
      pieces.push({ path, from, to, first: base + from });
      room -= (to - from) * (path.length + 2);
    }
    base += count;
    if (room <= 0 || base >= window.end) break;
  }
  return pieces;
}

async function linesOf(piece: Piece, hits: readonly Hit[], args: GrepArgs, follows: boolean): Promise<Line[]> {
  const before = args["-B"] ?? args["-C"] ?? 0;
  const after = args["-A"] ?? args["-C"] ?? 0;
  const text = before + after > 0 ? await readText(piece.path) : undefined;
  const rows = rowsOf(hits.slice(piece.from, piece.to), linesIn(text ?? ""), before, after);
  const lines: Line[] = [];
  for (const [index, row] of rows.entries()) {
    const previous = rows[index - 1];
    const apart = previous ? row.line > previous.line + 1 : follows;
    if (before + after > 0 && apart) lines.push({ text: "--", entry: undefined });
    const completes = row.match !== undefined && rows[index + 1]?.match !== row.match;
    lines.push({
      text: showRow(piece.path, row, args["-n"] ?? true),
      entry: completes ? piece.first + (row.match ?? 0) : undefined,
    });
  }
  return lines;
}

function showRow(path: string, { line, text, match }: Row, numbered: boolean): string {
  const mark = match === undefined ? "-" : ":";
  return `${path}${mark}${numbered ? `${line}${mark}` : ""}${text}`;
}
