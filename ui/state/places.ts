/**
 * Places in files that a tool hands over: `{ type: "custom", name: "places", data: { places: Place[], more?, note? } }`, or the
 * places alone as `data`.
 */
import type { Place } from "../../agent/message.ts";
import { revealed } from "./plain.ts";

/** More than these are held back for good. */
const mostPlaces = 500;
const [mostWord, mostText, mostPath] = [80, 400, 4_096];

export interface Places {
  readonly list: readonly PlaceRow[];
  /** So many that are not in the list. */
  readonly more: number;
  readonly note: string;
}

export interface PlaceRow extends Place {
  /** It is there for what is around it. */
  readonly isAside?: boolean;
}

/** Rows of one file that follow each other. */
export interface PlaceFile {
  readonly path: string;
  readonly rows: readonly PlaceRow[];
}

type Row = Readonly<Record<string, unknown>>;

/** What is no place is left out; undefined where there is none, and nothing is said of them. */
export function placesOf(data: unknown): Places | undefined {
  const given: Row = Array.isArray(data) ? { places: data } : isObject(data) ? data : {};
  const all: readonly unknown[] = Array.isArray(given.places) ? given.places : [];
  const list = all.slice(0, mostPlaces).flatMap((each) => (isObject(each) ? placeOf(each) : []));
  const more = Math.max(0, all.length - mostPlaces) + (wholeNumber(given.more) ?? 0);
  const note = word(given.note, mostText) ?? "";
  return list.length === 0 && note === "" ? undefined : { list, more, note };
}

/** Rows under the file that they are in, as they come. */
export function byFile(rows: readonly PlaceRow[]): PlaceFile[] {
  const files: { path: string; rows: PlaceRow[] }[] = [];
  for (const row of rows) {
    const last = files.at(-1);
    if (last?.path === row.path) last.rows.push(row);
    else files.push({ path: row.path, rows: [row] });
  }
  return files;
}

function placeOf(row: Row): PlaceRow[] {
  const { path } = row;
  if (typeof path !== "string" || path === "" || path.length > mostPath) return [];
  const given = {
    line: wholeNumber(row.line),
    kind: word(row.kind, mostWord),
    title: word(row.title, mostWord),
    text: word(row.text, mostText),
  };
  return [{ path, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }];
}

function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** At most as long; spaces before it are kept, for they tell what is in what. */
function word(value: unknown, most: number): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const line = revealed(value.slice(0, most))
    .replace(/[\n\t]/g, " ")
    .trimEnd();
  return value.length > most ? `${line}…` : line;
}

const wholeNumber = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
