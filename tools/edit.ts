/** Replaces an exact piece of text in a file. */
import { z } from "zod";
import type { Hunk } from "../agent/message.ts";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import description from "./edit.md" with { type: "text" };
import {
  changeFile,
  decodeText,
  isStale,
  looksBinary,
  notAFile,
  readState,
  recordWrite,
  staleFile,
  writeAtomic,
} from "./files.ts";
import { diffReplacements, type Replacement } from "./hunks.ts";
import { explainMiss } from "./near-miss.ts";
import { failure, oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, resolvePath, suggestPaths } from "./path.ts";

const schema = z.strictObject({
  file_path: z.string().min(1),
  old_string: z.string().min(1),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});
type Args = z.output<typeof schema>;

export const editTool = defineTool({
  name: "Edit",
  description,
  schema,
  label: (args) => oneLine(`Edit ${args.file_path}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  async run(args, context) {
    const path = resolvePath(args.file_path, context.workspace);
    if (args.old_string === args.new_string) return failure("old_string and new_string are the same; nothing to do.");
    return changeFile("edit", path, (canonical) => editFile(path, canonical, args, context));
  },
});

async function editFile(path: string, canonical: string, args: Args, context: ToolContext): Promise<ToolOutput> {
  const { workspace, signal } = context;
  const old = await readState(canonical);
  if (old === undefined) {
    return failure(`${path} does not exist; to make it, use Write. ${suggestPaths(path)}`.trim());
  }
  if (!old.stats.isFile()) return failure(notAFile(path, old.stats));
  const seen = workspace.reads.get(canonical);
  if (seen && isStale(seen, old)) return failure(staleFile(path));
  const before = looksBinary(old.bytes) ? undefined : decodeText(old.bytes);
  if (before === undefined) return failure(`${path} is not UTF-8 text, so it cannot be edited; nothing was changed.`);
  const found = findAll(before, args.old_string);
  const refused = refuse(path, before, found, args);
  if (refused !== undefined) return failure(refused);
  if (signal.aborted) return failure(`Editing ${path} was stopped; nothing was changed.`);
  const text = adoptBreaks(args.new_string, before);
  const made = found.map((place) => ({ ...place, text }));
  const after = replace(before, made);
  const bytes = Buffer.from(after);
  await writeAtomic(canonical, bytes, { old: old.stats, writeRoots: workspace.writeRoots });
  await recordWrite(canonical, bytes, workspace);
  const hunks = await diffReplacements(before, after, made);
  const done = `Edited ${displayPath(path, workspace)}: ${plural(made.length, "replacement")}`;
  return { text: `${done}${describePlaces(hunks)}.`, details: { type: "diff", path, created: false, hunks } };
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

function refuse(path: string, text: string, found: readonly Place[], args: Args): string | undefined {
  if (found.length === 0) {
    return `old_string is not in ${path}; nothing was changed. ${explainMiss(text, args.old_string)}`.trim();
  }
  if (found.length === 1 || args.replace_all) return undefined;
  const lines = found.slice(0, 10).map(({ start }) => text.slice(0, start).split("\n").length);
  const where = `${lines.join(", ")}${found.length > lines.length ? ", …" : ""}`;
  return `old_string occurs ${found.length} times in ${path} (lines ${where}); nothing was changed. Add lines around it to name one, or set replace_all.`;
}

/** The text with CRLF breaks where the file mostly has those. */
function adoptBreaks(text: string, file: string): string {
  const breaks = file.split("\n").length - 1;
  const crlf = file.split("\r\n").length - 1;
  return crlf * 2 > breaks ? text.replace(/\r?\n/g, "\r\n") : text;
}

function replace(text: string, made: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: now } of made) {
    parts.push(text.slice(at, start), now);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

function describePlaces(hunks: readonly Hunk[]): string {
  const places = hunks
    .slice(0, 10)
    .map(({ newStart, newLines }) => `${newStart}-${newStart + Math.max(newLines, 1) - 1}`);
  const rest = hunks.length > places.length ? ", …" : "";
  return places.length === 0 ? "" : `, now around lines ${places.join(", ")}${rest}`;
}
