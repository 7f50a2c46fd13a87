/** Grep: finds lines by a regular expression, with ripgrep or without. */
import { statSync } from "node:fs";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { errorCode, fileProblem } from "./files.ts";
import description from "./grep.md" with { type: "text" };
import { type Backend, type GrepArgs, type Problem, readQuery } from "./grep-query.ts";
import { findRg, rgBackend } from "./grep-rg.ts";
import { showFound } from "./grep-show.ts";
import { readText } from "./grep-text.ts";
import { walkBackend } from "./grep-walk.ts";
import { failure, oneLine } from "./output.ts";
import { resolvePath, suggestPaths } from "./path.ts";

const timeoutMs = 30_000;

const count = z.int().min(0).optional();
export const grepSchema = z.strictObject({
  pattern: z.string().min(1),
  path: z.string().optional(),
  glob: z.string().min(1).optional(),
  exclude: z.string().min(1).optional(),
  type: z.string().optional(),
  output_mode: z.enum(["files_with_matches", "content", "count"]).optional(),
  "-A": count,
  "-B": count,
  "-C": count,
  "-i": z.boolean().optional().describe("Ignore case"),
  "-n": z.boolean().optional().describe("Line numbers, default true"),
  multiline: z.boolean().optional(),
  pcre: z.boolean().optional(),
  keep_first: count,
  keep_last: count,
  offset: count,
});

export const grepTool = defineTool({
  name: "Grep",
  description: description.trim(),
  schema: grepSchema,
  maxResultChars: 0,
  label: ({ pattern, path }) => oneLine(`Search for ${pattern}${path === undefined ? "" : ` in ${path}`}`),
  run(args, context) {
    const rg = findRg(context.workspace.env.PATH);
    return grep(args, context, rg === undefined ? walkBackend : rgBackend(rg));
  },
});

/** Searches with a backend and shows what it found. */
export async function grep(args: GrepArgs, context: ToolContext, backend: Backend): Promise<ToolOutput> {
  const root = resolvePath(args.path ?? ".", context.workspace);
  const kind = kindOf(root);
  if (typeof kind === "object") return failure(kind.problem);
  const query = readQuery(args, root, kind === "file");
  if ("problem" in query) return failure(query.problem);
  if (query.isFile && (await readText(root)) === undefined) {
    return failure(`${root} is a binary file or cannot be read, so it was not searched.`);
  }
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([context.signal, limit]);
  const found = await backend.find(query, args.output_mode === "content", signal);
  const output =
    "problem" in found
      ? failure(found.problem)
      : await showFound(found, args, { query, backend, signal, countTokens: context.countTokens });
  if (context.signal.aborted) return failure("The search was stopped.");
  if (!limit.aborted) return output;
  return failure(`The search was ended after ${timeoutMs / 1000} s; search a smaller path, or use glob or type.`);
}

function kindOf(root: string): "file" | "directory" | Problem {
  try {
    const stats = statSync(root);
    if (stats.isDirectory()) return "directory";
    return stats.isFile() ? "file" : { problem: `${root} is neither a file nor a directory.` };
  } catch (error) {
    const hint = errorCode(error) === "ENOENT" ? suggestPaths(root) : "";
    return { problem: `${fileProblem("search", root, error)} ${hint}`.trim() };
  }
}
