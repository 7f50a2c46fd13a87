/** One text put in the place of another, in one file: what Edit and replace have in common. */
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { failure, plural } from "../output.ts";
import { displayPath, resolvePath } from "../path.ts";
import { type Hints, replaceIn, type Wish } from "./replacing.ts";
import { takeStep } from "./step.ts";
import { describePlaces, withNotes } from "./telling.ts";

export interface ReplaceStep extends Hints {
  /** As it was named. */
  readonly file: string;
  /** Without an old text the file is made. */
  readonly wish: Wish;
  /** How a file is made that is not there. */
  readonly toMake: string;
}

export async function replaceStep(
  { file, wish, toMake, ...hints }: ReplaceStep,
  context: ToolContext,
): Promise<ToolOutput> {
  if (wish.old === wish.new) return failure("old_string and new_string are the same; nothing to do.");
  const path = resolvePath(file, context.workspace);
  const shown = displayPath(path, context.workspace);
  let count = 0;
  let notes: readonly string[] = [];
  return takeStep({
    paths: [file],
    context,
    toMake,
    async plan(draft) {
      if (wish.old === "") return draft.create(file, wish.new);
      const replaced = await replaceIn(path, draft.text(file), wish, hints);
      ({ count, notes } = replaced);
      draft.write(file, replaced.text, replaced.made);
    },
    tell(files) {
      if (wish.old === "") return `Created ${shown}.`;
      const places = describePlaces(files[0]?.hunks ?? []);
      return withNotes(`Edited ${shown}: ${plural(count, "replacement")}${places}.`, notes);
    },
  });
}
