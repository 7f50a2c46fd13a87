/** What has changed in the project, in words and in order. Pure, but for the one who asks. */
import { createSignal } from "solid-js";
import type { ChangeBase, ChangeStatus, FileChange, FileDiff } from "../../server/file-types.ts";
import { getJson } from "./api.ts";
import { type Asked, createAsked } from "./asked.ts";
import { plural } from "./format.ts";
import { onChange } from "./on-change.ts";
import { onWork } from "./on-work.ts";
import type { Store } from "./store.ts";

export interface ChangeGroup {
  readonly title: string;
  readonly changes: readonly FileChange[];
}

/** What agents changed, then what only git shows; a group that has nothing is left out. */
export function groupChanges(changes: readonly FileChange[]): ChangeGroup[] {
  const groups = [
    { title: "By agents", changes: changes.filter(({ agents }) => agents.length > 0) },
    { title: "Other changes in git", changes: changes.filter(({ agents }) => agents.length === 0) },
  ];
  return groups.filter((group) => group.changes.length > 0);
}

export interface LineSum {
  readonly added: number;
  readonly removed: number;
}

export function sumLines(changes: readonly Pick<FileChange, "added" | "removed">[]): LineSum {
  const sum = (name: "added" | "removed") => changes.reduce((total, change) => total + (change[name] ?? 0), 0);
  return { added: sum("added"), removed: sum("removed") };
}

export function hunkLines({ hunks }: Pick<FileDiff, "hunks">): LineSum {
  const count = (sign: string) =>
    hunks.reduce((total, { lines }) => total + lines.filter((line) => line.startsWith(sign)).length, 0);
  return { added: count("+"), removed: count("-") };
}

export interface StatusWords {
  readonly letter: string;
  readonly word: string;
  readonly tone: "good" | "warn" | "bad" | "dim";
}

const statuses: Readonly<Record<ChangeStatus, StatusWords>> = {
  added: { letter: "A", word: "added", tone: "good" },
  untracked: { letter: "U", word: "new, not in git", tone: "good" },
  modified: { letter: "M", word: "changed", tone: "warn" },
  renamed: { letter: "R", word: "renamed", tone: "warn" },
  deleted: { letter: "D", word: "deleted", tone: "bad" },
  unchanged: { letter: "=", word: "as it was", tone: "dim" },
};

export function statusWords(status: ChangeStatus): StatusWords {
  return statuses[status];
}

/** Why a diff shows nothing; undefined where it shows something. */
export function emptyDiffWords({ hunks, binary, tooBig, created, deleted, against }: FileDiff): string | undefined {
  if (binary) return "This is not text: there are no lines to compare.";
  if (tooBig) return "There is more to compare than a page can show. Look at it in the terminal or an editor.";
  if (hunks.length > 0) return undefined;
  if (created) return "The file is new and empty.";
  if (deleted) return "An empty file was deleted.";
  return against === "git" ? "Nothing differs from the last commit." : "The file is as it was when the session began.";
}

/** `src/app.ts` as `app.ts` and `src`. */
export function splitPath(path: string): { readonly name: string; readonly folder: string } {
  const cut = path.lastIndexOf("/");
  return { name: path.slice(cut + 1), folder: cut < 0 ? "" : path.slice(0, cut) || "/" };
}

export function changesWords(count: number): string {
  return count === 0 ? "Nothing has changed" : `in ${plural(count, "file")}`;
}

/** The session's changes, asked again as agents work. */
export function createChanges(store: Store): Asked<readonly FileChange[]> {
  const asked = createAsked(
    () => store.session,
    (session, signal) => getJson<readonly FileChange[]>(`/api/sessions/${session}/changes`, {}, signal),
  );
  onWork(store, asked.again);
  return asked;
}

/** How one file differs, asked again when `of` tells of another change. */
export function createDiff(session: string, change: () => FileChange, base: () => ChangeBase): Asked<FileDiff> {
  const { path } = change();
  const asked = createAsked(base, (against, signal) =>
    getJson<FileDiff>(`/api/sessions/${session}/diff`, { path, against }, signal),
  );
  onChange(change, asked.again);
  return asked;
}

const [base, setBase] = createSignal<ChangeBase>("session");
const [opened, setOpened] = createSignal<ReadonlySet<string>>(new Set());

/** What the fleet's changes are measured from, and the paths whose diffs are open. */
export { base, opened, setBase };

export function toggleOpened(path: string): void {
  setOpened((all) => {
    const next = new Set(all);
    if (!next.delete(path)) next.add(path);
    return next;
  });
}
