/** Changes files by a patch in the format that OpenAI's models were trained on. */
import { z } from "zod";
import { SagentError, UsageError } from "../agent/error.ts";
import { defineTool, exclusive, type ToolContext, type ToolOutput, type Workspace } from "../agent/tool.ts";
import description from "./apply-patch.md" with { type: "text" };
import { applyChunks } from "./edit/chunk.ts";
import { type PatchFile, readPatch } from "./edit/patch-text.ts";
import { type Draft, takeStep } from "./edit/step.ts";
import { describeFiles } from "./edit/telling.ts";
import { failure, oneLine } from "./output.ts";
import { canonicalPath, resolvePath } from "./path.ts";

const schema = z.strictObject({ input: z.string().min(1) });

export const applyPatchTool = defineTool({
  name: "apply_patch",
  description,
  schema,
  label: ({ input }) => oneLine(`Edit ${pathsIn(input).join(", ")}`),
  serializeKey({ input }, workspace) {
    const [path, ...others] = new Set(pathsIn(input).map((each) => canonicalOf(each, workspace)));
    return path === undefined || others.length > 0 ? exclusive : path;
  },
  async run({ input }, context) {
    try {
      return await applyPatch(readPatch(input), context);
    } catch (error) {
      if (error instanceof SagentError) return failure(`${error.message} Nothing was changed.`);
      throw error;
    }
  },
});

const canonicalOf = (path: string, workspace: Workspace) => canonicalPath(resolvePath(path, workspace));

/** Those that its headers name, whether or not the rest is a patch. */
function pathsIn(input: string): string[] {
  const headers = input.matchAll(/^\*\*\* (?:(?:Add|Delete|Update) File|Move to):[ \t]*(.*\S)[ \t]*\r?$/gm);
  return [...new Set(Array.from(headers, ([, path = ""]) => path))];
}

function applyPatch(files: readonly PatchFile[], context: ToolContext): Promise<ToolOutput> {
  const { workspace } = context;
  const notes: string[] = [];
  return takeStep({
    paths: files.flatMap((file) => (file.type === "update" && file.moveTo ? [file.path, file.moveTo] : [file.path])),
    context,
    toMake: "to make it, use `*** Add File: `",
    plan: (draft) => {
      for (const file of files) notes.push(...planFile(file, draft, workspace));
    },
    tell: (diffs) => describeFiles(diffs, notes, workspace),
  });
}

function planFile(file: PatchFile, draft: Draft, workspace: Workspace): readonly string[] {
  if (file.type === "add") draft.create(file.path, file.text);
  if (file.type === "delete") draft.remove(file.path);
  if (file.type !== "update") return [];
  const { path, moveTo, chunks } = file;
  const { text, notes } = applyChunks(resolvePath(path, workspace), draft.text(path), chunks);
  if (moveTo === undefined || canonicalOf(path, workspace) === canonicalOf(moveTo, workspace)) {
    if (text === draft.text(path)) throw new UsageError(`The patch changes nothing in ${path}; nothing was changed.`);
    draft.write(path, text);
    return notes;
  }
  draft.create(moveTo, text, path);
  draft.remove(path);
  return notes;
}
