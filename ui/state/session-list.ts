/** The list of sessions as the person sees it: by age, and cut down to what they look for. */
import type { SessionRow } from "../../server/protocol.ts";

/** A line of the list: a heading, or a session by its id. */
export type Listed =
  | { readonly type: "heading"; readonly title: string }
  | { readonly type: "session"; readonly id: string };

/** Changes that the server has not told of yet, by id. */
export interface Pending {
  readonly removed: ReadonlySet<string>;
  readonly titles: ReadonlyMap<string, string>;
}

const headings = ["Today", "Yesterday", "This week", "Older"] as const;

/** The rows with what is known to change. */
export function pendingRows(rows: readonly SessionRow[], { removed, titles }: Pending): readonly SessionRow[] {
  if (removed.size === 0 && titles.size === 0) return rows;
  return rows
    .filter(({ id }) => !removed.has(id))
    .map((row) => {
      const title = titles.get(row.id);
      return title === undefined ? row : { ...row, title };
    });
}

/** Sessions whose titles hold every word, in any order. */
export function withWords(rows: readonly SessionRow[], text: string): readonly SessionRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const title = titleOf(row).toLowerCase();
    return words.every((word) => title.includes(word));
  });
}

export function titleOf({ title }: Pick<SessionRow, "title">): string {
  return title || "Untitled";
}

/**
 * The list's lines: each age that has sessions under its heading, in the order of the rows. Lines of `before` are kept as
 * the same objects, so that what shows them stays.
 */
export function listLines(rows: readonly SessionRow[], now: number, before: readonly Listed[] = []): readonly Listed[] {
  const known = new Map(before.map((line) => [keyOf(line), line]));
  const kept = (line: Listed) => known.get(keyOf(line)) ?? line;
  const starts = dayStarts(now);
  const ages = headings.map((title, age) => ({
    title,
    rows: rows.filter((row) => ageOf(row.updatedAt, starts) === age),
  }));
  return ages
    .filter((age) => age.rows.length > 0)
    .flatMap(({ title, rows }) => [
      kept({ type: "heading", title }),
      ...rows.map(({ id }) => kept({ type: "session", id })),
    ]);
}

const keyOf = (line: Listed) => (line.type === "heading" ? line.title : line.id);

/** The beginnings of today, of yesterday and of the six days before today, in the person's time zone; Unix ms. */
function dayStarts(now: number): readonly number[] {
  return [0, 1, 6].map((days) => {
    const day = new Date(now);
    day.setHours(0, 0, 0, 0);
    return day.setDate(day.getDate() - days);
  });
}

function ageOf(at: number, starts: readonly number[]): number {
  const age = starts.findIndex((start) => at >= start);
  return age < 0 ? starts.length : age;
}

/** What a state is called, and what it means for the person. */
export const sessionStates: Readonly<Record<SessionRow["state"], string>> = {
  working: "At work",
  waiting: "Waits for an answer",
  failed: "Failed",
  idle: "Done",
  saved: "Saved",
  held: "In use by another process",
};
