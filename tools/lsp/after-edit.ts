/** Has tools that write files say which errors their changes brought in. */
import { readFile } from "node:fs/promises";
import { diffsOf, type FileDiff } from "../../agent/message.ts";
import type { AnyTool, ShelfEntry, ToolContext, ToolForms, ToolOutput } from "../../agent/tool.ts";
import type { Languages } from "./languages.ts";
import type { Edited, EditNews, News } from "./news.ts";

interface ToolSet {
  readonly tools: readonly AnyTool[];
  readonly shelf: readonly ShelfEntry[];
}

const newsOf = new WeakMap<Languages, Promise<EditNews>>();

/** Those among the built-in tools whose results tell what they changed in files. */
const writers: ReadonlySet<string> = new Set(["Edit", "MultiEdit", "Write", "apply_patch", "replace"]);

/** The same tools; those that write files say after a change which errors it brought in. */
export function followEdits({ tools, shelf }: ToolSet, languages: Languages): ToolSet {
  const writes = ({ name }: { readonly name: string }) => writers.has(name);
  return {
    tools: tools.map((tool) => (writes(tool) ? withDiagnostics(tool, languages) : tool)),
    shelf: shelf.map((entry) => {
      if (!writes(entry)) return entry;
      return { ...entry, load: async () => withDiagnostics(await entry.load(), languages) };
    }),
  };
}

/** The tool, with a few lines more in its results where a language server has something to say of the files that it changed. */
export function withDiagnostics(tool: AnyTool, languages: Languages): AnyTool {
  const { forms } = tool;
  return { ...followed(tool, languages), ...(forms && { forms: followedForms(forms, languages) }) };
}

function followedForms({ all, formFor }: ToolForms, languages: Languages): ToolForms {
  const made = new Map<AnyTool, AnyTool>(all.map((form) => [form, followed(form, languages)]));
  return { all: [...made.values()], formFor: (info) => made.get(formFor(info)) ?? formFor(info) };
}

function followed(tool: AnyTool, languages: Languages): AnyTool {
  return {
    ...tool,
    async run(args, context) {
      const output = await tool.run(args, context);
      const files = languages.afterEdits && output.isError !== true ? diffsOf(output.details) : [];
      if (files.length === 0) return output;
      const isOpen = languages.pool !== undefined;
      const news = tell(files, languages, context);
      // The first edit of all waits for nothing.
      const told = isOpen ? await news : undefined;
      return told === undefined ? output : withNews(output, told);
    },
  };
}

/** More errors than these are looked through by nobody. */
const mostProblems = 100;

function withNews(output: ToolOutput, { text, problems }: News): ToolOutput {
  const { details } = output;
  const told = { ...output, text: `${output.text}\n${text}` };
  if (details?.type !== "diff" && details?.type !== "diffs") return told;
  return { ...told, details: { ...details, problems: problems.slice(0, mostProblems) } };
}

/** Undefined also where it went wrong: the edit is made, whatever is said of it. */
async function tell(
  files: readonly FileDiff[],
  languages: Languages,
  { workspace, signal }: ToolContext,
): Promise<News | undefined> {
  try {
    if (!languages.pool && !(await languages.startsIn(workspace.root))) return undefined;
    const [news, { canonicalPath }, { undoHunks }] = await Promise.all([
      openNews(languages),
      import("../path.ts"),
      import("../patch.ts"),
    ]);
    const edits: Edited[] = [];
    for (const { path, hunks } of files.filter(({ deleted }) => !deleted)) {
      const canonical = canonicalPath(path);
      const before = undoHunks(await readFile(canonical, "utf8"), hunks);
      if (before !== undefined) edits.push({ path: canonical, before });
    }
    return await news.after(edits, workspace, signal);
  } catch {
    return undefined;
  }
}

function openNews(languages: Languages): Promise<EditNews> {
  const known = newsOf.get(languages);
  if (known) return known;
  const opened = Promise.all([languages.open(), import("./news.ts")]).then(
    ([pool, { EditNews }]) => new EditNews(pool),
  );
  newsOf.set(languages, opened);
  return opened;
}
