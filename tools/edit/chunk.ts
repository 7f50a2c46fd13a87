/**
 * Changes of a file told by its lines: some stay, some go, some come. Each is put where its lines stand; one that fits only
 * loosely, or elsewhere than it was told, is put there if that is the only place, and a note says so.
 */
import { FileError } from "../../agent/error.ts";
import { explainMiss } from "../near-miss.ts";
import { breakOf } from "./breaks.ts";
import {
  asideWords,
  bodyOf,
  findExact,
  findLoosely,
  type Leniency,
  type Match,
  reindent,
  splitLines,
} from "./lines.ts";

export interface ChunkLine {
  readonly type: "keep" | "drop" | "add";
  /** Without its break. */
  readonly text: string;
}

export interface Chunk {
  /** How sentences call it, e.g. `Chunk 2 (line 14 of the patch)`. */
  readonly name: string;
  /** Lines above it that say where it is, each below the one before. */
  readonly anchors: readonly string[];
  readonly lines: readonly ChunkLine[];
  /** Its last line is the file's last. */
  readonly atEnd: boolean;
}

export interface Applied {
  readonly text: string;
  /** Sentences on what did not fit as it was told. */
  readonly notes: readonly string[];
}

/** No line has it, as no model is shown it. */
const byteOrderMark = "\uFEFF";

/** A run of lines that others stand for. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/**
 * The text with all chunks in their places, which follow each other. The last line has a break if it had one. Throws `FileError`
 * with the nearest text where a chunk has no place, or several.
 */
export function applyChunks(
  path: string,
  text: string,
  chunks: readonly Chunk[],
  allowed?: readonly Leniency[],
): Applied {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : "";
  const work = new Placing(path, text.slice(mark.length), allowed);
  for (const chunk of chunks) work.place(chunk);
  const { text: now, notes } = work.finish();
  return { text: mark + now, notes };
}

/** A chunk from its first change to its last: lines around them that stay may be those of another chunk too. */
function spanOf({ lines }: Chunk) {
  const isChange = ({ type }: ChunkLine) => type !== "keep";
  const lead = Math.max(0, lines.findIndex(isChange));
  const changes = lines.slice(lead, lines.findLastIndex(isChange) + 1);
  return { lead, changes, length: countOld(changes) };
}

const countOld = (lines: readonly ChunkLine[]) => lines.filter(({ type }) => type !== "add").length;

class Placing {
  readonly #path: string;
  readonly #text: string;
  readonly #file: readonly string[];
  readonly #allowed: readonly Leniency[] | undefined;
  readonly #splices: Splice[] = [];
  readonly #notes: string[] = [];
  #cursor = 0;

  constructor(path: string, text: string, allowed: readonly Leniency[] | undefined) {
    this.#path = path;
    this.#text = text;
    this.#file = splitLines(text);
    this.#allowed = allowed;
  }

