/** OpenAlex, as https://developers.openalex.org says. */
import { type Asked, paperKeysHere } from "./fake-papers-asked.ts";
import {
  authorId,
  byKey,
  citing,
  isOpen,
  knownTo,
  matches,
  people,
  type WorldPaper,
  workId,
} from "./fake-papers-world.ts";

const workFields = new Set(
  "id,doi,title,display_name,authorships,publication_year,publication_date,type,language,ids,primary_location,best_oa_location,locations,open_access,biblio,cited_by_count,referenced_works,referenced_works_count,abstract_inverted_index".split(
    ",",
  ),
);
const authorFields = new Set(
  "id,orcid,display_name,last_known_institutions,works_count,cited_by_count,summary_stats".split(","),
);
const parameters = "search,filter,sort,page,per_page,cursor,select,api_key,mailto".split(",");

const refuse = (message: string, status = 400) =>
  Response.json({ error: "Invalid query parameters error.", message }, { status });

export function answerOpenAlex(asked: Asked): Response {
  const { query, path } = asked;
  const key = query.get("api_key");
  if (key !== null && key !== paperKeysHere.openalex) return refuse("Invalid API key", 401);
  const strange = [...query.keys()].find((name) => !parameters.includes(name));
  if (strange !== undefined) return refuse(`${strange} is not a valid parameter`);
  if (query.has("cursor") && key === null) return refuse("Cursor paging needs an API key", 401);
  const fields = path.startsWith("/authors") ? authorFields : workFields;
  const unknown = (query.get("select") ?? "").split(",").find((name) => name !== "" && !fields.has(name));
  if (unknown !== undefined) return refuse(`${unknown} is not a valid select field`);
  if (path.startsWith("/authors")) return answerAuthors(asked);
  const single = /^\/works\/(.+)$/.exec(path)?.[1];
  if (single !== undefined) {
    const [found] = asked.isEmpty ? [] : knownTo("openalex").filter((paper) => single === `doi:${doiOf(paper)}`);
    return found ? Response.json(workOf(found, asked)) : refuse("not found", 404);
  }
  return path === "/works" ? works(asked) : refuse("not found", 404);
}

function works(asked: Asked): Response {
  let found = knownTo("openalex");
  const search = asked.query.get("search");
  if (search !== null) found = found.filter((paper) => matches(paper, search));
  for (const filter of (asked.query.get("filter") ?? "").split(",").filter(Boolean)) {
    const colon = filter.indexOf(":");
    const test = filterOf(filter.slice(0, colon), filter.slice(colon + 1));
    if (typeof test === "string") return refuse(test);
    found = found.filter(test);
  }
  return listOf(asked, found, (paper) => workOf(paper, asked));
}

function filterOf(name: string, value: string): ((paper: WorldPaper) => boolean) | string {
  const values = value.split("|");
  if (values.length > 100) return "Maximum number of values exceeded for one filter";
  switch (name) {
    case "doi":
      return (paper) => values.includes(doiOf(paper) ?? "");
    case "openalex":
      return (paper) => values.includes(workId(paper));
    case "cites": {
      const cited = knownTo("openalex").find((paper) => workId(paper) === value);
      const all = new Set(cited ? citing(cited) : []);
      return (paper) => all.has(paper);
    }
    case "from_publication_date":
    case "to_publication_date": {
      if (!/^\d{4}-\d\d-\d\d$/.test(value)) return `Value for param ${name} must be a date`;
      const year = Number(value.slice(0, 4));
      return (paper) => (name.startsWith("from") ? paper.year >= year : paper.year <= year);
    }
    case "open_access.is_oa":
      return isOpen;
    case "authorships.author.id":
      return ({ authors }) => authors.some((each) => `A${authorId(each)}` === value);
    default:
      return `${name} is not a valid field`;
  }
}

