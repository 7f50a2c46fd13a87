/** Makes edits in any number of files, all of them or none. */
import { z } from "zod";
import { FileError, SagentError, UsageError } from "../agent/error.ts";
import { defineTool, exclusive, type Workspace } from "../agent/tool.ts";
import { replaceIn } from "./edit/replacing.ts";
import { type Draft, takeStep } from "./edit/step.ts";
import { describeFiles } from "./edit/telling.ts";
import { exactly } from "./edit.ts";
import description from "./multi-edit.md" with { type: "text" };
import { oneLine, plural } from "./output.ts";
import { canonicalPath, resolvePath } from "./path.ts";

const editSchema = z.strictObject({
  file_path: z.string().min(1),
  old_string: z.string(),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});
const schema = z.strictObject({ edits: z.array(editSchema).min(1).max(500) });

export const multiEditTool = defineTool({
  name: "MultiEdit",
  description,
  schema,
  label: ({ edits }) => oneLine(`Edit ${[...new Set(edits.map(({ file_path }) => file_path))].join(", ")}`),
  serializeKey({ edits }, workspace) {
    const [path, ...others] = new Set(edits.map(({ file_path }) => canonicalPath(resolvePath(file_path, workspace))));
    return path === undefined || others.length > 0 ? exclusive : path;
  },
  run({ edits }, context) {
    const { workspace } = context;
    const notes: string[] = [];
    return takeStep({
      paths: edits.map(({ file_path }) => file_path),
      context,
      toMake: "to make it, leave old_string empty",
      async plan(draft) {
        for (const [index, edit] of edits.entries()) {
          const name = edits.length === 1 ? "" : `Edit ${index + 1} of ${edits.length}: `;
          notes.push(...(await planEdit(draft, edit, workspace, name)).map((note) => name + note));
        }
      },
      tell: (files) => `${plural(edits.length, "edit")} made.\n${describeFiles(files, notes, workspace)}`,
    });
  },
});

type Edit = z.output<typeof editSchema>;

async function planEdit(draft: Draft, edit: Edit, workspace: Workspace, name: string): Promise<readonly string[]> {
  const { file_path, old_string: old, new_string: now, replace_all: all } = edit;
  try {
    if (old === "") {
      draft.create(file_path, now);
      return [];
    }
    if (old === now) throw new UsageError("old_string and new_string are the same; nothing was changed.");
    const replaced = await replaceIn(
      resolvePath(file_path, workspace),
      draft.text(file_path),
      { old, new: now, all },
      exactly,
    );
    draft.write(file_path, replaced.text, replaced.made);
    return replaced.notes;
  } catch (error) {
    throw error instanceof SagentError ? new FileError(name + error.message) : error;
  }
}
