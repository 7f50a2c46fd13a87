/** Replaces an exact piece of text in a file. */
import { z } from "zod";
import { defineTool } from "../agent/tool.ts";
import type { Leniency } from "./edit/lines.ts";
import { replaceIn } from "./edit/replacing.ts";
import { takeStep } from "./edit/step.ts";
import { describePlaces, withNotes } from "./edit/telling.ts";
import description from "./edit.md" with { type: "text" };
import { failure, oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, resolvePath } from "./path.ts";

const schema = z.strictObject({
  file_path: z.string().min(1),
  old_string: z.string().min(1),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

/** What a model cannot see may differ; indentation it can. */
export const exactly: { readonly forAll: string; readonly allowed: readonly Leniency[] } = {
  forAll: "set replace_all",
  allowed: ["line ends", "look-alikes"],
};

export const editTool = defineTool({
  name: "Edit",
  description,
  schema,
  label: (args) => oneLine(`Edit ${args.file_path}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  async run({ file_path, old_string: old, new_string: now, replace_all: all }, context) {
    if (old === now) return failure("old_string and new_string are the same; nothing to do.");
    const path = resolvePath(file_path, context.workspace);
    let count = 0;
    let notes: readonly string[] = [];
    return takeStep({
      paths: [file_path],
      context,
      toMake: "to make it, use Write",
      async plan(draft) {
        const replaced = await replaceIn(path, draft.text(file_path), { old, new: now, all }, exactly);
        ({ count, notes } = replaced);
        draft.write(file_path, replaced.text, replaced.made);
      },
      tell(files) {
        const done = `Edited ${displayPath(path, context.workspace)}: ${plural(count, "replacement")}`;
        return withNotes(`${done}${describePlaces(files[0]?.hunks ?? [])}.`, notes);
      },
    });
  },
});
