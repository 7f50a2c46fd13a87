/** Semantic Scholar's graph of papers: https://api.semanticscholar.org/api-docs/graph. */
import type { Clock } from "../../agent/clock.ts";
import { Service, ServiceError } from "../web/service.ts";
import { personOf, type Scholar, type ScholarIndex } from "./author.ts";
import type { PaperId } from "./id.ts";
import type { Kind, Paper } from "./paper.ts";
import { at, count, items, listed, text, webUrl } from "./read.ts";
import {
  type CitationIndex,
  inYears,
  type LinkOptions,
  type Links,
  pieces,
  type Question,
  type Years,
} from "./source.ts";

const title = "Semantic Scholar";
const fields =
  "title,authors,year,venue,journal,publicationTypes,externalIds,abstract,citationCount,referenceCount,isOpenAccess,openAccessPdf";
const authorFields = "name,affiliations,paperCount,citationCount,hIndex";
/** Limits of the service. */
const [searchPage, searchEnd, linkPage, linkEnd, batch] = [100, 999, 1_000, 9_999, 500];

export interface SemanticScholarOptions {
  readonly key?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

interface PagesWanted {
  readonly path: string;
  readonly fields: string;
  /** The papers of a row that fit. */
  readonly pick: (row: unknown) => readonly Paper[];
  readonly limit: number;
  /** Of a page. */
  readonly rows: number;
}

export class SemanticScholar implements CitationIndex, ScholarIndex {
  readonly name = "s2";
  readonly title = title;
  readonly weight = 1;
  readonly knowsOpen = true;
  readonly knowsInfluence = true;
  readonly citationsFirst = "newest";
  readonly #service: Service;

  constructor({ key, baseUrl = "https://api.semanticscholar.org/graph/v1", clock }: SemanticScholarOptions) {
    this.#service = new Service({
      name: title,
      baseUrl,
      headers: key === undefined ? {} : { "x-api-key": key },
      pace: { everyMs: 1_000, burst: 1 },
      timeoutMs: 10_000,
      ...(clock && { clock }),
    });
  }

  async search({ query, limit, years, openOnly }: Question, signal: AbortSignal): Promise<Paper[]> {
    // It finds nothing for words with hyphens.
    const words = query.replace(/[-‐‑–—]+/g, " ");
    const wanted = { query: words, fields, year: yearRange(years), openAccessPdf: openOnly ? "" : undefined };
    const found: Paper[] = [];
    for (let offset = 0; found.length < limit && offset < searchEnd; offset += searchPage) {
      const rows = Math.min(searchPage, limit - found.length, searchEnd - offset);
      const answer = await this.#service.json({
        path: "/paper/search",
        query: { ...wanted, offset, limit: rows },
        signal,
      });
      found.push(...rowsOf(answer).flatMap(paperOf));
      if (at(answer, "next") === undefined) break;
    }
    return found;
  }

  takes(id: PaperId): boolean {
    return id.type !== "openalex";
  }

  async lookup(ids: readonly PaperId[], signal: AbortSignal): Promise<(Paper | undefined)[]> {
    const rows = await this.#batch(ids.map(nameOf), fields, signal);
    return rows.map((row) => paperOf(row)[0]);
  }

  references(id: PaperId, options: LinkOptions, signal: AbortSignal): Promise<Links> {
    return this.#links(id, { list: "references", end: "citedPaper" }, options, signal);
  }

  citations(id: PaperId, options: LinkOptions, signal: AbortSignal): Promise<Links> {
    return this.#links(id, { list: "citations", end: "citingPaper" }, options, signal);
  }

  async citedBy(papers: readonly Paper[], signal: AbortSignal): Promise<readonly (readonly string[])[]> {
    const rows = await this.#batch(
      papers.map(({ ids }) => ids.s2 ?? ""),
      "references.paperId",
      signal,
      // An answer holds no more than 9,999 links.
      100,
    );
    return rows.map((row) => items(at(row, "references")).flatMap((each) => text(at(each, "paperId")) ?? []));
  }

  ownId(paper: Paper): string | undefined {
    return paper.ids.s2;
  }

  async scholars(query: string, limit: number, signal: AbortSignal): Promise<Scholar[]> {
    const wanted = { query, limit, fields: authorFields };
    return rowsOf(await this.#service.json({ path: "/author/search", query: wanted, signal })).flatMap(scholarOf);
  }

  takesScholar(id: string): boolean {
    return /^\d+$/.test(id);
  }

  async scholarsById(ids: readonly string[], signal: AbortSignal): Promise<(Scholar | undefined)[]> {
    const rows = await this.#post("/author/batch", ids, authorFields, signal);
    return rows.map((row) => scholarOf(row)[0]);
  }

  async papersOf(id: string, { limit, years = {} }: LinkOptions, signal: AbortSignal): Promise<Links> {
    const path = `/author/${id}/papers`;
    const pick = (row: unknown) => paperOf(row).filter(({ year }) => inYears(year, years));
    return await this.#pages({ path, fields, pick, limit, rows: linkPage }, signal);
  }

  async #links(
    id: PaperId,
    { list, end }: { readonly list: string; readonly end: string },
    { limit, years = {}, influentialOnly = false }: LinkOptions,
    signal: AbortSignal,
  ): Promise<Links> {
    const path = `/paper/${encodeURIComponent(nameOf(id))}/${list}`;
    const pick = (row: unknown) =>
      influentialOnly && at(row, "isInfluential") !== true
        ? []
        : paperOf(at(row, end)).filter(({ year }) => inYears(year, years));
    const picksAll = !influentialOnly && years.from === undefined && years.to === undefined;
    const rows = picksAll ? Math.min(limit + 1, linkPage) : linkPage;
    return await this.#pages({ path, fields: `isInfluential,${fields}`, pick, limit, rows }, signal);
  }

  /** Page after page, until there are enough that fit. */
  async #pages({ path, fields, pick, limit, rows }: PagesWanted, signal: AbortSignal): Promise<Links> {
    const papers: Paper[] = [];
    for (let offset = 0; ; offset += rows) {
      const query = { fields, offset, limit: Math.min(rows, linkEnd - offset) };
      const answer = await this.#service.json({ path, query, signal });
      if (at(answer, "data") === null) {
        throw new ServiceError(`${title} may not tell this list: its publisher keeps it closed.`, { status: 403 });
      }
      papers.push(...rowsOf(answer).flatMap(pick));
      const isLast = at(answer, "next") === undefined;
      if (papers.length > limit || isLast) return { papers: papers.slice(0, limit), hasMore: papers.length > limit };
      if (offset + rows >= linkEnd) return { papers, hasMore: true, note: `${title} tells of the first 9,999 alone.` };
    }
  }

  async #batch(ids: readonly string[], wanted: string, signal: AbortSignal, size = batch): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (const piece of pieces(ids, size)) rows.push(...(await this.#post("/paper/batch", piece, wanted, signal)));
    return rows;
  }

  /** A row for each id, null where there is none. */
  async #post(path: string, ids: readonly string[], wanted: string, signal: AbortSignal): Promise<readonly unknown[]> {
    try {
      const rows = listed(title, await this.#service.json({ path, query: { fields: wanted }, json: { ids }, signal }));
      if (rows.length === ids.length) return rows;
    } catch (error) {
      // So it says that it knows none of them.
      if (error instanceof ServiceError && error.status === 400 && /no valid .* ids/i.test(error.message)) {
        return ids.map(() => null);
      }
      throw error;
    }
    throw new ServiceError(`${title} answered for another number of ids than was asked for.`);
  }
}

