/** arXiv's feed (https://info.arxiv.org/help/api/user-manual.html) and Crossref's works (https://api.crossref.org). */
import type { Asked } from "./fake-papers-asked.ts";
import { knownTo, matches, type WorldPaper } from "./fake-papers-world.ts";

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

export function answerArxiv({ query, path, isEmpty }: Asked): Response {
  if (path !== "/query") return new Response("not found", { status: 404 });
  const start = Number(query.get("start") ?? 0);
  const rows = Number(query.get("max_results") ?? 10);
  if (!(start >= 0) || !(rows >= 0 && rows <= 2_000))
    return feed([wrong("max_results must be an integer up to 2000")], 400);
  const held = isEmpty ? [] : knownTo("arxiv").filter(({ arxiv }) => arxiv !== undefined);
  const ids = query.get("id_list")?.split(",");
  if (ids)
    return feed(
      held
        .filter(({ arxiv = "" }) => ids.includes(arxiv))
        .slice(start, start + rows)
        .map(entry),
    );
  const terms = (query.get("search_query") ?? "").split(" AND ");
  const found = terms.reduce<readonly WorldPaper[] | undefined>((left, term) => left && select(left, term), held);
  return found ? feed(found.slice(start, start + rows).map(entry)) : feed([wrong("incorrect query")], 400);
}

/** Those that a term leaves; undefined where it is no term. */
function select(papers: readonly WorldPaper[], term: string): readonly WorldPaper[] | undefined {
  const [, from, to] = /^submittedDate:\[(\d{4})01010000 TO (\d{4})12312359\]$/.exec(term) ?? [];
  if (from !== undefined) return papers.filter(({ year }) => year >= Number(from) && year <= Number(to));
  const word = /^all:("[\p{L}\p{N} ._'-]+"|[\p{L}\p{N}._'-]+)$/u.exec(term)?.[1];
  return word === undefined ? undefined : papers.filter((paper) => matches(paper, word));
}

const wrong = (why: string) =>
  `<entry><id>http://arxiv.org/api/errors#${why.replaceAll(" ", "_")}</id><title>Error</title><summary>${why}</summary></entry>`;

function entry({ arxiv, title, abstract = "None.", authors, year, doi }: WorldPaper): string {
  return `<entry><id>http://arxiv.org/abs/${arxiv}v2</id><title>${escaped(title).replace(" ", "\n  ")}</title>
<published>${year}-06-12T17:57:34Z</published><updated>${year}-08-02T00:41:18Z</updated><summary>  ${escaped(abstract)}\n</summary>
${authors.map((name) => `<author><name>${escaped(name)}</name></author>`).join("")}
${doi ? `<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">${escaped(doi)}</arxiv:doi>` : ""}
<link href="http://arxiv.org/abs/${arxiv}v2" rel="alternate" type="text/html"/>
<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.CL" scheme="http://arxiv.org/schemas/atom"/></entry>`;
}

function feed(entries: readonly string[], status = 200): Response {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">ArXiv Query</title>
<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${entries.length}</opensearch:totalResults>
${entries.join("\n")}\n</feed>\n`;
  return new Response(xml, { status, headers: { "content-type": "application/atom+xml; charset=UTF-8" } });
}

const crossrefFields = new Set(
  "DOI,title,author,issued,container-title,volume,issue,page,publisher,type,abstract,is-referenced-by-count,references-count,URL,ISSN,subject".split(
    ",",
  ),
);

const invalid = (message: string) =>
  Response.json(
    { status: "failed", "message-type": "validation-failure", message: [{ type: "parameter-not-allowed", message }] },
    { status: 400 },
  );

export function answerCrossref({ query, path, headers, isEmpty }: Asked): Response {
  if (query.get("mailto") !== null && !headers.get("user-agent")?.includes("mailto:")) return invalid("user agent");
  const held = isEmpty ? [] : knownTo("crossref").filter(({ doi }) => doi !== undefined);
  const single = /^\/works\/(.+)$/.exec(path)?.[1];
  if (single !== undefined) {
    const found = held.find(({ doi }) => doi?.toLowerCase() === single.toLowerCase());
    return found
      ? Response.json({ status: "ok", "message-type": "work", message: item(found) })
      : new Response("Resource not found.", { status: 404 });
  }
  const rows = Number(query.get("rows") ?? 20);
  if (!(rows >= 0 && rows <= 1_000)) return invalid("Integer specified must be less than or equal to 1000");
  const strange = (query.get("select") ?? "").split(",").find((name) => name !== "" && !crossrefFields.has(name));
  if (strange !== undefined) return invalid(`Selector ${strange} is not allowed`);
  let found = held;
  const words = query.get("query.bibliographic");
  // Any word is enough for it.
  if (words !== null) {
    const score = (paper: WorldPaper) => words.split(/\s+/).filter((word) => matches(paper, word)).length;
    found = found.filter((paper) => score(paper) > 0).toSorted((a, b) => score(b) - score(a));
  }
  const filters = Map.groupBy(
    (query.get("filter") ?? "").split(",").filter(Boolean),
    (each) => each.split(":")[0] ?? "",
  );
  for (const [name, given] of filters) {
    const values = given.map((each) => each.slice(name.length + 1).toLowerCase());
    if (name === "doi") found = found.filter(({ doi = "" }) => values.includes(doi.toLowerCase()));
    else if (name === "from-pub-date") found = found.filter(({ year }) => year >= Number(values[0]));
    else if (name === "until-pub-date") found = found.filter(({ year }) => year <= Number(values[0]));
    else return invalid(`Filter ${name} is not allowed`);
  }
  const message = { "total-results": found.length, items: found.slice(0, rows).map(item) };
  return Response.json({ status: "ok", "message-type": "work-list", "message-version": "1.0.0", message });
}

const types = { conference: "proceedings-article", journal: "journal-article", book: "book" };

function item({ doi, title, authors, year, venue, volume, pages, kind, citations, abstract }: WorldPaper) {
  const type = kind === undefined ? "journal-article" : types[kind];
  return {
    DOI: doi,
    title: [escaped(title)],
    author: authors.map((name) => {
      const [, given, family = name] = /^(.*?) ((?:van )?\S+(?: Jr\.)?)$/.exec(name) ?? [];
      return { ...(given && { given }), family, sequence: "first", affiliation: [] };
    }),
    issued: { "date-parts": [[year, 6]] },
    "container-title": venue ? [venue] : [],
    ...(volume && { volume }),
    ...(pages && { page: pages.replaceAll(" ", "") }),
    publisher: "A House",
    type,
    ...(abstract && { abstract: `<jats:title>Abstract</jats:title><jats:p>${escaped(abstract)}</jats:p>` }),
    "is-referenced-by-count": citations - 2,
    "references-count": 9,
  };
}
