/** Lists one directory. */
import { type Dirent, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { errorCode, fileProblem } from "./files.ts";
import description from "./list.md" with { type: "text" };
import { describePath, orderSchema, sortEntries } from "./order.ts";
import { failure, fit, oneLine } from "./output.ts";
import { resolvePath, suggestPaths } from "./path.ts";

const schema = z.strictObject({
  path: z.string().min(1),
  show_hidden: z.boolean().optional().describe("Show names that start with a dot"),
  long: z.boolean().optional().describe("Show size in bytes and time of last change"),
  sort: orderSchema,
  max_results: z.int().min(1).optional().describe("500 if left out"),
});
type Args = z.output<typeof schema>;

export const listTool = defineTool({
  name: "List",
  description,
  schema,
  maxResultChars: 0,
  label: ({ path }) => oneLine(`List ${path}`),
  async run(args, context) {
    const path = resolvePath(args.path, context.workspace);
    try {
      const found = await readdir(path, { withFileTypes: true });
      if (context.signal.aborted) return failure("The listing was stopped.");
      return show(path, found, args, context);
    } catch (error) {
      if (errorCode(error) === "ENOTDIR") return failure(`${path} is not a directory; use Read to see a file.`);
      const hint = errorCode(error) === "ENOENT" ? suggestPaths(path) : "";
      return failure(`${fileProblem("list", path, error)} ${hint}`.trim());
    }
  },
});

function show(path: string, found: readonly Dirent[], args: Args, context: ToolContext): ToolOutput {
  const seen = args.show_hidden ? found : found.filter(({ name }) => !name.startsWith("."));
  const hidden = found.length - seen.length;
  const aside = hidden === 0 ? "" : ` (${hidden} hidden; show_hidden shows them)`;
  if (seen.length === 0) return { text: `${path} is empty${aside}.` };
  const entries = seen
    .map((entry) => ({ entry, path: join(path, entry.name) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const shown = sortEntries(entries, args.sort).slice(0, args.max_results ?? 500);
  const rows = shown.map((item) => (args.long ? longRow(item.path, item.entry) : nameOf(item.path, item.entry)));
  const { text, count } = fit(rows, context.countTokens);
  if (count === seen.length) return { text };
  const rest = `${count} of ${seen.length}. Raise max_results to see more, or narrow down with Glob.`;
  return { text: `${text}\n[${rest}]` };
}

function nameOf(path: string, entry: Dirent): string {
  const name = entry.name.replace(/\p{Cc}/gu, "?");
  if (entry.isDirectory()) return `${name}/`;
  return entry.isSymbolicLink() ? `${name} -> ${targetOf(path)}` : name;
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path).replace(/\p{Cc}/gu, "?");
  } catch {
    return "?";
  }
}

/** Size right-aligned, time in UTC, name. */
function longRow(path: string, entry: Dirent): string {
  const stats = describePath(path);
  const size = String(stats?.size ?? "?").padStart(10);
  const changed = stats ? `${stats.mtime.toISOString().slice(0, 16)}Z` : "?";
  return `${size}  ${changed}  ${nameOf(path, entry)}`;
}
