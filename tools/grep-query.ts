/** What a search asks for, whoever runs it. */
import { basename } from "node:path";
import type { z } from "zod";
import type { grepSchema } from "./grep.ts";
import { compilePattern } from "./pattern.ts";

export type GrepArgs = z.output<typeof grepSchema>;

export interface Query {
  readonly pattern: string;
  /** Absolute path of a directory or a file. */
  readonly root: string;
  readonly isFile: boolean;
  readonly ignoreCase: boolean;
  /** Whether a match may span lines. */
  readonly multiline: boolean;
  /** Whether the pattern needs PCRE2. */
  readonly pcre: boolean;
  /** Whether a file is searched, and a directory entered, by its path from the root. Always true for a root that is a file. */
  readonly wants: (relative: string) => boolean;
  readonly enters: (relative: string) => boolean;
  /** Simple globs of names that mean the same to every matcher, to narrow the search by: each wanted file matches `name`, nothing wanted is in or at one of `skip`. */
  readonly name: string | undefined;
  readonly skip: readonly string[];
}

/** A file that matches; `count` is of lines, or of matches when they may span lines. */
export interface FileCount {
  readonly path: string;
  readonly count: number;
}

/** A match: the number of its first line, from 1, the lines it is in, and where it starts in the first, in UTF-16 units. */
export interface Hit {
  readonly line: number;
  readonly lines: readonly string[];
  readonly at: number;
}

/** Why a search could not run, in a sentence for the model. */
export interface Problem {
  readonly problem: string;
}

export interface Found {
  /** In no order. */
  readonly files: readonly FileCount[];
  /** All matches in these files, in order, where they came along at little cost. */
  readonly hits?: ReadonlyMap<string, readonly Hit[]>;
}

/** Something that can search. Every backend gives the same answers. */
export interface Backend {
  /** The files that match; `wantHits` says that their matches will be asked for next. */
  find(query: Query, wantHits: boolean, signal: AbortSignal): Promise<Found | Problem>;
  /** At least the first `most` matches of each of these files, in order. */
  hits(
    query: Query,
    paths: readonly string[],
    most: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Hit[]>>;
}

const types: Readonly<Record<string, string>> = {
  py: "*.{py,pyi}",
  js: "*.{js,jsx,mjs,cjs}",
  ts: "*.{ts,tsx,mts,cts}",
  rust: "*.rs",
  go: "*.go",
  java: "*.java",
  c: "*.{c,h}",
  cpp: "*.{cpp,cc,cxx,hpp,hh,hxx,h,inl}",
  md: "*.{md,mdx,markdown}",
  yaml: "*.{yaml,yml}",
  json: "*.json",
  toml: "*.toml",
  html: "*.{html,htm}",
  css: "*.{css,scss}",
  sh: "*.{sh,bash,zsh}",
};

/** Makes a query of a call's arguments. */
export function readQuery(args: GrepArgs, root: string, isFile: boolean): Query | Problem {
  const { pattern, multiline = false } = args;
  const outsideSets = pattern.replace(/\[(?:\\.|[^\]\\])+\]/g, "");
  if (!multiline && /\n|(?:^|[^\\])(?:\\\\)*\\n/.test(outsideSets)) {
    return {
      problem: "The pattern has a line break, which matches nothing in a search line by line; set multiline to true.",
    };
  }
  const ignoreCase = args["-i"] ?? false;
  const base = { pattern, root, isFile, ignoreCase, multiline, pcre: args.pcre === true || needsPcre(pattern) };
  const filter = readFilter(args);
  if ("problem" in filter) return filter;
  return isFile
    ? { ...base, wants: () => true, enters: () => true, name: undefined, skip: [] }
    : { ...base, ...filter };
}

/** Whether a pattern looks around or back, which only PCRE2 can. */
function needsPcre(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*(?:\(\?<?[=!]|\\[1-9])/.test(pattern);
}

function readFilter({ glob, exclude, type }: GrepArgs): Pick<Query, "wants" | "enters" | "name" | "skip"> | Problem {
  const typeGlob = type === undefined ? undefined : Object.hasOwn(types, type) ? types[type] : null;
  if (typeGlob === null) {
    return { problem: `There is no file type "${type}". Types are ${Object.keys(types).join(", ")}; or use glob.` };
  }
  const negated = glob?.startsWith("!") ? glob.slice(1) : undefined;
  const includes = [typeGlob, negated === undefined ? glob : undefined].filter((each) => each !== undefined);
  const excludes = [exclude, negated].filter((each) => each !== undefined);
  const tests = new Map<string, (relative: string) => boolean>();
  for (const each of [...includes, ...excludes]) {
    const matches = compileGlob(each);
    if (!matches) return { problem: `The glob "${each}" is malformed: a bracket or brace is not closed.` };
    tests.set(each, matches);
  }
  const matches = (relative: string) => (each: string) => tests.get(each)?.(relative) ?? false;
  const enters = (relative: string) =>
    excludes.length === 0 || !lineage(relative).some((path) => excludes.some(matches(path)));
  return {
    enters,
    wants: (relative) => includes.every(matches(relative)) && enters(relative),
    name: includes.find(isPlainName),
    skip: excludes.filter(isPlainName),
  };
}

/** A relative path and those of the directories it is in. */
function lineage(relative: string): string[] {
  const parts = relative.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** A glob without a slash is matched against names, one with a slash against the path from the root. */
function compileGlob(glob: string): ((relative: string) => boolean) | undefined {
  const trimmed = glob.replace(/^\.?\//, "").replace(/\/$/, "");
  const pattern = compilePattern(trimmed, { braces: true, dots: true });
  if (!pattern) return undefined;
  return /^\.?\/|.\/./.test(glob)
    ? (relative) => pattern.test(relative)
    : (relative) => pattern.test(basename(relative));
}

/** Globs that mean the same to every matcher. */
const isPlainName = (glob: string) => /^[\w.*-]*(?:\{[\w.*,-]+\})?[\w.*-]*$/.test(glob) && !glob.includes("**");
