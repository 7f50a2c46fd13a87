/** Puts a text in the place of another: exactly where it stands, or, if it stands there loosely and only once, there with a note. */
import { FileError } from "../../agent/error.ts";
import type { Replacement } from "../hunks.ts";
import { explainMiss } from "../near-miss.ts";
import { adoptBreaks } from "./breaks.ts";
import { applyChunks, type ChunkLine } from "./chunk.ts";
import { asideWords, findLoosely, type Leniency, plainMarks, splitLines } from "./lines.ts";

export interface Wish {
  readonly old: string;
  readonly new: string;
  /** Every occurrence; otherwise it must be one. */
  readonly all?: boolean | undefined;
  /** How many occurrences there must be. */
  readonly expected?: number | undefined;
}

export interface Replaced {
  readonly text: string;
  readonly count: number;
  /** In order; undefined where lines were put in place. */
  readonly made?: readonly Replacement[];
  readonly notes: readonly string[];
}

export interface Hints {
  /** How a model changes all occurrences, e.g. `set replace_all`. */
  readonly forAll: string;
  readonly allowed: readonly Leniency[];
}

/** Throws `FileError` with the places, or the nearest one, where the text does not stand as often as it should. */
export async function replaceIn(path: string, text: string, wish: Wish, { forAll, allowed }: Hints): Promise<Replaced> {
  const found = findAll(text, wish.old);
  if (found.length === 0) return (await replaceLoosely(path, text, wish, allowed)) ?? missing(path, text, wish);
  const { all = false, expected = all ? found.length : 1 } = wish;
  if (found.length !== expected) {
    const lines = found.slice(0, 10).map(({ start }) => lineAt(text, start));
    const where = `${lines.join(", ")}${found.length > lines.length ? ", …" : ""}`;
    const often = found.length === 1 ? "once" : `${found.length} times`;
    const wanted = wish.expected === undefined ? "" : `, not ${wish.expected}`;
    throw new FileError(
      `old_string occurs ${often}${wanted} in ${path} (lines ${where}); nothing was changed. Add lines around it to name one, or ${forAll}.`,
    );
  }
  const now = adoptBreaks(wish.new, text);
  const made = found.map((place) => ({ ...place, text: now }));
  return { text: splice(text, made), count: made.length, made, notes: [] };
}

function missing(path: string, text: string, { old }: Wish): never {
  throw new FileError(`old_string is not in ${path}; nothing was changed. ${explainMiss(text, old)}`.trim());
}

type Place = Pick<Replacement, "start" | "end">;

/** Every occurrence, from the start, none over another. In a file with CRLF a line break matches either kind. */
function findAll(text: string, wanted: string): Place[] {
  if (wanted.includes("\n") && text.includes("\r\n")) {
    const source = wanted.split(/\r?\n/).map((line) => RegExp.escape(line));
    const found = text.matchAll(new RegExp(source.join("\\r?\\n"), "g"));
    return Array.from(found, (match) => ({ start: match.index, end: match.index + match[0].length }));
  }
  const places: Place[] = [];
  for (let start = text.indexOf(wanted); start >= 0; start = text.indexOf(wanted, start + wanted.length)) {
    places.push({ start, end: start + wanted.length });
  }
  return places;
}

function splice(text: string, made: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: now } of made) {
    parts.push(text.slice(at, start), now);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** Whole lines where the text is that, or else a piece of the text that only looks the same. Undefined where there is none. */
async function replaceLoosely(
  path: string,
  text: string,
  wish: Wish,
  allowed: readonly Leniency[],
): Promise<Replaced | undefined> {
  if ((wish.expected ?? 1) !== 1) return undefined;
  return (
    (await replaceLines(path, text, wish, allowed)) ??
    (allowed.includes("look-alikes") ? replaceAlike(path, text, wish) : undefined)
  );
}

async function replaceLines(
  path: string,
  text: string,
  wish: Wish,
  allowed: readonly Leniency[],
): Promise<Replaced | undefined> {
  const endsLine = wish.old.endsWith("\n");
  if (endsLine && wish.new !== "" && !wish.new.endsWith("\n")) return undefined;
  const linesOf = (part: string) => {
    const lines = part.split(/\r?\n/);
    return endsLine ? lines.slice(0, -1) : lines;
  };
  const old = linesOf(wish.old);
  if (old.every((line) => line.trim() === "")) return undefined;
  if (findLoosely(splitLines(text), old, allowed).length === 0) return undefined;
  const lines = await lineChange(old, linesOf(wish.new));
  const applied = applyChunks(path, text, [{ name: "old_string", anchors: [], lines, atEnd: false }], allowed);
  return { ...applied, count: 1 };
}

async function lineChange(old: string[], now: string[]): Promise<ChunkLine[]> {
  const { diffArrays } = await import("diff");
  return diffArrays(old, now).flatMap(({ added, removed, value }) => {
    const type = added ? "add" : removed ? "drop" : "keep";
    return value.map((line): ChunkLine => ({ type, text: line }));
  });
}

/** Only what differs between the two texts is put in, so that the file's own marks stay in the rest. */
function replaceAlike(path: string, text: string, wish: Wish): Replaced | undefined {
  const [place, ...others] = findAll(plainMarks(text), plainMarks(wish.old));
  if (!place || others.length > 0) return undefined;
  let [from, to] = [0, 0];
  const shorter = Math.min(wish.old.length, wish.new.length);
  const isSized = place.end - place.start === wish.old.length;
  while (isSized && from < shorter && wish.old[from] === wish.new[from]) from++;
  while (isSized && to < shorter - from && wish.old.at(-1 - to) === wish.new.at(-1 - to)) to++;
  const now = adoptBreaks(wish.new.slice(from, wish.new.length - to), text);
  const made = [{ start: place.start + from, end: place.end - to, text: now }];
  const note = `old_string of ${path}: it fits only with ${asideWords["look-alikes"]}, at line ${lineAt(text, place.start)}.`;
  return { text: splice(text, made), count: 1, made, notes: [note] };
}

const lineAt = (text: string, position: number) => text.slice(0, position).split("\n").length;
