/** Tells of papers that are known by an id, of what they cite and what cites them, and writes them as BibTeX. */
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { sayLate } from "./late.ts";
import { failure, oneLine, plural } from "./output.ts";
import description from "./paper-details.md" with { type: "text" };
import { bibtex } from "./papers/bibtex.ts";
import { type PaperId, readIds, wordOf } from "./papers/id.ts";
import { type Library, remembered } from "./papers/library.ts";
import { type Direction, indexesFor, linksOf } from "./papers/links.ts";
import { failureOf, type Looked, type LookedUp, lookUp, sourcesFor } from "./papers/lookup.ts";
import { merged, type Paper } from "./papers/paper.ts";
import { sourceNames } from "./papers/source.ts";
import { paperCards, withNotes, writePaper, writePapers } from "./papers/write.ts";
import { year } from "./papers/years.ts";

const schema = z.strictObject({
  ids: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  operation: z.enum(["references", "citations", "bibtex"]).optional(),
  source: z.enum(sourceNames).optional().describe("The first that knows the paper by default"),
  influential_only: z.boolean().optional(),
  year_from: year.optional(),
  limit: z.int().min(1).max(1_000).optional().describe("Of references and citations; 50 by default"),
  abstract_chars: z.int().min(0).max(10_000).optional(),
});
type Args = z.output<typeof schema>;

const mostIds = 500;

export function paperDetailsTool(library: Library) {
  return defineTool({
    name: "PaperDetails",
    description,
    schema,
    label: ({ ids, operation = "details" }) => oneLine(`Paper ${operation}: ${[ids].flat().join(", ")}`),
    async run(args, context) {
      const ids = readIds(args.ids, mostIds);
      const wrong = typeof ids === "string" ? ids : misfit(args, ids);
      if (typeof ids === "string" || wrong !== undefined) return failure(wrong ?? "");
      if (context.signal.aborted) return failure("The request was stopped.");
      using _ = sayLate(context, `Asking for ${plural(ids.length, "paper")}`);
      return await remembered(library, "PaperDetails", args, () => tell(library, args, ids, context));
    },
  });
}

/** What does not go together, as a sentence. */
function misfit({ operation, source, influential_only, year_from }: Args, ids: readonly PaperId[]): string | undefined {
  if (operation !== "citations" && (influential_only || year_from !== undefined)) {
    return 'influential_only and year_from are for operation "citations".';
  }
  const isLinks = operation === "references" || operation === "citations";
  if (isLinks && ids.length > 1) {
    return `${operation} are told of one paper a call, not of ${ids.length}; PaperGraph takes several.`;
  }
  if (isLinks && (source === "arxiv" || source === "crossref")) return "Only s2 and openalex know who cites whom.";
  return undefined;
}

interface Told {
  readonly output: ToolOutput;
  readonly isWhole: boolean;
}

async function tell(library: Library, args: Args, ids: readonly PaperId[], context: ToolContext): Promise<Told> {
  const [id] = ids;
  if (id && (args.operation === "references" || args.operation === "citations")) {
    return await tellLinks(library, args, id, args.operation, context.signal);
  }
  const looked = await lookUp(sourcesFor(library, args.source), ids, context.signal);
  const found = looked.results.flatMap(({ paper }) => paper ?? []);
  const isWhole = looked.results.every(({ isUnsure, paper }) => paper !== undefined || !isUnsure);
  if (found.length === 0) {
    return { output: failure([...looked.results.map(absence), ...looked.failures].join("\n")), isWhole: false };
  }
  if (args.operation === "bibtex") return await tellBibtex(library, looked, found, context.signal);
  const chars = args.abstract_chars ?? (ids.length > 5 ? 300 : 2_000);
  const text = looked.results.map((each, at) =>
    each.paper ? writePaper(each.paper, `${at + 1}.`, chars) : `${at + 1}. ${absence(each)}`,
  );
  const notes = isWhole ? [] : looked.failures;
  return { output: { text: withNotes(text.join("\n"), notes), details: paperCards(found) }, isWhole };
}

function absence({ id, isUnsure }: Looked): string {
  return isUnsure ? `${wordOf(id)} could not be looked up everywhere.` : `${wordOf(id)} was not found.`;
}

/** Crossref knows best where a paper came out. */
async function tellBibtex(
  library: Library,
  { results }: LookedUp,
  found: readonly Paper[],
  signal: AbortSignal,
): Promise<Told> {
  const dois = found.flatMap(({ ids }): PaperId[] => (ids.doi === undefined ? [] : [{ type: "doi", value: ids.doi }]));
  const registered = await lookUp([library.crossref], dois, signal);
  const better = new Map(registered.results.map(({ paper }) => [paper?.ids.doi, paper]));
  const papers = found.map((paper) => {
    const other = paper.ids.doi === undefined ? undefined : better.get(paper.ids.doi);
    return other ? merged(other, paper) : paper;
  });
  const missing = results.filter(({ paper }) => paper === undefined);
  const text = [bibtex(papers), ...missing.map((each) => `% ${absence(each)}`)].join("\n\n");
  const notes = registered.failures.map((each) => `Without what Crossref knows: ${each}`);
  const isWhole = notes.length === 0 && missing.every(({ isUnsure }) => !isUnsure);
  return { output: { text: withNotes(text, notes) }, isWhole };
}

async function tellLinks(
  library: Library,
  args: Args,
  id: PaperId,
  direction: Direction,
  signal: AbortSignal,
): Promise<Told> {
  const { limit = 50, influential_only: influentialOnly = false, year_from: from } = args;
  const source = args.source === "s2" || args.source === "openalex" ? args.source : undefined;
  const indexes = indexesFor(library, id, { source, influentialOnly });
  if (typeof indexes === "string") return { output: failure(indexes), isWhole: false };
  try {
    const options = { limit, influentialOnly, years: { from } };
    const { papers, hasMore, note, index, failures } = await linksOf(indexes, direction, id, options, signal);
    const notes = [
      ...failures.map((each) => `Told by ${index.title}. ${each}`),
      ...(note === undefined ? [] : [note]),
      ...(hasMore ? [`There are more than these ${papers.length}; a larger limit shows them, up to 1,000.`] : []),
    ];
    const verb = direction === "references" ? "that it cites" : "that cite it";
    const list = papers.length === 0 ? "" : `\n\n${writePapers(papers, args.abstract_chars ?? 0)}`;
    const text = withNotes(`${wordOf(id)}: ${plural(papers.length, "paper")} ${verb}${list}`, notes);
    return { output: { text, details: paperCards(papers) }, isWhole: failures.length === 0 };
  } catch (error) {
    return { output: failure(failureOf(error)), isWhole: false };
  }
}
