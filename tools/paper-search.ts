/** Searches for papers in several services at once. */
import { z } from "zod";
import { defineTool, type ToolContext, type ToolOutput } from "../agent/tool.ts";
import { failure, oneLine, plural } from "./output.ts";
import description from "./paper-search.md" with { type: "text" };
import { fuse } from "./papers/fuse.ts";
import { type Library, remembered } from "./papers/library.ts";
import { failureOf } from "./papers/lookup.ts";
import type { Paper } from "./papers/paper.ts";
import { inYears, type Question, type Source, sourceNames } from "./papers/source.ts";
import { noneAnswered, paperCards, withNotes, writePapers } from "./papers/write.ts";
import { wrongYears, year } from "./papers/years.ts";

const schema = z.strictObject({
  query: z.string().trim().min(1).max(300),
  source: z
    .enum(["fused", ...sourceNames])
    .optional()
    .describe("fused by default: all of them, ranked together"),
  limit: z.int().min(1).max(200).optional().describe("10 by default"),
  year_from: year.optional(),
  year_to: year.optional(),
  open_access_only: z.boolean().optional(),
  abstract_chars: z.int().min(0).max(5_000).optional().describe("300 by default"),
});
type Args = z.output<typeof schema>;

/** Fewer rows than this say little about a rank. */
const leastRows = 20;

export function paperSearchTool(library: Library) {
  return defineTool({
    name: "PaperSearch",
    description,
    schema,
    label: ({ query }) => oneLine(`Search papers for ${query}`),
    async run(args, context) {
      const wrong = wrongYears(args);
      if (wrong !== undefined) return failure(wrong);
      if (context.signal.aborted) return failure("The search was stopped.");
      return await remembered(library, "PaperSearch", args, () => search(library, args, context));
    },
  });
}

async function search(library: Library, args: Args, { signal, progress }: ToolContext) {
  const { query, source = "fused", limit = 10, open_access_only: openOnly = false } = args;
  const question: Question = {
    query,
    limit: Math.max(limit, leastRows),
    years: { from: args.year_from, to: args.year_to },
    openOnly,
  };
  const asked = (source === "fused" ? library.sources : [library[source]]).filter(
    ({ knowsOpen }) => knowsOpen || !openOnly,
  );
  if (asked.length === 0) {
    const output = failure(
      "Crossref does not know which papers are open; choose another source, or leave open_access_only out.",
    );
    return { output, isWhole: false };
  }
  progress({ type: "status", text: `Asking ${asked.map(({ title }) => title).join(", ")}` });
  const { rankings, failures } = await askAll(asked, question, signal);
  const papers = fuse(rankings)
    .filter((paper) => inYears(paper.year, question.years) && (!openOnly || paper.isOpen === true))
    .slice(0, limit);
  const output = failures.length === asked.length ? noneAnswered(failures) : show(args, papers, failures);
  return { output, isWhole: failures.length === 0 };
}

async function askAll(sources: readonly Source[], question: Question, signal: AbortSignal) {
  const failures: string[] = [];
  const rankings = await Promise.all(
    sources.map(async (source) => {
      const papers = await source.search(question, signal).catch((error: unknown): Paper[] => {
        failures.push(failureOf(error));
        return [];
      });
      return { papers, weight: source.weight };
    }),
  );
  return { rankings, failures };
}

function show(args: Args, papers: readonly Paper[], failures: readonly string[]): ToolOutput {
  const notes = failures.map((each) => `Left out: ${each}`);
  if (papers.length === 0) return { text: withNotes(hints(args), notes) };
  const text = `${plural(papers.length, "paper")}\n\n${writePapers(papers, args.abstract_chars ?? 300)}`;
  return { text: withNotes(text, notes), details: paperCards(papers) };
}

function hints({ query, year_from, year_to, open_access_only }: Args): string {
  const words = query.split(/\s+/);
  const isName = words.length < 4 && words.every((word) => /^\p{Lu}/u.test(word));
  return [
    `No papers were found for ${query}.`,
    ...(words.length > 3 ? ["All words must match in some sources: try fewer or other ones."] : []),
    ...(isName ? ["If that is a person's name, use PaperAuthor."] : []),
    ...(year_from !== undefined || year_to !== undefined || open_access_only
      ? ["Filters may be too narrow: try without."]
      : []),
    ...(words.length <= 3 && !isName ? ["Try other words for the same thing."] : []),
  ].join(" ");
}
