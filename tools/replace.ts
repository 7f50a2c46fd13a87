/** Replaces text in a file, in the form that Gemini models were trained on. */
import { z } from "zod";
import { defineTool } from "../agent/tool.ts";
import { leniencies } from "./edit/lines.ts";
import { replaceStep } from "./edit/replace-step.ts";
import { oneLine } from "./output.ts";
import { canonicalPath, resolvePath } from "./path.ts";
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
  run(args, context) {
    const { file_path: file, old_string: old, new_string, expected_replacements: expected, allow_multiple: all } = args;
    const wish = { old, new: new_string, all, expected };
    const toMake = "to make it, leave old_string empty";
    return replaceStep({ file, wish, toMake, forAll: "set allow_multiple", allowed: leniencies }, context);
  },
});
