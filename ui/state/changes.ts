/** What has changed in the project, in words and in order. Pure. */
import type { ChangeStatus, FileChange, FileDiff } from "../../server/file-types.ts";
import { plural } from "./format.ts";

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

/** Those whose path or agents have all the words, in any case. */
export function filterChanges(changes: readonly FileChange[], words: string): readonly FileChange[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return changes;
  return changes.filter(({ path, agents }) => {
    const text = [path, ...agents].join("\n").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** How many files are not as the session found them because of its agents. */
export function countByAgents(changes: readonly FileChange[]): number {
  return changes.filter(({ agents, status }) => agents.length > 0 && status !== "unchanged").length;
}

/** Null where not one is known. */
export type LineSum = Pick<FileChange, "added" | "removed">;

export function sumLines(changes: readonly LineSum[]): LineSum {
  const sum = (counts: readonly (number | null)[]) =>
    counts.reduce((total, count) => (count === null ? total : (total ?? 0) + count), null);
  return { added: sum(changes.map(({ added }) => added)), removed: sum(changes.map(({ removed }) => removed)) };
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