  place(chunk: Chunk): void {
    const from = this.#anchor(chunk);
    const old = chunk.lines.filter(({ type }) => type !== "add").map(({ text }) => text);
    if (old.length === 0) {
      if (from === undefined) throw this.#miss(chunk, chunk.anchors);
      const index = chunk.anchors.length > 0 && !chunk.atEnd ? from : this.#file.length;
      if (!this.#isFree(chunk, index)) throw this.#miss(chunk, chunk.anchors);
      return this.#splice(chunk, { index });
    }
    // Some repeat the @@ line as the first of those that stay.
    const first = from !== undefined && chunk.anchors.at(-1) === old[0] ? from - 1 : from;
    const match = this.#find(chunk, old, first);
    if (from === undefined) this.#note(chunk, `its @@ line was not found; its lines were, at line ${match.index + 1}`);
    this.#splice(chunk, match);
  }

  finish(): Applied {
    const lines: string[] = [];
    let at = 0;
    for (const { start, end, lines: now } of this.#splices.sort((a, b) => a.start - b.start || a.end - b.end)) {
      lines.push(...this.#file.slice(at, start), ...now);
      at = end;
    }
    lines.push(...this.#file.slice(at));
    const eol = breakOf(this.#text);
    const endsOpen = this.#text !== "" && !this.#text.endsWith("\n");
    const whole = lines.map((line, index) => {
      if (index === lines.length - 1 && endsOpen) return bodyOf(line);
      return line.endsWith("\n") ? line : line + eol;
    });
    return { text: whole.join(""), notes: this.#notes };
  }

  /** The line below its anchors, each the first below the one before; undefined where one has no such place. */
  #anchor(chunk: Chunk): number | undefined {
    let from = this.#cursor;
    for (const anchor of chunk.anchors) {
      const match = this.#anchorLine(anchor, from);
      if (!match) return undefined;
      if (match.aside) this.#note(chunk, `its @@ line fits line ${match.index + 1} with ${asideWords[match.aside]}`);
      if (match.index < from) this.#note(chunk, `its @@ line was found further up, at line ${match.index + 1}`);
      from = match.index + 1;
    }
    return from;
  }

  #anchorLine(anchor: string, from: number): Match | undefined {
    const exact = findExact(this.#file, [anchor]).map((index): Match => ({ index }));
    const loose = exact.length > 0 ? [] : this.#loose([anchor]);
    const below = [...exact, ...loose].find(({ index }) => index >= from);
    const [only, ...others] = [...exact, ...loose];
    return below ?? (others.length === 0 ? only : undefined);
  }

  /** Without a line to begin from, the place must be the only one. */
  #find(chunk: Chunk, old: readonly string[], from: number | undefined): Match {
    const free = ({ index }: Match) => this.#isFree(chunk, index);
    const exact = findExact(this.#file, old)
      .map((index): Match => ({ index }))
      .filter(free);
    const last = exact.find(({ index }) => index + old.length === this.#file.length);
    if (chunk.atEnd && last) return last;
    const isBelow = ({ index }: Match) => from === undefined || index >= from;
    const below = chunk.atEnd || from === undefined ? undefined : exact.find(isBelow);
    if (below) return this.#first(chunk, below, exact);
    const matches = exact.length > 0 ? exact : this.#loose(old).filter(free);
    const near = matches.filter(isBelow);
    const [only, ...others] = near.length > 0 ? near : matches;
    if (!only) throw this.#miss(chunk, old);
    if (others.length > 0) throw this.#several(chunk, [only, ...others]);
    const lines = `lines ${only.index + 1}-${only.index + old.length}`;
    if (only.aside) this.#note(chunk, `it fits only with ${asideWords[only.aside]}, at ${lines}`);
    if (!isBelow(only)) this.#note(chunk, `it was found further up than it was told, at ${lines}`);
    if (chunk.atEnd && only.index + old.length !== this.#file.length) {
      this.#note(chunk, `it does not stand at the end of the file but at ${lines}`);
    }
    return only;
  }

  /** The format's own rule: of the same lines below, the first are meant. Who wrote it is told that there are others. */
  #first(chunk: Chunk, match: Match, all: readonly Match[]): Match {
    const others = all.filter(({ index }) => index > match.index).map(({ index }) => index + 1);
    if (others.length > 0 && chunk.anchors.length === 0) {
      const more = `${others.slice(0, 5).join(", ")}${others.length > 5 ? ", …" : ""}`;
      this.#note(
        chunk,
        `the first of several places, line ${match.index + 1}, was changed; the same lines also stand at ${more}`,
      );
    }
    return match;
  }

  #loose(lines: readonly string[]): Match[] {
    return findLoosely(this.#file, lines, this.#allowed);
  }

  #splice(chunk: Chunk, { index, aside }: Match): void {
    const eol = breakOf(this.#text);
    const added = this.#added(chunk, index, aside);
    const { lead, changes, length } = spanOf(chunk);
    const start = index + lead;
    const lines: string[] = [];
    let at = start;
    for (const { type } of changes) {
      if (type === "add") lines.push((added.shift() ?? "") + eol);
      else {
        if (type === "keep") lines.push(this.#file[at] ?? "");
        at++;
      }
    }
    this.#splices.push({ start, end: start + length, lines });
    this.#cursor = index + countOld(chunk.lines);
  }

  #added(chunk: Chunk, index: number, aside: Leniency | undefined): string[] {
    const textOf = (type: ChunkLine["type"]) =>
      chunk.lines.filter((line) => line.type === type).map(({ text }) => text);
    if (aside !== "indentation") return textOf("add");
    const old = chunk.lines.filter(({ type }) => type !== "add").map(({ text }) => text);
    const indented = reindent(old, this.#file.slice(index, index + old.length), textOf("add"));
    if (!indented) throw this.#miss(chunk, old);
    return [...indented];
  }

  /** Whether nothing there is changed by another chunk yet. */
  #isFree(chunk: Chunk, index: number): boolean {
    const { lead, length } = spanOf(chunk);
    const [start, end] = [index + lead, index + lead + length];
    return !this.#splices.some((splice) => start < splice.end && end > splice.start);
  }

  #note(chunk: Chunk, what: string): void {
    this.#notes.push(`${chunk.name} of ${this.#path}: ${what}.`);
  }

  #miss(chunk: Chunk, lines: readonly string[]): FileError {
    const nearest = explainMiss(this.#text, lines.join("\n"), "these lines");
    const taken = findExact(this.#file, lines).length > 0 ? " Another chunk has changed these lines already." : "";
    return new FileError(
      `${chunk.name} has no place in ${this.#path}: its lines are not there; nothing was changed.${taken} ${nearest}`.trim(),
    );
  }

  #several(chunk: Chunk, matches: readonly Match[]): FileError {
    const lines = matches.slice(0, 10).map(({ index }) => index + 1);
    const [{ aside } = {}] = matches;
    const how = aside ? `fits only with ${asideWords[aside]}, and so ` : "";
    return new FileError(
      `${chunk.name} ${how}has several places in ${this.#path}: lines ${lines.join(", ")}; nothing was changed. Add lines around it, or an @@ line above it.`,
    );
  }
}
