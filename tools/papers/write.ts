/** Papers as text for a model, and as cards for the page. */
import type { ToolDetails } from "../../agent/message.ts";
import type { ToolOutput } from "../../agent/tool.ts";
import { failure, plural, sliceWhole } from "../output.ts";
import { addressOf, type Paper } from "./paper.ts";

const namedAuthors = 6;

/** A few lines: what it is, who wrote it, where it came out, the names to ask for it by, and how it begins. */
export function writePaper(paper: Paper, head: string, abstractChars: number): string {
  const { title, year, abstract } = paper;
  const short = abstract === undefined || abstractChars === 0 ? "" : shortened(abstract, abstractChars);
  const lines = [factsOf(paper), namesOf(paper), short].filter(Boolean);
  return [`${head} ${title}${year === undefined ? "" : ` (${year})`}`, ...lines.map((line) => `   ${line}`)].join("\n");
}

export function writePapers(papers: readonly Paper[], abstractChars: number): string {
  return papers.map((paper, at) => writePaper(paper, `${at + 1}.`, abstractChars)).join("\n");
}

function factsOf({ authors, venue, citations, isOpen }: Paper): string {
  const rest = authors.length - namedAuthors;
  const names = authors.slice(0, namedAuthors).map(({ name }) => name);
  const who = names.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  const cited = citations === undefined ? "" : plural(citations, "citation");
  return [who, venue, cited, isOpen ? "open access" : ""].filter(Boolean).join(" · ");
}

export function namesOf({ ids }: Paper): string {
  return [
    ids.arxiv === undefined ? "" : `arXiv:${ids.arxiv}`,
    ids.doi === undefined ? "" : `doi:${ids.doi}`,
    // Long, and of no use where there is another.
    ids.s2 === undefined || ids.arxiv !== undefined || ids.doi !== undefined ? "" : ids.s2,
    ids.openalex ?? "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${sliceWhole(text, most).trimEnd()}…`;
}

/** What the page shows of papers. */
export function paperCards(papers: readonly Paper[]): ToolDetails {
  return { type: "custom", name: "papers", data: papers.map((paper) => cardOf(paper)) };
}

/** As `ui/state/cards.ts` reads it. */
export type PaperCard = {
  title: string;
  authors: string[];
  year?: number;
  venue?: string;
  url?: string;
  doi?: string;
  abstract?: string;
  citations?: number;
};

export function cardOf(paper: Paper, abstractChars = 2_000): PaperCard {
  const { title, authors, year, venue, ids, abstract, citations } = paper;
  const url = addressOf(paper);
  return {
    title,
    authors: authors.slice(0, 50).map(({ name }) => name),
    ...(year !== undefined && { year }),
    ...(venue !== undefined && { venue }),
    ...(url !== undefined && { url }),
    ...(ids.doi !== undefined && { doi: ids.doi }),
    ...(abstract !== undefined && { abstract: shortened(abstract, abstractChars) }),
    ...(citations !== undefined && { citations }),
  };
}

/** Notes below a result. */
export function withNotes(text: string, notes: readonly string[]): string {
  return notes.length === 0 ? text : `${text}\n\n${notes.map((note) => `[${note}]`).join("\n")}`;
}

/** Why each source failed. */
export function noneAnswered(failures: readonly string[]): ToolOutput {
  return failure(`No source answered:\n${failures.map((each) => `- ${each}`).join("\n")}`);
}
