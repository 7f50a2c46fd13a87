/** RepoMap: a ranked map of a project's code within a budget of tokens. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { defineTool, type Tool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { count, leftOut, namedDirectory, withIndex } from "./code/call.ts";
import { graphOf } from "./code/graph.ts";
import { interestOf } from "./code/interest.ts";
import { mapText } from "./code/map-text.ts";
import { paced } from "./code/pace.ts";
import { inProject, type OpenIndex, type Projects } from "./code/project.ts";
import { rank } from "./code/rank.ts";
import { failure, oneLine } from "./output.ts";
import { canonicalPath, resolvePath } from "./path.ts";
import { placesCard } from "./places.ts";
import description from "./repo-map.md" with { type: "text" };

const repoMapSchema = z.strictObject({
  path: z.string().min(1).optional().describe("Directory, default the workspace"),
  query: z.string().min(1).max(2_000).optional(),
  focus: z.array(z.string().min(1)).max(50).optional(),
  budget: z.int().min(100).max(20_000).optional(),
});
export type RepoMapArgs = z.output<typeof repoMapSchema>;

const defaultBudget = 2_000;

export function repoMapTool(projects: Projects): Tool<RepoMapArgs> {
  return defineTool({
    name: "RepoMap",
    description,
    schema: repoMapSchema,
    maxResultChars: 0,
    label: ({ path, query }) => oneLine(`Map the code${path ? ` of ${path}` : ""}${query ? ` for ${query}` : ""}`),
    async run(args, context) {
      const place = namedDirectory(args.path ?? context.workspace.root, context);
      if ("text" in place) return place;
      return await withIndex(projects, place.directory, context, (index) => map(args, index, place.directory, context));
    },
  });
}

async function map(args: RepoMapArgs, index: OpenIndex, directory: string, context: ToolContext): Promise<ToolOutput> {
  const { root, store, survey } = index;
  if (survey.files.size === 0) {
    return { text: `There is no code to map in ${directory}. ${leftOut(survey)}`.trim() };
  }
  const focus = focusOf(args.focus ?? [], root, context);
  if ("text" in focus) return focus;
  const pace = paced(context.signal);
  const graph = await graphOf(store, survey.files, pace);
  const seen = seenFiles(root, context);
  const interest = interestOf(graph, { query: args.query, focus: focus.paths, seen });
  const ranks = await rank(graph, interest, pace);
  const { countTokens } = context;
  const { text, rows, files, definitions } = mapText(graph, ranks, interest, args.budget ?? defaultBudget, {
    definitionsOf: (path) => store.definitions(path),
    countTokens,
  });
  const languages = [...survey.languages].sort(([, a], [, b]) => b - a).map(([name, many]) => `${name} ${count(many)}`);
  const shown = `${count(files)} of ${count(survey.files.size)} files, ${count(definitions)} of ${count(graph.defined.length)} definitions`;
  const head = `${root}: ${shown} (${languages.join(", ")}). ${leftOut(survey)}`.trim();
  const places = rows.map((row) => ({ ...row, path: join(root, row.path) }));
  return { text: `${head}\n\n${text}`, details: placesCard(places) };
}

/** Paths from the project's root; directories end in `/`. */
function focusOf(paths: readonly string[], root: string, { workspace }: ToolContext) {
  const found: string[] = [];
  for (const path of paths) {
    const absolute = canonicalPath(resolvePath(path, workspace));
    const stats = statSync(absolute, { throwIfNoEntry: false });
    const inside = inProject(root, absolute);
    if (stats === undefined) return failure(`${path} of focus does not exist.`);
    if (inside === undefined) return failure(`${path} of focus lies outside of the project ${root}.`);
    found.push(stats.isDirectory() ? `${inside}/` : inside);
  }
  return { paths: found };
}

function seenFiles(root: string, { workspace }: ToolContext): ReadonlySet<string> {
  return new Set([...workspace.reads.keys()].map((path) => inProject(root, path)).filter((path) => path !== undefined));
}
