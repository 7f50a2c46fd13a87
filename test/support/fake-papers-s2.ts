/** Semantic Scholar's graph, as https://api.semanticscholar.org/api-docs/graph says. */
import { type Asked, paperKeysHere } from "./fake-papers-asked.ts";
import {
  authorId,
  byKey,
  citing,
  isOpen,
  knownTo,
  matches,
  people,
  s2Id,
  type WorldPaper,
  world,
} from "./fake-papers-world.ts";

const paperFields = new Set(
  "paperId,corpusId,externalIds,url,title,abstract,venue,publicationVenue,year,referenceCount,citationCount,influentialCitationCount,isOpenAccess,openAccessPdf,fieldsOfStudy,publicationTypes,publicationDate,journal,authors,references,references.paperId,citations,tldr".split(
    ",",
  ),
);
const linkFields = new Set([...paperFields, "contexts", "intents", "isInfluential"]);
const authorFields = new Set(
  "authorId,externalIds,url,name,affiliations,homepage,paperCount,citationCount,hIndex,papers".split(","),
);

const refuse = (error: string, status = 400) => Response.json({ error }, { status });

export function answerS2(asked: Asked): Response {
  const key = asked.headers.get("x-api-key");
  if (key !== null && key !== paperKeysHere.s2) return refuse("Forbidden", 403);
  const [, kind, id = "", list] =
    /^\/(paper|author)\/(.+?)(?:\/(references|citations|papers))?$/.exec(asked.path) ?? [];
  if (kind === "author") return answerAuthor(asked, id, list);
  if (kind !== "paper") return refuse("Not found", 404);
  const wrong = unknownFields(asked, list === undefined ? paperFields : linkFields);
  if (wrong) return wrong;
  if (id === "search") return search(asked);
  if (id === "batch") return batch(asked, 500, "paper", (each) => rowOf(paperBy(each), asked));
  const paper = asked.isEmpty ? undefined : paperBy(id);
  if (!paper) return refuse(`Paper with id ${id} not found`, 404);
  if (list === undefined) return Response.json(rowOf(paper, asked));
  if (list === "references" && paper.isClosed) {
    const disclaimer = { openAccessPdf: { disclaimer: "Notice: elided by the publisher" } };
    return Response.json({ data: null, citingPaperInfo: disclaimer });
  }
  const [linked, end] =
    list === "references"
      ? [paper.cites.flatMap((each) => byKey.get(each) ?? []), "citedPaper"]
      : [citing(paper).toSorted((a, b) => b.year - a.year), "citingPaper"];
  return page(
    asked,
    1_000,
    9_999,
    linked.filter((each) => !each.unknownTo?.includes("s2")),
    (each) => ({
      isInfluential: each.citations % 2 === 0,
      [end]: rowOf(each, asked),
    }),
  );
}

function search(asked: Asked): Response {
  const known = ["query", "fields", "offset", "limit", "year", "openAccessPdf"];
  const strange = [...asked.query.keys()].filter((name) => !known.includes(name));
  if (strange.length > 0) return refuse(`Unacceptable query params: [${strange}]`);
  const query = asked.query.get("query");
  if (!query) return refuse("Missing required parameter: 'query'");
  const [, from, to] = /^(\d{4})?-(\d{4})?$/.exec(asked.query.get("year") ?? "-") ?? ["bad"];
  if (from === undefined && to === undefined && asked.query.has("year")) return refuse("Invalid year");
  const found = knownTo("s2").filter(
    (paper) =>
      // Words with hyphens match nothing.
      !/\S-\S/.test(query) &&
      matches(paper, query) &&
      paper.year >= Number(from ?? 0) &&
      paper.year <= Number(to ?? 9_999) &&
      (!asked.query.has("openAccessPdf") || isOpen(paper)),
  );
  return page(asked, 100, 999, found, (paper) => rowOf(paper, asked));
}