function answerAuthors(asked: Asked): Response {
  const row = (name: string) => ({
    id: `https://openalex.org/A${authorId(name)}`,
    display_name: name,
    last_known_institutions: [{ display_name: "Somewhere" }],
    works_count: knownTo("openalex").filter(({ authors }) => authors.includes(name)).length,
    cited_by_count: 5,
    summary_stats: { h_index: 2 },
  });
  const id = /^\/authors\/(A\d+)$/.exec(asked.path)?.[1];
  if (id !== undefined) {
    const name = people.find((each) => `A${authorId(each)}` === id);
    return name === undefined || asked.isEmpty ? refuse("not found", 404) : Response.json(row(name));
  }
  const search = asked.query.get("search")?.toLowerCase() ?? "";
  return listOf(
    asked,
    people.filter((name) => name.toLowerCase().includes(search)),
    row,
  );
}

function listOf<T>({ query, isEmpty }: Asked, all: readonly T[], row: (each: T) => unknown): Response {
  const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 25)];
  if (!(size >= 1 && size <= 100)) return refuse("per-page parameter must be between 1 and 100");
  if (page < 1 || page * size > 10_000) return refuse("Maximum results size of 10,000 records is exceeded");
  const found = isEmpty ? [] : all;
  return Response.json({
    meta: { count: found.length, page, per_page: size },
    results: found.slice((page - 1) * size, page * size).map(row),
    group_by: [],
  });
}

/** arXiv registers DOIs too. */
function doiOf({ doi, arxiv }: WorldPaper): string | undefined {
  return (doi ?? (arxiv && `10.48550/arxiv.${arxiv}`))?.toLowerCase();
}

function workOf(paper: WorldPaper, { query }: Asked): Record<string, unknown> {
  const { title, year, authors, venue, kind, arxiv, pdf, volume, pages, abstract, citations } = paper;
  const doi = doiOf(paper);
  const onArxiv = arxiv && {
    is_oa: true,
    landing_page_url: `https://arxiv.org/abs/${arxiv}`,
    pdf_url: `https://arxiv.org/pdf/${arxiv}`,
    source: {
      display_name: "arXiv (Cornell University)",
      type: "repository",
      host_organization_name: "Cornell University",
    },
  };
  const place = venue && {
    is_oa: pdf !== undefined,
    landing_page_url: doi ? `https://doi.org/${doi}` : null,
    pdf_url: pdf ?? null,
    source: {
      display_name: venue,
      type: kind === "conference" ? "conference" : "journal",
      host_organization_name: "A House",
    },
  };
  const locations = [place, onArxiv].filter(Boolean);
  const [first_page = null, last_page = null] = pages?.split(/\s*-\s*/) ?? [];
  const all: Record<string, unknown> = {
    id: `https://openalex.org/${workId(paper)}`,
    doi: doi ? `https://doi.org/${doi}` : null,
    title,
    authorships: authors.map((name) => ({ author: { display_name: name }, raw_author_name: name })),
    publication_year: year,
    type: place ? (kind === "book" ? "book" : "article") : "preprint",
    primary_location: locations[0] ?? null,
    best_oa_location: locations.find((each) => typeof each === "object" && each.is_oa) ?? null,
    locations,
    open_access: { is_oa: isOpen(paper), oa_status: isOpen(paper) ? "green" : "closed" },
    biblio: { volume: volume ?? null, issue: null, first_page, last_page },
    cited_by_count: citations - 1,
    referenced_works_count: paper.cites.length,
    referenced_works: paper.cites
      .flatMap((key) => byKey.get(key) ?? [])
      .map((each) => `https://openalex.org/${workId(each)}`),
    abstract_inverted_index: abstract ? inverted(abstract) : null,
  };
  const fields = query.get("select")?.split(",") ?? Object.keys(all);
  return Object.fromEntries(fields.filter((name) => name in all).map((name) => [name, all[name]]));
}

function inverted(text: string): Record<string, number[]> {
  const index: Record<string, number[]> = {};
  for (const [place, word] of text.split(" ").entries()) index[word] = [...(index[word] ?? []), place];
  return index;
}
