/** Replaces text in a file, in the form that Gemini models were trained on. */
import { z } from "zod";
import { UsageError } from "../agent/error.ts";
import { defineTool } from "../agent/tool.ts";
import { leniencies } from "./edit/lines.ts";
import { replaceIn } from "./edit/replacing.ts";
import { takeStep } from "./edit/step.ts";
import { describePlaces, withNotes } from "./edit/telling.ts";
import { oneLine, plural } from "./output.ts";
import { canonicalPath, displayPath, resolvePath } from "./path.ts";
import description from "./replace.md" with { type: "text" };

const schema = z.strictObject({
  file_path: z.string().min(1),
  instruction: z.string().optional(),
  old_string: z.string(),
  new_string: z.string(),
  expected_replacements: z.int().min(1).optional(),
  allow_multiple: z.boolean().optional(),
});

export const replaceTool = defineTool({
  name: "replace",
  description,
  schema,
  label: (args) => oneLine(`Edit ${args.file_path}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  run({ file_path, old_string: old, new_string: now, expected_replacements: expected, allow_multiple: all }, context) {
    const path = resolvePath(file_path, context.workspace);
    let count = 0;
    let notes: readonly string[] = [];
    return takeStep({
      paths: [file_path],
      context,
      toMake: "to make it, leave old_string empty",
      async plan(draft) {
        if (old === now) throw new UsageError("old_string and new_string are the same; nothing to do.");
        if (old === "") return draft.create(file_path, now);
        const hints = { forAll: "set allow_multiple", allowed: leniencies };
        const replaced = await replaceIn(path, draft.text(file_path), { old, new: now, all, expected }, hints);
        ({ count, notes } = replaced);
        draft.write(file_path, replaced.text, replaced.made);
      },
      tell(files) {
        const shown = displayPath(path, context.workspace);
        if (old === "") return `Created ${shown}.`;
        const places = describePlaces(files[0]?.hunks ?? []);
        return withNotes(`Edited ${shown}: ${plural(count, "replacement")}${places}.`, notes);
      },
    });
  },
});
