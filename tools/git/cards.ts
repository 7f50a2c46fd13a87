/** What git says, as the page draws it: changes, conflicts, and the files that differ. */
import { join } from "node:path";
import type { Place, ToolDetails } from "../../agent/message.ts";
import { placesCard } from "../places.ts";

const maxPatchChars = 100_000;

/** A change as git prints it, with what is said of it before and behind; names in it are from `root` on. */
export function patchCard(patch: string, root: string, said = ""): ToolDetails {
  const cut = patch.slice(0, maxPatchChars);
  const whole = cut.length === patch.length ? cut : cut.slice(0, cut.lastIndexOf("\n"));
  const rest = whole.length < patch.length ? "The rest of the change is not shown here." : "";
  const note = [said, rest].filter(Boolean).join(" ");
  return { type: "custom", name: "diff", data: { patch: whole, root, ...(note !== "" && { note }) } };
}

/** What stands before a change, but for the lines counted of each file, which the page counts itself. */
export function withoutStat(head: string): string {
  return head
    .split("\n")
    .filter((line) => !/^ .+ \| | \d+ files? changed/.test(line))
    .join("\n")
    .trim();
}

/** `text` is of `git status --short --branch`; paths in it are from `cwd` on. */
export function statusCard(text: string, cwd: string, state: string): ToolDetails {
  const lines = text.split("\n");
  const places = lines.flatMap((line): Place[] => {
    const [, sides = "", name = ""] = /^([^#]{2}) (.+)$/.exec(line) ?? [];
    return name === "" ? [] : [{ path: join(cwd, name.replace(/^.* -> /, "")), kind: wordOf(sides) }];
  });
  const branch = lines.find((line) => line.startsWith("## "))?.slice(3) ?? "";
  return placesCard(places, { note: [branch, state].filter(Boolean).join(". ") });
}

/** Source: git-status(1), short format. */
function wordOf(sides: string): string {
  if (sides === "??") return "untracked";
  if (/U|AA|DD/.test(sides)) return "conflict";
  if (sides.includes("D")) return "deleted";
  if (sides.includes("A")) return "added";
  return sides.includes("R") ? "renamed" : "modified";
}

export interface MergedFile {
  /** From the top of the repository. */
  readonly path: string;
  readonly lines: readonly string[];
}

const contextLines = 3;

/** Conflicts as a change from the present branch's side to the other's, and why there are any. */
export function conflictPatch({ path, lines }: MergedFile, reasons: readonly string[]): string {
  const why = reasons.filter((reason) => reason.includes(path));
  const head = [`diff --git a/${path} b/${path}`, ...(why.length > 0 ? why : ["conflict"])];
  const starts = lines.flatMap((line, at) => (line.startsWith("<<<<<<< ") ? [at] : []));
  return [...head, ...starts.flatMap((start) => hunkOf(lines, start))].join("\n");
}

function hunkOf(lines: readonly string[], start: number): string[] {
  const after = (sign: string) => lines.findIndex((line, at) => at > start && line.startsWith(sign));
  const [middle, end] = [after("======="), after(">>>>>>> ")];
  if (middle < 0 || end < middle) return [];
  const before = lines.slice(Math.max(0, start - contextLines), start);
  const behind = lines
    .slice(end + 1, end + 1 + contextLines)
    .filter((line, at) => line !== "" || end + at + 2 < lines.length);
  const [ours, theirs] = [lines.slice(start + 1, middle), lines.slice(middle + 1, end)];
  const first = start - before.length + 1;
  const around = before.length + behind.length;
  return [
    `@@ -${first},${around + ours.length} +${first},${around + theirs.length} @@`,
    ...before.map((line) => ` ${line}`),
    ...ours.map((line) => `-${line}`),
    ...theirs.map((line) => `+${line}`),
    ...behind.map((line) => ` ${line}`),
  ];
}
