/** Finds files by the pattern of their path. */
import { statSync } from "node:fs";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { fileProblem } from "./files.ts";
import description from "./glob.md" with { type: "text" };
import { type Entry, walk } from "./ignore.ts";
import { orderSchema, sortEntries } from "./order.ts";
import { failure, fit, oneLine, plural } from "./output.ts";
import { resolvePath, suggestPaths } from "./path.ts";
import { compilePattern } from "./pattern.ts";

const schema = z.strictObject({
  pattern: z.string().min(1),
  path: z.string().min(1).optional().describe("Directory to look in; the current one if left out"),
  sort: orderSchema,
  max_results: z.int().min(1).optional(),
  offset: z.int().min(0).optional().describe("Results to pass over"),
});
type Args = z.output<typeof schema>;

export const globTool = defineTool({
  name: "Glob",
  description,
  schema,
  maxResultChars: 0,
  label: ({ pattern, path }) => oneLine(`Find files ${pattern}${path === undefined ? "" : ` in ${path}`}`),
  async run(args, context) {
    const { root, pattern } = place(args, context);
    const problem = checkDirectory(root);
    if (problem !== undefined) return failure(problem);
    const matcher = compilePattern(pattern, { braces: true, dots: false });
    if (matcher === undefined) {
      return failure(
        `The pattern ${args.pattern} is malformed: a bracket or brace is not closed, or a backslash ends it.`,
      );
    }
    const found = await findFiles(root, pattern, matcher, context.signal);
    if (context.signal.aborted) return failure("The search was stopped.");
    return page(sortEntries(found, args.sort), root, args, context);
  },
});

/** The directories that a pattern names outright, before its first wildcard. */
function literalLead(pattern: string): string[] {
  const directories = pattern.split("/").slice(0, -1);
  const first = directories.findIndex((segment) => /[*?[{\\]/.test(segment));
  return first < 0 ? directories : directories.slice(0, first);
}

/** Where to look and for what. A pattern may itself be absolute, or start with `~/`, `./` or `../`. */
function place(args: Args, { workspace }: ToolContext): { root: string; pattern: string } {
  const root = resolvePath(args.path ?? ".", workspace);
  if (!/^(\/|~\/|\.\.?\/)/.test(args.pattern)) return { root, pattern: args.pattern };
  const fixed = literalLead(args.pattern);
  const start = resolvePath(`${fixed.join("/")}/`, { ...workspace, cwd: root });
  return { root: start, pattern: args.pattern.split("/").slice(fixed.length).join("/") };
}

function checkDirectory(root: string): string | undefined {
  try {
    if (statSync(root).isDirectory()) return undefined;
    return `${root} is a file; give Glob a directory, or read it with Read.`;
  } catch (error) {
    return `${fileProblem("search", root, error)} ${suggestPaths(root)}`.trim();
  }
}

async function findFiles(root: string, pattern: string, matcher: RegExp, signal: AbortSignal): Promise<Entry[]> {
  const fixed = literalLead(pattern);
  const found: Entry[] = [];
  const entries = walk(root, {
    hidden: /(^|[/{,])(\\?\.|\[\.)/.test(pattern),
    ignore: true,
    signal,
    maxDepth: pattern.includes("**") ? Number.POSITIVE_INFINITY : pattern.split("/").length,
    descend: (directory) => {
      const depth = directory.relative.split("/").length;
      return depth > fixed.length || directory.name === fixed[depth - 1];
    },
  });
  for await (const entry of entries) {
    if (!entry.isDirectory && matcher.test(entry.relative)) found.push(entry);
  }
  return found;
}

function page(found: readonly Entry[], root: string, args: Args, context: ToolContext): ToolOutput {
  const { pattern, offset = 0, max_results = found.length } = args;
  if (found.length === 0) {
    const deeper = pattern.includes("/") ? "" : ` To look in directories below it too, use **/${pattern}.`;
    return { text: `No files match ${pattern} in ${root}.${deeper}` };
  }
  if (offset >= found.length)
    return failure(`There are ${plural(found.length, "match", "matches")}; none after ${offset}.`);
  const paths = found.slice(offset, offset + max_results).map(({ path }) => path);
  const { text, count } = fit(paths, context.countTokens);
  const next = offset + count;
  if (next >= found.length) return { text };
  return { text: `${text}\n[${offset + 1}-${next} of ${found.length}. Go on with offset=${next}.]` };
}
