/** What the person is told of while they look elsewhere: pure, from two states of the list of sessions. */
import type { SessionRow } from "../../server/protocol.ts";

export interface Notice {
  readonly session: string;
  readonly kind: "done" | "waiting" | "failed";
  readonly title: string;
  readonly text: string;
}

/** Work shorter than this ends without a word. */
const quietMs = 10_000;

const words: Readonly<Record<Notice["kind"], string>> = {
  done: "is done",
  waiting: "waits for you",
  failed: "has failed",
};

/** What changed from one list to the next that is worth a word. `since` has when each session began to work, Unix ms. */
export function noticesOf(
  before: readonly SessionRow[],
  after: readonly SessionRow[],
  since: ReadonlyMap<string, number>,
  now: number,
): Notice[] {
  const old = new Map(before.map((row) => [row.id, row.state]));
  return after.flatMap(({ id, title, state }) => {
    const was = old.get(id);
    if (was === undefined || was === state) return [];
    const kind = kindOf(was, state);
    if (!kind || (kind === "done" && now - (since.get(id) ?? now) < quietMs)) return [];
    return [{ session: id, kind, title: title || "Untitled", text: `${title || "A session"} ${words[kind]}.` }];
  });
}

function kindOf(was: SessionRow["state"], state: SessionRow["state"]): Notice["kind"] | undefined {
  if (state === "waiting") return "waiting";
  if (was !== "working" && was !== "waiting") return undefined;
  if (state === "failed") return "failed";
  return state === "idle" ? "done" : undefined;
}

/** Since when each session works; a question in between is a part of the work. */
export function workingSince(
  before: ReadonlyMap<string, number>,
  rows: readonly SessionRow[],
  now: number,
): ReadonlyMap<string, number> {
  const working = rows.filter(({ id, state }) => state === "working" || (state === "waiting" && before.has(id)));
  return new Map(working.map(({ id }) => [id, before.get(id) ?? now]));
}

const marks: Readonly<Record<Notice["kind"], string>> = { done: "✓", waiting: "?", failed: "✗" };

/** The page's title: how many wait, else what came while nobody looked, else whether anything works; and where. */
export function pageTitle(rows: readonly SessionRow[], project: string, missed?: Notice["kind"]): string {
  const waiting = rows.filter(({ state }) => state === "waiting").length;
  const working = rows.some(({ state }) => state === "working");
  const badge = waiting > 0 ? `(${waiting}) ` : missed ? `${marks[missed]} ` : working ? "● " : "";
  return `${badge}${project.split("/").at(-1) || "sagent"} – sagent`;
}
