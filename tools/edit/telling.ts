/** What a result says of a step over files. */
import type { FileDiff, Hunk } from "../../agent/message.ts";
import type { Workspace } from "../../agent/tool.ts";
import { displayPath } from "../path.ts";

/** `, now around lines 3-10, 40-42`; empty where there are no hunks. */
export function describePlaces(hunks: readonly Hunk[]): string {
  const places = hunks
    .slice(0, 10)
    .map(({ newStart, newLines }) => `${newStart}-${newStart + Math.max(newLines, 1) - 1}`);
  const rest = hunks.length > places.length ? ", …" : "";
  return places.length === 0 ? "" : `, now around lines ${places.join(", ")}${rest}`;
}

/** A line for each file, and one for each note. */
export function describeFiles(files: readonly FileDiff[], notes: readonly string[], workspace: Workspace): string {
  const lines = files.map(({ path, created, deleted, hunks }) => {
    const shown = displayPath(path, workspace);
    if (deleted) return `Deleted ${shown}.`;
    return created ? `Created ${shown}.` : `Edited ${shown}${describePlaces(hunks)}.`;
  });
  return withNotes(lines.join("\n") || "The files are already as the change would make them.", notes);
}

export function withNotes(text: string, notes: readonly string[]): string {
  return [text, ...notes.map((note) => `Note: ${note}`)].join("\n");
}
