/** OpenAlex: https://developers.openalex.org. Pages by number, as cursors need a key and no list here is that long. */
import type { Clock } from "../../agent/clock.ts";
import { Service, ServiceError } from "../web/service.ts";
import { personOf, type Scholar, type ScholarIndex } from "./author.ts";
import { type PaperId, wordOf } from "./id.ts";
import type { Kind, Paper } from "./paper.ts";
import { at, count, items, listed, namesIn, otherShape, plain, text, webUrl } from "./read.ts";
import { type CitationIndex, type LinkOptions, type Links, pieces, type Question, type Years } from "./source.ts";

const title = "OpenAlex";
const select =
  "id,doi,title,authorships,publication_year,type,primary_location,best_oa_location,locations,open_access,biblio,cited_by_count,referenced_works_count,abstract_inverted_index";
const authorSelect = "id,display_name,last_known_institutions,works_count,cited_by_count,summary_stats";
/** Most rows of a page, and most values of one filter. */
const page = 100;

export interface OpenAlexOptions {
  readonly key?: string | undefined;
  readonly email?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

export class OpenAlex implements CitationIndex, ScholarIndex {
  readonly name = "openalex";
  readonly title = title;
  readonly weight = 1;
  readonly knowsOpen = true;
  readonly knowsInfluence = false;
  readonly citationsFirst = "most cited";
  readonly #service: Service;
  readonly #who: Readonly<Record<string, string | undefined>>;

  constructor({ key, email, baseUrl = "https://api.openalex.org", clock }: OpenAlexOptions) {
    this.#who = { api_key: key, mailto: email };
    const pace = { everyMs: 100, burst: 1 };
    this.#service = new Service({ name: title, baseUrl, pace, timeoutMs: 10_000, ...(clock && { clock }) });
  }

