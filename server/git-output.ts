/** Reads what git prints: status in its second format, line counts, patches. Names end in NUL and are never quoted. */
import type { Hunk } from "../agent/message.ts";
import type { GitChange, GitPatch, LineCounts } from "./git.ts";

/**
 * Paths come from the repository's top; those of `prefix` are told from there, others left out. Source: git-status(1).
 */
export function parseStatus(output: string, prefix: string): GitChange[] {
  const records = output.split("\0");
  const changes: GitChange[] = [];
  for (let at = 0; at < records.length; at++) {
    const record = records[at] ?? "";
    const kind = record[0];
    if (kind === "2") at++;
    const status = statusOf(kind, record.slice(2, 4));
    const top = afterFields(record, { "1": 8, "2": 9, u: 10, "?": 1 }[kind ?? ""] ?? Number.POSITIVE_INFINITY);
    const path = below(top, prefix);
    if (status === undefined || path === undefined) continue;
    const from = kind === "2" && status === "renamed" ? below(records[at] ?? "", prefix) : undefined;
    changes.push({ path, status, ...(from === undefined ? {} : { from }) });
  }
  return changes;
}

/** `xy` are the index against the commit, and the work tree against the index. */
function statusOf(kind: string | undefined, xy: string): GitChange["status"] | undefined {
  if (kind === "?") return "untracked";
  if (kind === "u") return "modified";
  if (kind !== "1" && kind !== "2") return undefined;
  if (xy[1] === "D" || (xy[0] === "D" && xy[1] === ".")) return "deleted";
  if (xy.includes("R")) return "renamed";
  return xy[0] === "A" || xy[0] === "C" || xy[1] === "A" ? "added" : "modified";
}

function afterFields(record: string, count: number): string {
  let at = 0;
  for (let field = 0; field < count; field++) {
    at = record.indexOf(" ", at) + 1;
    if (at === 0) return "";
  }
  return record.slice(at);
}

function below(path: string, prefix: string): string | undefined {
  if (path.length <= prefix.length || !path.startsWith(prefix)) return undefined;
  return path.slice(prefix.length);
}

export interface CountRow extends LineCounts {
  readonly path: string;
}

/** Of `git diff --numstat -z`: a renamed file's row ends early, and its two names follow. */
export function parseCounts(output: string): CountRow[] {
  const records = output.split("\0");
  const rows: CountRow[] = [];
  for (let at = 0; at < records.length; at++) {
    const match = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(records[at] ?? "");
    if (!match) continue;
    const [, added, removed, name] = match;
    const path = name === "" ? records[at + 2] : name;
    if (name === "") at += 2;
    const count = (text: string | undefined) => (text === undefined || text === "-" ? null : Number(text));
    if (path) rows.push({ path, added: count(added), removed: count(removed) });
  }
  return rows;
}

export function countRows(rows: readonly CountRow[], prefix: string): Map<string, LineCounts> {
  const counts = new Map<string, LineCounts>();
  for (const { path, added, removed } of rows) {
    const own = below(path, prefix);
    if (own !== undefined) counts.set(own, { added, removed });
  }
  return counts;
}

/** The hunks of a patch of one file. */
export function parsePatch(output: string): GitPatch {
  const hunks: Hunk[] = [];
  let binary = false;
  let open: { hunk: Hunk; old: number; now: number } | undefined;
  for (const line of output.split("\n")) {
    const isInside = open !== undefined && (open.old > 0 || open.now > 0);
    if (open && (isInside || line.startsWith("\\"))) {
      open.hunk.lines.push(line);
      if (line.startsWith("\\")) continue;
      if (!line.startsWith("+")) open.old--;
      if (!line.startsWith("-")) open.now--;
      continue;
    }
    if (line.startsWith("Binary files ")) binary = true;
    const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!match) continue;
    const [oldStart, oldLines, newStart, newLines] = [1, 2, 3, 4].map((index) => Number(match[index] ?? 1));
    const hunk = {
      oldStart: oldStart ?? 0,
      oldLines: oldLines ?? 1,
      newStart: newStart ?? 0,
      newLines: newLines ?? 1,
      lines: [],
    };
    hunks.push(hunk);
    open = { hunk, old: hunk.oldLines, now: hunk.newLines };
  }
  return { binary, hunks };
}
