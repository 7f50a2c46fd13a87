/** Searches in this process, where there is no ripgrep. */
import { translatePattern } from "./grep-pattern.ts";
import type { Backend, FileCount, Hit, Query } from "./grep-query.ts";
import { linesIn, readText } from "./grep-text.ts";
import { walk } from "./ignore.ts";

export const walkBackend: Backend = {
  async find(query, _wantHits, signal) {
    const pattern = query.pcre ? undefined : translatePattern(query.pattern, query);
    if (!pattern) {
      const why = query.pcre ? "needs PCRE2" : "is malformed or needs ripgrep's own regex engine";
      return { problem: `The pattern ${why}, and ripgrep (rg) is not installed; use a simpler pattern.` };
    }
    const files: FileCount[] = [];
    for await (const path of wantedFiles(query, signal)) {
      const text = await readText(path);
      const count = text === undefined ? 0 : countMatches(text, pattern, query.multiline);
      if (count > 0) files.push({ path, count });
    }
    return { files };
  },
  async hits(query, paths, most, signal) {
    const found = new Map<string, Hit[]>();
    const pattern = translatePattern(query.pattern, query);
    for (const path of paths) {
      const text = signal.aborted ? undefined : await readText(path);
      if (pattern && text !== undefined) found.set(path, findHits(text, pattern, query.multiline, most));
    }
    return found;
  },
};

async function* wantedFiles(query: Query, signal: AbortSignal): AsyncGenerator<string> {
  if (query.isFile) {
    yield query.root;
    return;
  }
  const descend = (directory: { relative: string }) => query.enters(directory.relative);
  for await (const entry of walk(query.root, { hidden: true, ignore: true, signal, descend })) {
    if (entry.isFile && query.wants(entry.relative)) yield entry.path;
  }
}

function countMatches(text: string, pattern: RegExp, multiline: boolean): number {
  let count = 0;
  for (const _ of matches(text, pattern, multiline)) count++;
  return count;
}

function findHits(text: string, pattern: RegExp, multiline: boolean, most: number): Hit[] {
  const hits: Hit[] = [];
  let line = 1;
  let seen = 0;
  for (const { start, end } of matches(text, pattern, multiline)) {
    line += countBreaks(text, seen, start);
    seen = start;
    const from = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
    const to = text.indexOf("\n", Math.max(start, end - 1));
    hits.push({ line, lines: linesIn(text.slice(from, to === -1 ? undefined : to + 1)), at: start - from });
    if (hits.length >= most) break;
  }
  return hits;
}

/** Matches in order: the first of each line, or all of them when they may span lines. */
function* matches(text: string, pattern: RegExp, multiline: boolean): Generator<{ start: number; end: number }> {
  const last = text.endsWith("\n") ? text.length - 1 : text.length;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const { index } = found;
    if (index > last || text === "") return;
    const end = index + found[0].length;
    yield { start: index, end };
    // In a surrogate pair an expression would step back to its start, and stay there.
    if (multiline) pattern.lastIndex = Math.max(end, index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1));
    else {
      const next = text.indexOf("\n", index);
      if (next === -1) return;
      pattern.lastIndex = next + 1;
    }
  }
}

function countBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
