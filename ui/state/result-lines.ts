/** The results of the file and shell tools, read back from their text into what can be linked and coloured. */
import type { CallView } from "./view.ts";

export interface ReadResult {
  /** Number of the first line. */
  readonly start: number;
  readonly code: string;
  /** What the tool said besides, without its brackets. */
  readonly notes: readonly string[];
}

/** What Read gave: lines of `N<TAB>text`. Undefined where the result is something else, such as an image's name. */
export function readResult(text: string): ReadResult | undefined {
  const code: string[] = [];
  const notes: string[] = [];
  let start: number | undefined;
  for (const line of text.split("\n")) {
    const [, number, content] = /^\s*(\d+)\t(.*)$/s.exec(line) ?? [];
    if (number !== undefined && content !== undefined) {
      start ??= Number(number);
      code.push(content);
    } else if (/^\[.*\]$/.test(line)) notes.push(line.slice(1, -1));
    else if (line !== "") return undefined;
  }
  return start === undefined ? undefined : { start, code: code.join("\n"), notes };
}

export interface ShellResult {
  readonly output: string;
  readonly notes: readonly string[];
  /** How it ended, in words. */
  readonly status: string;
}

/** What Bash gave: its output, notes in brackets, and a status in brackets. */
export function shellResult(text: string): ShellResult {
  const lines = text.split("\n");
  const notes: string[] = [];
  while (notes.length < 4 && /^\[.*\]$/.test(lines.at(-1) ?? "")) notes.unshift((lines.pop() ?? "").slice(1, -1));
  const status = notes.pop() ?? "";
  const output = lines.join("\n");
  return { output: output === "(no output)" ? "" : output, notes, status };
}

export type FoundLine =
  | {
      readonly type: "match";
      readonly path: string;
      readonly line: number;
      readonly text: string;
      readonly context: boolean;
    }
  | { readonly type: "path"; readonly path: string; readonly count: number | undefined; readonly directory: boolean }
  | { readonly type: "note"; readonly text: string };

const shownLines = 1_000;

/** What Grep, Glob or List gave, a line each, a thousand at most. */
export function foundLines({ name, args, result }: Pick<CallView, "name" | "args" | "result">): readonly FoundLine[] {
  const lines = result.split("\n");
  const rest = lines.length - shownLines;
  const read = readerOf(name, args, lines);
  const found = lines.slice(0, shownLines).flatMap((line): FoundLine[] => {
    if (line === "" || line === "--") return [];
    return [/^\[.*\]$/.test(line) ? { type: "note", text: line.slice(1, -1) } : read(line)];
  });
  return rest > 0 ? [...found, { type: "note", text: `${rest} more lines` }] : found;
}

function readerOf(name: string, args: CallView["args"], lines: readonly string[]): (line: string) => FoundLine {
  const mode = name === "Grep" ? String(args?.output_mode ?? "") : "";
  if (name === "List") return (line) => listed(line, String(args?.path ?? ""));
  if (mode === "count") return counted;
  return mode === "content" ? contentReader(lines) : pathLine;
}

const matchLine = /^(.+?):(\d+):(.*)$/s;

/** Lines of context, `path-line-text`, are told apart by the paths of the matches. */
function contentReader(lines: readonly string[]): (line: string) => FoundLine {
  const paths = new Set(lines.flatMap((line) => matchLine.exec(line)?.[1] ?? []));
  return (line) => {
    const [, path, number, text = ""] = matchLine.exec(line) ?? [];
    if (path !== undefined) return { type: "match", path, line: Number(number), text, context: false };
    const near = [...paths].find((path) => line.startsWith(`${path}-`));
    const [, at, words = ""] = (near && /^-(\d+)-(.*)$/s.exec(line.slice(near.length))) || [];
    if (near === undefined || at === undefined) return { type: "note", text: line };
    return { type: "match", path: near, line: Number(at), text: words, context: true };
  };
}

function counted(line: string): FoundLine {
  const [, path, count] = /^(.+):(\d+)$/.exec(line) ?? [];
  return path === undefined ? pathLine(line) : { type: "path", path, count: Number(count), directory: false };
}

function pathLine(line: string): FoundLine {
  if (!/^(\/|[A-Za-z]:\\|~|\.)/.test(line)) return { type: "note", text: line };
  return { type: "path", path: line, count: undefined, directory: line.endsWith("/") };
}

/** A name in a directory, or with `long` a size and a time before it. */
function listed(line: string, directory: string): FoundLine {
  const name = line.replace(/^\s*(\d+|\?)\s+\S+Z\s{2}/, "").replace(/ -> .*$/, "");
  if (directory === "" || / is (empty|not a directory)/.test(line)) return { type: "note", text: line };
  return {
    type: "path",
    path: `${directory.replace(/\/$/, "")}/${name}`,
    count: undefined,
    directory: name.endsWith("/"),
  };
}