  async search({ query, limit, years, openOnly }: Question, signal: AbortSignal): Promise<Paper[]> {
    const filter = [...yearFilters(years), ...(openOnly ? ["open_access.is_oa:true"] : [])].join(",") || undefined;
    // Wildcards and fuzzy words are no part of a plain search.
    const search = query.replace(/[*?~|!]+/g, " ").trim();
    return search === "" ? [] : [...(await this.#works({ search, filter }, limit, signal)).papers];
  }

  takes(id: PaperId): boolean {
    return id.type !== "s2";
  }

  async lookup(ids: readonly PaperId[], signal: AbortSignal): Promise<(Paper | undefined)[]> {
    const rows = await this.#rows(ids, select, signal);
    return rows.map((row) => paperOf(row)[0]);
  }

  async references(id: PaperId, { limit, years = {} }: LinkOptions, signal: AbortSignal): Promise<Links> {
    const [row] = await this.#rows([id], "id,doi,referenced_works", signal);
    if (row === undefined) throw unknownPaper(id);
    const cited = items(at(row, "referenced_works")).flatMap((each) => workId(each) ?? []);
    const papers: Paper[] = [];
    for (const piece of pieces(cited, page)) {
      if (papers.length > limit) break;
      const filter = [`openalex:${piece.join("|")}`, ...yearFilters(years)].join(",");
      papers.push(...(await this.#works({ filter }, page, signal)).papers);
    }
    return { papers: papers.slice(0, limit), hasMore: papers.length > limit };
  }

  async citations(id: PaperId, { limit, years = {} }: LinkOptions, signal: AbortSignal): Promise<Links> {
    const [row] = id.type === "openalex" ? [{ id: id.value }] : await this.#rows([id], "id,doi", signal);
    const work = workId(at(row, "id"));
    if (work === undefined) throw unknownPaper(id);
    const filter = [`cites:${work}`, ...yearFilters(years)].join(",");
    return await this.#works({ filter, sort: "cited_by_count:desc" }, limit, signal);
  }

  async citedBy(papers: readonly Paper[], signal: AbortSignal): Promise<readonly (readonly string[])[]> {
    const ids = papers.map(({ ids }): PaperId => ({ type: "openalex", value: ids.openalex ?? "" }));
    const rows = await this.#rows(ids, "id,doi,referenced_works", signal);
    return rows.map((row) => items(at(row, "referenced_works")).flatMap((each) => workId(each) ?? []));
  }

  ownId(paper: Paper): string | undefined {
    return paper.ids.openalex;
  }

  async scholars(query: string, limit: number, signal: AbortSignal): Promise<Scholar[]> {
    const wanted = { search: query, per_page: Math.min(limit, page), select: authorSelect };
    return listed(title, await this.#get("/authors", wanted, signal), "results").flatMap(scholarOf);
  }

  takesScholar(id: string): boolean {
    return /^A\d+$|-/.test(id);
  }

  async scholarsById(ids: readonly string[], signal: AbortSignal): Promise<(Scholar | undefined)[]> {
    return await Promise.all(
      ids.map(async (id) => {
        const path = id.startsWith("A") ? `/authors/${id}` : `/authors/orcid:${id}`;
        return await this.#get(path, { select: authorSelect }, signal).then(theOne, missing);
      }),
    );
  }

  async papersOf(id: string, { limit, years = {} }: LinkOptions, signal: AbortSignal): Promise<Links> {
    const whose = id.startsWith("A") ? `authorships.author.id:${id}` : `authorships.author.orcid:${id}`;
    const filter = [whose, ...yearFilters(years)].join(",");
    return await this.#works({ filter, sort: "cited_by_count:desc" }, limit, signal);
  }

  async #works(
    wanted: Readonly<Record<string, string | undefined>>,
    limit: number,
    signal: AbortSignal,
  ): Promise<Links> {
    const papers: Paper[] = [];
    const per_page = Math.min(limit, page);
    for (let number = 1; ; number++) {
      const answer = await this.#get("/works", { ...wanted, select, per_page, page: number }, signal);
      const rows = listed(title, answer, "results");
      papers.push(...rows.flatMap(paperOf));
      const hasMore = number * per_page < (count(at(answer, "meta", "count")) ?? 0);
      if (!hasMore || rows.length === 0 || papers.length >= limit) {
        return { papers: papers.slice(0, limit), hasMore: hasMore || papers.length > limit };
      }
    }
  }

  /** A row for each id, undefined where there is none. */
  async #rows(ids: readonly PaperId[], fields: string, signal: AbortSignal): Promise<unknown[]> {
    const found = new Map<string, unknown>();
    const listable = ids.filter(isListable);
    for (const [kind, of] of [
      ["doi", doiOf],
      ["openalex", ownOf],
    ] as const) {
      for (const piece of pieces(
        listable.flatMap((id) => of(id) ?? []),
        page,
      )) {
        const wanted = { filter: `${kind}:${piece.join("|")}`, select: fields, per_page: page };
        const rows = listed(title, await this.#get("/works", wanted, signal), "results");
        for (const row of rows) for (const key of keysOf(row)) found.set(key, row);
      }
    }
    for (const id of ids) {
      const doi = doiOf(id);
      if (doi === undefined || isListable(id)) continue;
      const row = await this.#get(`/works/doi:${encodeURIComponent(doi)}`, { select: fields }, signal).catch(missing);
      if (row !== undefined) found.set(doi, row);
    }
    return ids.map((id) => found.get(doiOf(id) ?? ownOf(id) ?? ""));
  }

  #get(path: string, query: Readonly<Record<string, string | number | undefined>>, signal: AbortSignal) {
    return this.#service.json({ path, query: { ...query, ...this.#who }, signal });
  }
}

function unknownPaper(id: PaperId): ServiceError {
  return new ServiceError(`OpenAlex does not know ${wordOf(id)}.`, { status: 404 });
}

function missing(error: unknown): undefined {
  if (error instanceof ServiceError && error.status === 404) return undefined;
  throw error;
}

/** What separates values of a filter can be in no value. */
const isListable = (id: PaperId) => !/[|,]/.test(id.value);

function doiOf(id: PaperId): string | undefined {
  if (id.type === "arxiv") return `10.48550/arxiv.${id.value.toLowerCase()}`;
  return id.type === "doi" ? id.value : undefined;
}

function ownOf(id: PaperId): string | undefined {
  return id.type === "openalex" ? id.value : undefined;
}

function keysOf(row: unknown): string[] {
  const doi = text(at(row, "doi"))
    ?.replace(/^https:\/\/doi\.org\//i, "")
    .toLowerCase();
  return [workId(at(row, "id")), doi].filter((key) => key !== undefined);
}

function workId(value: unknown): string | undefined {
  return typeof value === "string" ? /W\d+$/.exec(value)?.[0] : undefined;
}

function yearFilters({ from, to }: Years): string[] {
  return [
    ...(from === undefined ? [] : [`from_publication_date:${from}-01-01`]),
    ...(to === undefined ? [] : [`to_publication_date:${to}-12-31`]),
  ];
}

const kinds: Readonly<Record<string, Kind>> = {
  article: "article",
  review: "article",
  letter: "article",
  book: "book",
  "book-chapter": "chapter",
  dissertation: "thesis",
  report: "report",
  preprint: "preprint",
  dataset: "dataset",
};

function paperOf(row: unknown): Paper[] {
  const name = plain(at(row, "title"));
  if (name === undefined) return [];
  const places = [at(row, "best_oa_location"), at(row, "primary_location"), ...items(at(row, "locations"))];
  const pages = places.map((place) => namesIn(at(place, "landing_page_url")));
  const own = namesIn(at(row, "doi"));
  const venue = at(row, "primary_location", "source");
  const kind = at(venue, "type") === "conference" ? "conference" : kinds[text(at(row, "type")) ?? ""];
  const [from, to] = [text(at(row, "biblio", "first_page")), text(at(row, "biblio", "last_page"))];
  return [
    {
      ids: {
        openalex: workId(at(row, "id")),
        doi: own.doi,
        arxiv: own.arxiv ?? pages.find(({ arxiv }) => arxiv !== undefined)?.arxiv,
      },
      title: name,
      authors: items(at(row, "authorships"))
        .flatMap((each) => text(at(each, "author", "display_name")) ?? text(at(each, "raw_author_name")) ?? [])
        .map((each) => ({ name: each })),
      year: count(at(row, "publication_year")),
      kind,
      venue: text(at(venue, "display_name"))?.replace(/^arXiv \(.*\)$/, "arXiv"),
      volume: text(at(row, "biblio", "volume")),
      issue: text(at(row, "biblio", "issue")),
      pages: from === undefined || to === undefined || from === to ? from : `${from}-${to}`,
      publisher: kind === "preprint" ? undefined : text(at(venue, "host_organization_name")),
      abstract: inOrder(at(row, "abstract_inverted_index")),
      citations: count(at(row, "cited_by_count")),
      references: count(at(row, "referenced_works_count")),
      isOpen: at(row, "open_access", "is_oa") === true,
      pdfUrls: [
        ...new Set(
          places.flatMap((place) => (at(place, "is_oa") === false ? [] : (webUrl(at(place, "pdf_url")) ?? []))),
        ),
      ],
    },
  ];
}

/** An abstract comes as the places of each of its words. */
function inOrder(index: unknown): string | undefined {
  if (typeof index !== "object" || index === null) return undefined;
  const words: [number, string][] = Object.entries(index).flatMap(([word, places]) =>
    items(places).flatMap((place): [number, string][] => (typeof place === "number" ? [[place, word]] : [])),
  );
  return plain(
    words
      .sort(([a], [b]) => a - b)
      .map(([, word]) => word)
      .join(" "),
  );
}

function theOne(row: unknown): Scholar {
  const [person] = scholarOf(row);
  if (!person) throw otherShape(title);
  return person;
}

function scholarOf(row: unknown): Scholar[] {
  return personOf({
    id: text(at(row, "id"))?.split("/").at(-1),
    name: text(at(row, "display_name")),
    affiliations: items(at(row, "last_known_institutions")).flatMap((each) => text(at(each, "display_name")) ?? []),
    papers: count(at(row, "works_count")),
    citations: count(at(row, "cited_by_count")),
    hIndex: count(at(row, "summary_stats", "h_index")),
  });
}
