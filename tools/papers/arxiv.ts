/** arXiv's interface for programs, which answers with Atom: https://info.arxiv.org/help/api/user-manual.html. */
import type { Clock } from "../../agent/clock.ts";
import { Service, ServiceError } from "../web/service.ts";
import { type PaperId, readPaperId } from "./id.ts";
import type { Paper } from "./paper.ts";
import { at, items, namesIn, text } from "./read.ts";
import { pieces, type Question, type Source, type Years } from "./source.ts";

const title = "arXiv";

export interface ArxivOptions {
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

export class Arxiv implements Source {
  readonly name = "arxiv";
  readonly title = title;
  readonly weight = 1;
  readonly knowsOpen = true;
  readonly #service: Service;

  constructor({ baseUrl = "https://export.arxiv.org/api", clock }: ArxivOptions) {
    const pace = { everyMs: 3_000, burst: 1 };
    this.#service = new Service({ name: title, baseUrl, pace, ...(clock && { clock }) });
  }

  async search({ query, limit, years }: Question, signal: AbortSignal): Promise<Paper[]> {
    const words = queryWords(query);
    if (words.length === 0) return [];
    const search_query = [...words.map((word) => `all:${word}`), ...submitted(years)].join(" AND ");
    const order = { sortBy: "relevance", sortOrder: "descending" };
    return await this.#feed({ search_query, start: 0, max_results: limit, ...order }, signal);
  }

  takes(id: PaperId): boolean {
    return id.type === "arxiv";
  }

  async lookup(ids: readonly PaperId[], signal: AbortSignal): Promise<(Paper | undefined)[]> {
    const found: Paper[] = [];
    for (const piece of pieces(ids, 100)) {
      const id_list = piece.map(({ value }) => value).join(",");
      found.push(...(await this.#feed({ id_list, max_results: piece.length }, signal)));
    }
    return ids.map(({ value }) => found.find((paper) => paper.ids.arxiv?.toLowerCase() === value.toLowerCase()));
  }

  async #feed(query: Readonly<Record<string, string | number>>, signal: AbortSignal): Promise<Paper[]> {
    const headers = { accept: "application/atom+xml" };
    const { body, type } = await this.#service.fetch({ path: "/query", query, headers, signal });
    const xml = body.toString("utf8");
    if (type.includes("html") || /^\s*<(?:!doctype html|html)/i.test(xml)) {
      throw new ServiceError("arXiv answered with a web page where a feed was due.");
    }
    if (!/<feed[\s>]/.test(xml) || !/<\/feed>\s*$/.test(xml)) {
      throw new ServiceError("arXiv's answer is no feed, or broke off.");
    }
    const entries = await entriesOf(xml);
    const wrong = entries.find((entry) => text(at(entry, "id"))?.includes("/api/errors"));
    if (wrong !== undefined) throw new ServiceError(`arXiv refuses the question: ${text(at(wrong, "summary"))}.`);
    return entries.flatMap(paperOf);
  }
}

async function entriesOf(xml: string): Promise<readonly unknown[]> {
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseTagValue: false,
    htmlEntities: true,
    isArray: (name) => name === "entry" || name === "author" || name === "link",
  });
  try {
    return items(at(parser.parse(xml), "feed", "entry"));
  } catch (cause) {
    throw new ServiceError("arXiv's feed cannot be read.", { cause });
  }
}

/** Words, and phrases in quotes, without what the question's language reads as its own. */
function queryWords(query: string): string[] {
  const found = query.match(/"[^"]+"|[^\s"]+/g) ?? [];
  return found
    .map((word) => {
      const bare = word.replace(/[^\p{L}\p{N}\s._'-]+/gu, " ").trim();
      return /\s/.test(bare) ? `"${bare}"` : bare;
    })
    .filter((word) => word !== "" && !/^(?:and|or|andnot|not)$/i.test(word))
    .slice(0, 24);
}

function submitted({ from, to }: Years): string[] {
  if (from === undefined && to === undefined) return [];
  return [`submittedDate:[${from ?? 1991}01010000 TO ${to ?? 2999}12312359]`];
}

function paperOf(entry: unknown): Paper[] {
  const name = text(at(entry, "title"));
  const id = readPaperId(text(at(entry, "id")) ?? "");
  if (name === undefined || id?.type !== "arxiv") return [];
  const journal = text(words(at(entry, "arxiv:journal_ref")));
  return [
    {
      ids: { arxiv: id.value, doi: namesIn(words(at(entry, "arxiv:doi"))).doi },
      title: name,
      authors: items(at(entry, "author"))
        .flatMap((each) => text(at(each, "name")) ?? [])
        .map((each) => ({ name: each })),
      year: Number(text(at(entry, "published"))?.slice(0, 4)) || undefined,
      kind: "preprint",
      venue: journal ?? "arXiv",
      arxivClass: text(at(entry, "arxiv:primary_category", "@term")),
      abstract: text(at(entry, "summary")),
      isOpen: true,
      pdfUrls: [],
    },
  ];
}

/** The text of an element, with attributes or without. */
function words(value: unknown): unknown {
  return typeof value === "object" ? at(value, "#text") : value;
}