function answerAuthor(asked: Asked, id: string, list: string | undefined): Response {
  const wrong = unknownFields(asked, list === "papers" ? paperFields : authorFields);
  if (wrong) return wrong;
  const row = (name: string | undefined) =>
    name === undefined
      ? null
      : {
          authorId: authorId(name),
          name,
          affiliations: ["Somewhere"],
          paperCount: papersBy(name).length,
          citationCount: 5,
          hIndex: 2,
        };
  if (id === "search") {
    const query = asked.query.get("query")?.toLowerCase() ?? "";
    return page(
      asked,
      1_000,
      9_999,
      people.filter((name) => name.toLowerCase().includes(query)),
      row,
    );
  }
  if (id === "batch")
    return batch(asked, 1_000, "author", (each) => row(people.find((name) => authorId(name) === each)));
  const name = people.find((each) => authorId(each) === id);
  if (name === undefined) return refuse(`Author with id ${id} not found`, 404);
  return page(asked, 1_000, 9_999, papersBy(name), (paper) => rowOf(paper, asked));
}

const papersBy = (name: string) => world.filter(({ authors }) => authors.includes(name));

function unknownFields({ query }: Asked, known: ReadonlySet<string>): Response | undefined {
  const strange = (query.get("fields") ?? "").split(",").filter((field) => field !== "" && !known.has(field));
  return strange.length > 0 ? refuse(`Unrecognized or unsupported fields: [${strange.join(", ")}]`) : undefined;
}

function page<T>(
  { query, isEmpty }: Asked,
  most: number,
  end: number,
  all: readonly T[],
  row: (each: T) => unknown,
): Response {
  const [offset, limit] = [Number(query.get("offset") ?? 0), Number(query.get("limit") ?? 100)];
  if (!(limit >= 1 && limit <= most)) return refuse(`limit must be between 1 and ${most}`);
  if (offset + limit > end) return refuse(`offset + limit must be < ${end + 1}`);
  if (isEmpty) return Response.json({ total: 0, offset });
  const data = all.slice(offset, offset + limit).map(row);
  const next = offset + limit < all.length ? { next: offset + limit } : {};
  return Response.json({ total: all.length, offset, ...next, data });
}

function batch({ method, body, isEmpty }: Asked, most: number, noun: string, row: (id: string) => unknown): Response {
  const ids: unknown = typeof body === "object" && body !== null && "ids" in body ? body.ids : undefined;
  if (method !== "POST" || !Array.isArray(ids) || ids.length === 0 || ids.length > most) {
    return refuse(`ids must be a list of 1 to ${most}`);
  }
  const rows = ids.map((id) => (isEmpty ? null : row(String(id))));
  return rows.every((each) => each === null) ? refuse(`No valid ${noun} ids given`) : Response.json(rows);
}

function paperBy(id: string): WorldPaper | undefined {
  const [, kind, value = ""] = /^(DOI|ARXIV|CorpusId):(.+)$/i.exec(id) ?? [];
  const same = (a: string | undefined) => a?.toLowerCase() === value.toLowerCase();
  return knownTo("s2").find((paper) => {
    if (kind === undefined) return s2Id(paper) === id;
    if (kind === "DOI") return same(paper.doi);
    return kind === "ARXIV" ? same(paper.arxiv) : Number(value) === world.indexOf(paper);
  });
}

const types = { conference: ["Conference"], journal: ["JournalArticle"], book: ["Book"] };

/** The fields that were asked for. */
function rowOf(paper: WorldPaper | undefined, { query }: Asked): Record<string, unknown> | null {
  if (!paper) return null;
  const { title, abstract = null, venue = "", year, citations, kind, volume, pages, arxiv, doi, pdf } = paper;
  const all: Record<string, unknown> = {
    title,
    abstract,
    venue: venue || (arxiv === undefined ? "" : "arXiv.org"),
    year,
    citationCount: citations,
    referenceCount: paper.cites.length,
    externalIds: { ...(doi && { DOI: doi }), ...(arxiv && { ArXiv: arxiv }), CorpusId: world.indexOf(paper) },
    isOpenAccess: isOpen(paper),
    openAccessPdf: pdf ? { url: pdf, status: "GREEN" } : { url: "", status: null, disclaimer: "Notice" },
    publicationTypes: kind === undefined ? null : types[kind],
    journal: volume || pages ? { name: venue, volume, pages } : null,
    authors: paper.authors.map((name) => ({ authorId: authorId(name), name })),
  };
  const fields = (query.get("fields") ?? "title").split(",");
  const references = paper.cites.flatMap((each) => byKey.get(each) ?? []).map((each) => ({ paperId: s2Id(each) }));
  return {
    paperId: s2Id(paper),
    ...Object.fromEntries(fields.filter((name) => name in all).map((name) => [name, all[name]])),
    ...(fields.includes("references.paperId") && { references }),
  };
}
