/** Finds people who write papers, and lists what they wrote. */
import { z } from "zod";
import { defineTool } from "../agent/tool.ts";
import { sayLate } from "./late.ts";
import { failure, oneLine, plural } from "./output.ts";
import description from "./paper-author.md" with { type: "text" };
import { readScholarId, type Scholar, type ScholarIndex } from "./papers/author.ts";
import { splitIds } from "./papers/id.ts";
import { type Library, remembered } from "./papers/library.ts";
import { failureOf } from "./papers/lookup.ts";
import type { Paper } from "./papers/paper.ts";
import type { Links } from "./papers/source.ts";
import { noneAnswered, paperCards, withNotes, writePapers } from "./papers/write.ts";
import { wrongYears, year } from "./papers/years.ts";

const schema = z.strictObject({
  query: z.string().trim().min(1).max(200).optional(),
  ids: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  operation: z.enum(["papers"]).optional(),
  year_from: year.optional(),
  year_to: year.optional(),
  limit: z.int().min(1).max(500).optional().describe("People, or papers of each; 10, or 50, by default"),
});
type Args = z.output<typeof schema>;

const mostIds = 100;
/** Each costs a call, and a second of waiting. */
const mostLists = 20;

export function paperAuthorTool(library: Library) {
  return defineTool({
    name: "PaperAuthor",
    description,
    schema,
    label: ({ query, ids = [], operation }) =>
      oneLine(`${operation === "papers" ? "Papers of" : "Authors:"} ${query ?? [ids].flat().join(", ")}`),
    async run(args, context) {
      const { signal } = context;
      const ids = args.ids === undefined ? undefined : idsOf(args.ids, args.operation);
      const wrong = typeof ids === "string" ? ids : misfit(args);
      if (typeof ids === "string" || wrong !== undefined) return failure(wrong ?? "");
      if (signal.aborted) return failure("The request was stopped.");
      using _ = sayLate(context, "Asking for authors");
      return await remembered(library, "PaperAuthor", args, async () => {
        if (ids === undefined) return await find(library, args, signal);
        return args.operation === "papers" ? await list(library, args, ids, signal) : await tell(library, ids, signal);
      });
    },
  });
}

function misfit({ query, ids, operation, year_from, year_to }: Args): string | undefined {
  if ((query === undefined) === (ids === undefined)) return "Give either query or ids.";
  if (operation === "papers" && ids === undefined) {
    return "The papers of a person are listed by ids; find the id by query first.";
  }
  if (operation !== "papers" && (year_from !== undefined || year_to !== undefined)) {
    return 'year_from and year_to are for operation "papers".';
  }
  return wrongYears({ year_from, year_to });
}

function idsOf(given: string | readonly string[], operation: Args["operation"]): string[] | string {
  const words = splitIds(typeof given === "string" ? given.split(/[,\s]+/) : given);
  const ids = [...new Set(words.flatMap((word) => readScholarId(word) ?? []))];
  const wrong = words.find((word) => readScholarId(word) === undefined);
  if (wrong !== undefined) {
    return `${JSON.stringify(wrong.slice(0, 80))} is no id of a person: those are numbers of Semantic Scholar, A… of OpenAlex, or ORCIDs.`;
  }
  const most = operation === "papers" ? mostLists : mostIds;
  if (ids.length === 0) return "No ids were given.";
  return ids.length > most ? `At most ${most} people can be asked for at once, not ${ids.length}.` : ids;
}

/** The first index that answers, whose ids differ from those of others. */
async function find({ s2, openalex }: Library, { query = "", limit = 10 }: Args, signal: AbortSignal) {
  const failures: string[] = [];
  for (const index of [s2, openalex]) {
    try {
      const people = await index.scholars(query, limit, signal);
      const notes = failures.map((each) => `Left out: ${each}`);
      const text =
        people.length === 0
          ? `Nobody was found for ${query} (${index.title}). Try the family name alone, or another spelling.`
          : `${plural(people.length, "author")} (${index.title})\n\n${people.map(write).join("\n")}`;
      return { output: { text: withNotes(text, notes) }, isWhole: failures.length === 0 };
    } catch (error) {
      failures.push(failureOf(error));
    }
  }
  return { output: noneAnswered(failures), isWhole: false };
}

function write({ id, name, affiliations, papers, citations, hIndex }: Scholar, at: number): string {
  const facts = [
    affiliations.join(", "),
    papers === undefined ? "" : plural(papers, "paper"),
    citations === undefined ? "" : plural(citations, "citation"),
    hIndex === undefined ? "" : `h-index ${hIndex}`,
  ].filter(Boolean);
  return `${at + 1}. ${name} · id ${id}${facts.length > 0 ? `\n   ${facts.join(" · ")}` : ""}`;
}

async function tell(library: Library, ids: readonly string[], signal: AbortSignal) {
  const indexes: readonly ScholarIndex[] = [library.s2, library.openalex];
  const failures: string[] = [];
  const found = new Map<string, Scholar>();
  for (const index of indexes) {
    const own = ids.filter((id) => index.takesScholar(id));
    if (own.length === 0) continue;
    try {
      const people = await index.scholarsById(own, signal);
      for (const [at, id] of own.entries()) {
        const person = people[at];
        if (person) found.set(id, person);
      }
    } catch (error) {
      failures.push(failureOf(error));
    }
  }
  if (found.size === 0 && failures.length > 0) return { output: noneAnswered(failures), isWhole: false };
  const lines = ids.map((id, at) => {
    const person = found.get(id);
    return person ? write(person, at) : `${at + 1}. ${id} was not found.`;
  });
  const text = withNotes(lines.join("\n"), failures);
  const output = found.size === 0 ? failure(text) : { text };
  return { output, isWhole: failures.length === 0 };
}

async function list(library: Library, args: Args, ids: readonly string[], signal: AbortSignal) {
  const { limit = 50, year_from: from, year_to: to } = args;
  const options = { limit, years: { from, to } };
  const parts: string[] = [];
  const papers: Paper[] = [];
  const failures: string[] = [];
  for (const id of ids) {
    const index = library.s2.takesScholar(id) ? library.s2 : library.openalex;
    try {
      const links = await index.papersOf(id, options, signal);
      parts.push(writeList(id, links));
      papers.push(...links.papers);
    } catch (error) {
      failures.push(`${id}: ${failureOf(error)}`);
    }
  }
  if (parts.length === 0) return { output: noneAnswered(failures), isWhole: false };
  const text = withNotes(parts.join("\n\n"), failures);
  return { output: { text, details: paperCards(papers) }, isWhole: failures.length === 0 };
}

function writeList(id: string, { papers, hasMore }: Links): string {
  if (papers.length === 0) return `Author ${id}: no papers that fit.`;
  const more = hasMore ? "\nThere are more; a larger limit or fewer years show them." : "";
  return `Author ${id}: ${plural(papers.length, "paper")}\n\n${writePapers(papers, 0)}${more}`;
}
