/** Renames a symbol everywhere, as one step over all files that name it. */
import { relative } from "node:path";
import { FileError } from "../../agent/error.ts";
import type { FileDiff, Hunk } from "../../agent/message.ts";
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { type Draft, takeStep } from "../edit/step.ts";
import { diffReplacements, type Replacement } from "../hunks.ts";
import { oneLine, plural } from "../output.ts";
import { canonicalPath, displayPath } from "../path.ts";
import { LanguageServerError } from "./errors.ts";
import { type Lines, pathOf } from "./position.ts";
import { type TextEdit, type WorkspaceEdit, workspaceEditSchema } from "./protocol.ts";
import type { LanguageServer } from "./server.ts";
import { at, type Spot } from "./spot.ts";

export interface RenameOptions {
  readonly newName: string;
  /** Shows what would be changed and changes nothing. */
  readonly dryRun: boolean;
}

/** The changes of one file. */
interface Change {
  readonly path: string;
  /** The text that they are for. */
  readonly lines: Lines;
  readonly made: readonly Replacement[];
}

const mostFiles = 500;
const mostDiffLines = 200;

/** Rejects with a `LanguageServerError` where the server does not rename this. */
export async function rename(
  server: LanguageServer,
  spot: Spot,
  { newName, dryRun }: RenameOptions,
  context: ToolContext,
): Promise<ToolOutput> {
  const changes = await changesOf(server, spot, newName, context);
  const files = changes.map(({ path }) => path);
  const total = changes.reduce((sum, { made }) => sum + made.length, 0);
  const done = `${spot.name} ${dryRun ? "would become" : "is now"} ${oneLine(newName)}: ${plural(total, "place")} in ${plural(files.length, "file")}`;
  const shown = (path: string) => displayPath(path, { root: canonicalPath(context.workspace.root) });
  if (dryRun) {
    const diffs = await Promise.all(
      changes.map(async (change) => ({ path: change.path, hunks: await hunksOf(change) })),
    );
    return { text: `${done}. Nothing was changed.\n${diffText(diffs, shown)}` };
  }
  return await takeStep({
    paths: files,
    context,
    toMake: "it was there a moment ago",
    plan: (draft) => {
      for (const change of changes) apply(change, draft);
    },
    tell: (diffs) => `${done}.\n${diffText(diffs, shown)}`,
  });
}

/** Asks twice: first which files are named, then, once the server has all of their texts from us, for the changes themselves. */
async function changesOf(
  server: LanguageServer,
  spot: Spot,
  newName: string,
  { workspace, signal }: ToolContext,
): Promise<Change[]> {
  if (!server.can("renameProvider")) throw new LanguageServerError(`${server.name} cannot rename.`);
  const ask = () => server.request("textDocument/rename", { ...at(spot), newName }, workspaceEditSchema, { signal });
  const root = canonicalPath(workspace.root);
  const first = [...editsOf(await ask(), server).keys()];
  const outside = first.find((path) => relative(root, path).startsWith("..") || path.includes("/node_modules/"));
  if (outside !== undefined) {
    throw new LanguageServerError(
      `${spot.name} is also named in ${outside}, which is not this project's; nothing was changed.`,
    );
  }
  if (first.length > mostFiles)
    throw new LanguageServerError(`${spot.name} is named in ${first.length} files; nothing was changed.`);
  return await server.documents.alone(async ({ sync }) => {
    for (const path of first) await sync(path);
    const edits = editsOf(await ask(), server);
    if (edits.size === 0) throw new LanguageServerError(`There is nothing to rename at ${spot.name}.`);
    const byPath = [...edits].sort(([a], [b]) => (a < b ? -1 : 1));
    return byPath.map(([path, each]) => {
      const lines = server.documents.get(path)?.lines;
      if (!lines) throw new LanguageServerError(`${path} cannot be read as text; nothing was changed.`);
      return { path, lines, made: replacementsOf(each, lines, server) };
    });
  });
}

/** By canonical path. */
function editsOf(edit: WorkspaceEdit, server: LanguageServer): Map<string, TextEdit[]> {
  const byUri: [string, readonly TextEdit[]][] = Object.entries(edit?.changes ?? {});
  for (const change of edit?.documentChanges ?? []) {
    if ("kind" in change) {
      throw new LanguageServerError(`${server.name} would also ${change.kind} files for that; nothing was changed.`);
    }
    byUri.push([change.textDocument.uri, change.edits]);
  }
  const edits = new Map<string, TextEdit[]>();
  for (const [uri, each] of byUri) {
    const path = pathOf(uri);
    if (path === undefined) throw new LanguageServerError(`${uri} is no file; nothing was changed.`);
    const canonical = canonicalPath(path);
    edits.set(canonical, [...(edits.get(canonical) ?? []), ...each]);
  }
  return new Map([...edits].filter(([, each]) => each.length > 0));
}

/** In order, none over another. */
function replacementsOf(edits: readonly TextEdit[], lines: Lines, server: LanguageServer): Replacement[] {
  const made = edits
    .map(({ range, newText }) => ({
      start: lines.indexOf(range.start, server.encoding),
      end: lines.indexOf(range.end, server.encoding),
      text: newText,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const isOrdered = made.every(({ start, end }, index) => start <= end && start >= (made[index - 1]?.end ?? 0));
  if (!isOrdered) throw new LanguageServerError(`${server.name} named changes that overlap; nothing was changed.`);
  return made;
}

function apply({ path, lines, made }: Change, draft: Draft): void {
  if (draft.text(path) !== lines.text) {
    throw new FileError(`${path} was changed while its server worked on it; nothing was changed. Try again.`);
  }
  draft.write(path, textAfter(lines.text, made), made);
}

function textAfter(text: string, made: readonly Replacement[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text: now } of made) {
    parts.push(text.slice(from, start), now);
    from = end;
  }
  return parts.join("") + text.slice(from);
}

const hunksOf = ({ lines, made }: Change) => diffReplacements(lines.text, textAfter(lines.text, made), made);

/** The changed lines of all files, as many as one reads. */
function diffText(
  files: readonly (Pick<FileDiff, "path"> & { readonly hunks: readonly Hunk[] })[],
  shown: (path: string) => string,
): string {
  const lines = files.flatMap(({ path, hunks }) => [
    `${shown(path)}:`,
    ...hunks.flatMap(({ newStart, lines }) => [`@@ ${newStart}`, ...lines.filter((line) => /^[+-]/.test(line))]),
  ]);
  const left = lines.length - mostDiffLines;
  return [
    ...lines.slice(0, mostDiffLines).map((line) => line.slice(0, 300)),
    ...(left > 0 ? [`and ${plural(left, "line")} more`] : []),
  ].join("\n");
}
