/** Walks the citation graph; the page draws what it finds. */
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { failure, oneLine, plural } from "./output.ts";
import description from "./paper-graph.md" with { type: "text" };
import { type PaperId, readIds, wordOf } from "./papers/id.ts";
import { type Library, remembered } from "./papers/library.ts";
import type { Direction } from "./papers/links.ts";
import { type LookedUp, lookUp } from "./papers/lookup.ts";
import type { CitationIndex } from "./papers/source.ts";
import { type CitationGraph, walk } from "./papers/walk.ts";
import { cardOf, namesOf, withNotes } from "./papers/write.ts";
import { wrongYears, year } from "./papers/years.ts";

const schema = z.strictObject({
  ids: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  direction: z.enum(["references", "citations", "both"]).optional().describe("both by default"),
  depth: z.int().min(1).max(3).optional().describe("1 by default"),
  breadth: z.int().min(1).max(100).optional().describe("15 by default"),
  max_nodes: z.int().min(2).max(200).optional().describe("60 by default"),
  min_citations: z.int().min(0).max(1_000_000).optional(),
  year_from: year.optional(),
  year_to: year.optional(),
});
type Args = z.output<typeof schema>;

const mostSeeds = 20;

export function paperGraphTool(library: Library) {
  return defineTool({
    name: "PaperGraph",
    description,
    schema,
    label: ({ ids }) => oneLine(`Citation graph of ${[ids].flat().join(", ")}`),
    async run(args, context) {
      const ids = readIds(args.ids, mostSeeds);
      const wrong = typeof ids === "string" ? ids : wrongYears(args);
      if (typeof ids === "string" || wrong !== undefined) return failure(wrong ?? "");
      if (context.signal.aborted) return failure("The request was stopped.");
      return await remembered(library, "PaperGraph", args, () => explore(library, ids, args, context));
    },
  });
}

async function explore(library: Library, ids: readonly PaperId[], args: Args, context: ToolContext) {
  const { direction = "both", depth = 1, breadth = 15, max_nodes: maxNodes = 60 } = args;
  const directions: readonly Direction[] = direction === "both" ? ["references", "citations"] : [direction];
  const start = await startIn(library, ids, context.signal);
  if (typeof start === "string") return { output: failure(start), isWhole: false };
  const { index, looked } = start;
  const options = {
    directions,
    depth,
    breadth,
    maxNodes,
    minCitations: args.min_citations ?? 0,
    years: { from: args.year_from, to: args.year_to },
  };
  const seeds = looked.results.flatMap(({ paper }) => paper ?? []);
  const graph = await walk(index, seeds, options, context);
  if (context.signal.aborted) return { output: failure("The walk was stopped."), isWhole: false };
  const missing = looked.results.filter(({ paper }) => paper === undefined).map(({ id }) => wordOf(id));
  const notes = [
    ...(missing.length > 0 ? [`Not found: ${missing.join(", ")}.`] : []),
    ...start.failures.map((each) => `Walked in ${index.title}. ${each}`),
    ...graph.notes,
  ];
  const isWhole = graph.isWhole && start.failures.length === 0;
  return { output: show({ ...graph, notes }, index), isWhole };
}

/** The first index that knows one of the papers: a walk stays within one. */
async function startIn(
  { s2, openalex }: Library,
  ids: readonly PaperId[],
  signal: AbortSignal,
): Promise<{ index: CitationIndex; looked: LookedUp; failures: readonly string[] } | string> {
  const failures: string[] = [];
  for (const index of [s2, openalex]) {
    const looked = await lookUp([index], ids, signal);
    if (looked.results.some(({ paper }) => paper !== undefined)) return { index, looked, failures };
    failures.push(...looked.failures);
  }
  const named = ids.map(wordOf).join(", ");
  return failures.length > 0 ? failures.join("\n") : `Neither Semantic Scholar nor OpenAlex knows ${named}.`;
}

function show({ nodes, edges, notes }: CitationGraph, index: CitationIndex): ToolOutput {
  const cites = Map.groupBy(edges, ([from]) => from);
  const lines = nodes.map(({ paper, isSeed, citedHere }, at) => {
    const { title, year: of, authors, citations } = paper;
    const [first] = authors;
    const facts = [
      first && `${first.name}${authors.length > 1 ? " et al." : ""}`,
      citations === undefined ? "" : plural(citations, "citation"),
      namesOf(paper),
    ];
    const own = (cites.get(at) ?? []).map(([, to]) => to + 1);
    const links = [`cited here by ${citedHere}`, ...(own.length > 0 ? [`cites ${own.join(", ")}`] : [])];
    const head = `${at + 1}. ${isSeed ? "[start] " : ""}${title}${of === undefined ? "" : ` (${of})`}`;
    return `${head}\n   ${[...facts, links.join("; ")].filter(Boolean).join(" · ")}`;
  });
  const head = `${index.title}: ${plural(nodes.length, "paper")}, ${plural(edges.length, "citation")} among them. Numbers after "cites" are those of this list.`;
  const data = {
    nodes: nodes.map(({ paper, isSeed, citedHere }) => ({ ...cardOf(paper, 600), isSeed, citedHere })),
    edges: edges.map(([from, to]) => [from, to]),
    notes: [...notes],
  };
  return {
    text: withNotes(`${head}\n\n${lines.join("\n")}`, notes),
    details: { type: "custom", name: "paper-graph", data },
  };
}