function nameOf(id: PaperId): string {
  switch (id.type) {
    case "doi":
      return `DOI:${id.value}`;
    case "arxiv":
      return `ARXIV:${id.value}`;
    default:
      return id.value;
  }
}

function yearRange({ from, to }: Years): string | undefined {
  return from === undefined && to === undefined ? undefined : `${from ?? ""}-${to ?? ""}`;
}

/** A search without hits may come without a list. */
function rowsOf(answer: unknown): readonly unknown[] {
  return at(answer, "total") === 0 ? items(at(answer, "data")) : listed(title, answer, "data");
}

const kinds: readonly (readonly [string, Kind])[] = [
  ["Conference", "conference"],
  ["Book", "book"],
  ["BookSection", "chapter"],
  ["Dataset", "dataset"],
  ["JournalArticle", "article"],
];

function paperOf(row: unknown): Paper[] {
  const name = text(at(row, "title"));
  if (name === undefined) return [];
  const arxiv = text(at(row, "externalIds", "ArXiv"));
  const pdf = webUrl(at(row, "openAccessPdf", "url"));
  const types = items(at(row, "publicationTypes"));
  const venue = text(at(row, "venue")) ?? text(at(row, "journal", "name"));
  const isPreprint = arxiv !== undefined && (venue === undefined || /^arxiv/i.test(venue));
  return [
    {
      ids: {
        s2: text(at(row, "paperId")),
        doi: doiOf(at(row, "externalIds", "DOI")),
        arxiv,
      },
      title: name,
      authors: items(at(row, "authors"))
        .flatMap((each) => text(at(each, "name")) ?? [])
        .map((each) => ({ name: each })),
      year: count(at(row, "year")),
      kind: isPreprint ? "preprint" : kinds.find(([type]) => types.includes(type))?.[1],
      venue: isPreprint ? "arXiv" : venue,
      volume: text(at(row, "journal", "volume")),
      pages: text(at(row, "journal", "pages")),
      abstract: text(at(row, "abstract")),
      citations: count(at(row, "citationCount")),
      references: count(at(row, "referenceCount")),
      isOpen: at(row, "isOpenAccess") === true || arxiv !== undefined || pdf !== undefined,
      pdfUrls: pdf === undefined ? [] : [pdf],
    },
  ];
}

/** That of arXiv's own DOIs is its id. */
function doiOf(value: unknown): string | undefined {
  const doi = text(value)?.toLowerCase();
  return doi?.startsWith("10.48550/") ? undefined : doi;
}

function scholarOf(row: unknown): Scholar[] {
  return personOf({
    id: text(at(row, "authorId")),
    name: text(at(row, "name")),
    affiliations: items(at(row, "affiliations")).flatMap((each) => text(each) ?? []),
    papers: count(at(row, "paperCount")),
    citations: count(at(row, "citationCount")),
    hIndex: count(at(row, "hIndex")),
  });
}
