/** CodeSearch: where something is defined, who uses it, and what is in a file or directory. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { defineTool, type Tool, type ToolOutput } from "../agent/tool.ts";
import { withIndex } from "./code/call.ts";
import { paced } from "./code/pace.ts";
import type { Projects } from "./code/project.ts";
import type { Search } from "./code/search.ts";
import { searchDefinitions } from "./code/search-definitions.ts";
import { searchOutline } from "./code/search-outline.ts";
import { searchUses } from "./code/search-uses.ts";
import { runningServers } from "./code/servers.ts";
import description from "./code-search.md" with { type: "text" };
import type { LspPool } from "./lsp/pool.ts";
import { failure, oneLine } from "./output.ts";
import { canonicalPath, resolvePath, suggestPaths } from "./path.ts";

const codeSearchSchema = z.strictObject({
  query: z.string().trim().min(1).max(500).optional().describe("A name, or words; not for outline"),
  find: z.enum(["definitions", "uses", "outline"]).optional(),
  path: z.string().min(1).optional().describe("Directory or file, default the workspace"),
  limit: z.int().min(1).max(500).optional().describe("Most results, default 30"),
});
export type CodeSearchArgs = z.output<typeof codeSearchSchema>;

export interface CodeSearchOptions {
  /** The language servers, once there are any. */
  readonly servers?: () => LspPool | undefined;
}

const usualLimit = 30;

/** `projects` is shared with RepoMap. */
export function codeSearchTool(projects: Projects, options: CodeSearchOptions = {}): Tool<CodeSearchArgs> {
  return defineTool({
    name: "CodeSearch",
    description,
    schema: codeSearchSchema,
    maxResultChars: 0,
    label: ({ query, find = "definitions", path }) =>
      oneLine(`Find ${find}${query ? ` of ${query}` : ""}${path ? ` in ${path}` : ""}`),
    async run(args, context) {
      const find = args.find ?? "definitions";
      if (find !== "outline" && args.query === undefined) return failure(`Say in query what ${find} to find.`);
      const path = canonicalPath(resolvePath(args.path ?? context.workspace.root, context.workspace));
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats === undefined) return failure(`${path} does not exist. ${suggestPaths(path)}`.trim());
      const directory = stats.isDirectory() ? path : dirname(path);
      return await withIndex(projects, directory, context, async ({ root, store, survey }) => {
        const servers = await runningServers(options.servers?.(), context.workspace, context.signal);
        const inside = path === root ? "" : path.slice(root === "/" ? 1 : root.length + 1);
        const isFile = !stats.isDirectory();
        const pace = paced(context.signal);
        const limit = args.limit ?? usualLimit;
        return await search(
          find,
          { root, store, survey, servers, inside, isFile, pace, limit, context },
          args.query ?? "",
        );
      });
    },
  });
}

async function search(find: "definitions" | "uses" | "outline", what: Search, query: string): Promise<ToolOutput> {
  switch (find) {
    case "definitions":
      return await searchDefinitions(what, query);
    case "uses":
      return await searchUses(what, query);
    case "outline":
      return searchOutline(what);
  }
}
