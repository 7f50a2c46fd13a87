/** Where a name is used: files by the index, lines by the text that they have now. */
import { readFileSync } from "node:fs";
import { maxFileBytes } from "./outline.ts";
import type { Pace } from "./pace.ts";
import { isAside } from "./place.ts";
import type { Store } from "./store.ts";

export interface FoundUse {
  /** Path from the project's root. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** The line, trimmed. */
  readonly text: string;
  /** Head of the innermost definition it stands in; empty at the top of a file. */
  readonly inside: string;
}

/** Most files that are read for one name. */
const mostFiles = 500;
const mostUses = 2_000;
const comment = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$)|#(?!\s*(?:if|define|include|undef|\[))|--\s)/;

export interface FoundUses {
  readonly uses: readonly FoundUse[];
  /** Whether there are more files than were read. */
  readonly isCut: boolean;
}

/** Lines that use the name, its definitions left out; files of the program before those of its tests. */
export async function findUses(
  store: Store,
  root: string,
  files: (path: string) => boolean,
  name: string,
  pace: Pace,
): Promise<FoundUses> {
  const using: string[] = [];
  for (const { path, text } of store.column("uses")) {
    await pace.rest();
    if (files(path) && usesName(text, name)) using.push(path);
  }
  using.sort((a, b) => Number(isAside(a)) - Number(isAside(b)));
  const found: FoundUse[] = [];
  let read = 0;
  while (read < Math.min(using.length, mostFiles) && found.length < mostUses) {
    await pace.rest();
    found.push(...usesIn(store, root, using[read++] ?? "", name));
  }
  return { uses: found, isCut: read < using.length };
}

function usesName(uses: string, name: string): boolean {
  return [`${name} `, `.${name} `].some((start) => uses.startsWith(start) || uses.includes(`\n${start}`));
}

function usesIn(store: Store, root: string, path: string, name: string): FoundUse[] {
  const lines = linesOf(`${root}/${path}`);
  const definitions = store.definitions(path);
  const defined = new Set(definitions.filter((each) => each.name === name).map(({ line }) => line));
  const word = new RegExp(`(?<![\\p{L}\\p{N}_$])${RegExp.escape(name)}(?![\\p{L}\\p{N}_$])`, "u");
  return lines.flatMap((text, index) => {
    const line = index + 1;
    if (!text.includes(name) || defined.has(line) || comment.test(text) || !word.test(text)) return [];
    const inside = definitions.findLast((each) => each.line <= line && line <= each.endLine && each.kind !== "field");
    return [{ path, line, text: text.trim(), inside: inside ? `${inside.kind} ${inside.name}` : "" }];
  });
}

function linesOf(path: string): string[] {
  try {
    const bytes = readFileSync(path);
    return bytes.length > maxFileBytes ? [] : bytes.toString("utf8").split("\n");
  } catch {
    return [];
  }
}
