/** A change as a tool hands it over: `{ type: "custom", name: "diff", data: { patch, root?, note? } }`, `patch` as git prints it. */
import type { Hunk } from "../../agent/message.ts";
import { plain } from "./plain.ts";

export interface DiffCard {
  /** What stands before the first file, such as who made a commit. */
  readonly head: string;
  readonly files: readonly PatchFile[];
  readonly note: string;
}

export interface PatchFile {
  /** As it is named in the patch. */
  readonly name: string;
  /** Where it is, for those that are there still. */
  readonly path: string | undefined;
  /** What was done to it besides: `new file`, `binary`. */
  readonly deeds: readonly string[];
  readonly hunks: readonly Hunk[];
}

const [maxChars, mostFiles] = [400_000, 300];

export function diffCardOf(data: unknown): DiffCard | undefined {
  if (typeof data !== "object" || data === null || !("patch" in data) || typeof data.patch !== "string")
    return undefined;
  const root = "root" in data && typeof data.root === "string" ? data.root : undefined;
  const given = "note" in data && typeof data.note === "string" ? plain(data.note.slice(0, 1_000)) : "";
  const { head, files } = parsePatch(data.patch.slice(0, maxChars), root);
  const left = files.length - mostFiles;
  const notes = [
    given,
    data.patch.length > maxChars ? "The end of the change is not shown here." : "",
    left > 0 ? `${left} more files are not shown here.` : "",
  ];
  return { head, files: files.slice(0, mostFiles), note: notes.filter(Boolean).join(" ") };
}

interface Draft {
  name: string;
  deeds: string[];
  hunks: Hunk[];
  isGone: boolean;
}

function parsePatch(patch: string, root: string | undefined) {
  const lines = patch.split("\n");
  const head: string[] = [];
  const files: Draft[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const file = files.at(-1);
    const hunk = file && hunkAt(lines, at);
    if (hunk) {
      file.hunks.push(hunk);
      at += hunk.lines.length;
    } else if (line.startsWith("diff --git ")) files.push(draft(/ b\/(.*)$/.exec(line)?.[1] ?? line.slice(11)));
    else if (line.startsWith("--- ") && (lines[at + 1] ?? "").startsWith("+++ ") && (!file || file.hunks.length > 0)) {
      files.push(draft(""));
      named(files.at(-1), line);
    } else if (file) named(file, line);
    else head.push(line);
  }
  return { head: head.join("\n").trim(), files: files.map((file) => finished(file, root)) };
}

const draft = (name: string): Draft => ({ name, deeds: [], hunks: [], isGone: false });

function finished({ name, deeds, hunks, isGone }: Draft, root: string | undefined): PatchFile {
  const path = isGone ? undefined : root === undefined ? name : `${root.replace(/\/$/, "")}/${name}`;
  return { name, path, deeds, hunks };
}

/** A line of a file's head. */
function named(file: Draft | undefined, line: string): void {
  if (!file || line === "" || /^(?:index |similarity |dissimilarity |rename to |copy to )/.test(line)) return;
  const [, side, path = ""] = /^(---|\+\+\+) (?:[ab]\/)?([^\t]*)/.exec(line) ?? [];
  if (side === undefined) {
    file.deeds.push(plain(/^(?:new|deleted) file|^Binary/.exec(line)?.[0] ?? line.slice(0, 200)));
    if (line.startsWith("deleted file")) file.isGone = true;
  } else if (path !== "/dev/null") file.name = path;
  else if (side === "+++") file.isGone = true;
}

/** The hunk that begins at a line. One that is cut off has the lines that are there. */
function hunkAt(lines: readonly string[], at: number): Hunk | undefined {
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(lines[at] ?? "");
  if (!found) return undefined;
  const [oldStart = 0, oldLines = 1, newStart = 0, newLines = 1] = found
    .slice(1)
    .map((digits) => (digits === undefined ? undefined : Number(digits)));
  let [before, after] = [oldLines, newLines];
  const own: string[] = [];
  for (const line of lines.slice(at + 1, at + 1 + 2 * (oldLines + newLines) + 2)) {
    const sign = line[0] ?? " ";
    if (sign !== "\\" && before <= 0 && after <= 0) break;
    if (!" +-\\".includes(sign)) break;
    if (sign !== "+" && sign !== "\\") before--;
    if (sign !== "-" && sign !== "\\") after--;
    own.push(line === "" ? " " : line);
  }
  return { oldStart, oldLines, newStart, newLines, lines: own };
}
