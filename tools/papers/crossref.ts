/** Crossref, where publishers register DOIs: https://api.crossref.org/swagger-ui/index.html. */
import type { Clock } from "../../agent/clock.ts";
import { Service, ServiceError } from "../web/service.ts";
import type { PaperId } from "./id.ts";
import type { Author, Kind, Paper } from "./paper.ts";
import { at, count, items, listed, plain, text } from "./read.ts";
import { pieces, type Question, type Source } from "./source.ts";

const title = "Crossref";
const select =
  "DOI,title,author,issued,container-title,volume,issue,page,publisher,type,abstract,is-referenced-by-count,references-count";
/** Keeps the address of a question short enough. */
const batch = 50;

export interface CrossrefOptions {
  /** Leads to the pool for programs that say whom to write to. */
  readonly email?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

export class Crossref implements Source {
  readonly name = "crossref";
  readonly title = title;
  /** One word of the question is enough for it. */
  readonly weight = 0.5;
  readonly knowsOpen = false;
  readonly #service: Service;
  readonly #email: string | undefined;

  constructor({ email, baseUrl = "https://api.crossref.org", clock }: CrossrefOptions) {
    this.#email = email;
    // Lists: 3 a second in the polite pool, 1 elsewhere.
    const pace = { everyMs: email === undefined ? 1_000 : 340, burst: 1 };
    const who = email === undefined ? "sagent" : `sagent (mailto:${email})`;
    this.#service = new Service({
      name: title,
      baseUrl,
      headers: { "user-agent": who },
      pace,
      ...(clock && { clock }),
    });
  }

  async search({ query, limit, years }: Question, signal: AbortSignal): Promise<Paper[]> {
    const { from, to } = years;
    const filters = [
      ...(from === undefined ? [] : [`from-pub-date:${from}`]),
      ...(to === undefined ? [] : [`until-pub-date:${to}`]),
    ];
    const filter = filters.length > 0 ? filters.join(",") : undefined;
    return await this.#works({ "query.bibliographic": query, rows: limit, filter }, signal);
  }

  takes(id: PaperId): boolean {
    return id.type === "doi";
  }

  async lookup(ids: readonly PaperId[], signal: AbortSignal): Promise<(Paper | undefined)[]> {
    const found: Paper[] = [];
    const [single, listable] = [
      ids.filter(({ value }) => value.includes(",")),
      ids.filter(({ value }) => !value.includes(",")),
    ];
    for (const piece of pieces(listable, batch)) {
      const filter = piece.map(({ value }) => `doi:${value}`).join(",");
      found.push(...(await this.#works({ filter, rows: piece.length }, signal)));
    }
    for (const { value } of single) found.push(...(await this.#one(value, signal)));
    return ids.map(({ value }) => found.find((paper) => paper.ids.doi === value));
  }

  async #works(query: Readonly<Record<string, string | number | undefined>>, signal: AbortSignal): Promise<Paper[]> {
    const wanted = { ...query, select, mailto: this.#email };
    return listed(
      title,
      await this.#service.json({ path: "/works", query: wanted, signal }),
      "message",
      "items",
    ).flatMap(paperOf);
  }

  async #one(doi: string, signal: AbortSignal): Promise<Paper[]> {
    try {
      const query = { mailto: this.#email };
      return paperOf(
        at(await this.#service.json({ path: `/works/${encodeURIComponent(doi)}`, query, signal }), "message"),
      );
    } catch (error) {
      if (error instanceof ServiceError && error.status === 404) return [];
      throw error;
    }
  }
}

const kinds: Readonly<Record<string, Kind>> = {
  "journal-article": "article",
  "proceedings-article": "conference",
  book: "book",
  monograph: "book",
  "edited-book": "book",
  "book-chapter": "chapter",
  dissertation: "thesis",
  report: "report",
  "posted-content": "preprint",
  dataset: "dataset",
};

function paperOf(item: unknown): Paper[] {
  const name = plain(items(at(item, "title"))[0]);
  const doi = text(at(item, "DOI"))?.toLowerCase();
  if (name === undefined || doi === undefined) return [];
  const kind = kinds[text(at(item, "type")) ?? ""] ?? "other";
  return [
    {
      ids: { doi },
      title: name,
      authors: items(at(item, "author")).flatMap(authorOf),
      year: count(items(items(at(item, "issued", "date-parts"))[0])[0]),
      kind,
      venue: plain(items(at(item, "container-title"))[0]),
      volume: text(at(item, "volume")),
      issue: text(at(item, "issue")),
      pages: text(at(item, "page")),
      publisher: text(at(item, "publisher")),
      abstract: plain(at(item, "abstract")),
      citations: count(at(item, "is-referenced-by-count")),
      references: count(at(item, "references-count")),
      pdfUrls: [],
    },
  ];
}

function authorOf(value: unknown): Author[] {
  const [group, given, family] = [text(at(value, "name")), text(at(value, "given")), text(at(value, "family"))];
  if (group !== undefined) return [{ name: group, isGroup: true }];
  if (family === undefined) return given === undefined ? [] : [{ name: given }];
  const suffix = text(at(value, "suffix"));
  return [{ name: [given, family, suffix].filter(Boolean).join(" "), family }];
}
