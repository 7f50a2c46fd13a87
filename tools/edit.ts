/** Replaces an exact piece of text in a file. */
import { z } from "zod";
import { defineTool } from "../agent/tool.ts";
import { replaceStep } from "./edit/replace-step.ts";
import type { Hints } from "./edit/replacing.ts";
import description from "./edit.md" with { type: "text" };
import { oneLine } from "./output.ts";
import { canonicalPath, resolvePath } from "./path.ts";

const schema = z.strictObject({
  file_path: z.string().min(1),
  old_string: z.string().min(1),
  new_string: z.string(),
  replace_all: z.boolean().optional(),
});

/** What a model cannot see may differ; indentation it can. */
export const exactly: Hints = {
  forAll: "set replace_all",
  allowed: ["line ends", "look-alikes"],
};

export const editTool = defineTool({
  name: "Edit",
  description,
  schema,
  label: (args) => oneLine(`Edit ${args.file_path}`),
  serializeKey: (args, workspace) => canonicalPath(resolvePath(args.file_path, workspace)),
  run({ file_path: file, old_string: old, new_string: now, replace_all: all }, context) {
    return replaceStep({ file, wish: { old, new: now, all }, toMake: "to make it, use Write", ...exactly }, context);
  },
});
