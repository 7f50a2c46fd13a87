/** Names that papers go by: DOIs, arXiv ids, and the ids of Semantic Scholar and OpenAlex, bare or as an address. */

export type PaperId =
  /** In lower case. */
  | { readonly type: "doi"; readonly value: string }
  /** `version` as in `v2`; empty for the newest. */
  | { readonly type: "arxiv"; readonly value: string; readonly version: string }
  /** 40 hexadecimal digits, or `CorpusId:` and a number. */
  | { readonly type: "s2"; readonly value: string }
  /** `W` and a number. */
  | { readonly type: "openalex"; readonly value: string };

const doiForm = /^10\.\d{4,9}\/\S+$/;
const arxivForm = /^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(v\d+)?(?:\.pdf)?$/i;
const arxivDoi = /^10\.48550\/arxiv\./;

/** What a text names, or undefined where it is no name of a paper. */
export function readPaperId(text: string): PaperId | undefined {
  const bare = withoutAddress(text.trim());
  const doi = bare
    .replace(/^doi:\s*/i, "")
    .replace(/[.,;]+$/, "")
    .toLowerCase();
  if (doiForm.test(doi)) return arxivDoi.test(doi) ? arxivId(doi.replace(arxivDoi, "")) : { type: "doi", value: doi };
  if (/^[0-9a-f]{40}$/i.test(bare)) return { type: "s2", value: bare.toLowerCase() };
  const corpus = /^corpusid:\s*(\d+)$/i.exec(bare)?.[1];
  if (corpus !== undefined) return { type: "s2", value: `CorpusId:${corpus}` };
  if (/^(?:openalex:)?w\d+$/i.test(bare)) {
    return { type: "openalex", value: bare.replace(/^openalex:/i, "").toUpperCase() };
  }
  return arxivId(bare);
}

function arxivId(text: string): PaperId | undefined {
  const [, value, version = ""] = arxivForm.exec(text) ?? [];
  return value === undefined ? undefined : { type: "arxiv", value, version: version.toLowerCase() };
}

/** Pages of publishers count by the DOI in their address. */
function withoutAddress(text: string): string {
  const url = /^https?:/i.test(text) ? URL.parse(text) : undefined;
  if (!url) return text;
  const path = decoded(url.pathname);
  const host = url.hostname.replace(/^www\./, "");
  if (host === "arxiv.org" || host.endsWith(".arxiv.org")) return path.replace(/^\/[a-z]+\//, "");
  if (host.endsWith("semanticscholar.org")) {
    return /\b[0-9a-f]{40}\b/i.exec(path)?.[0] ?? /corpusid:\d+/i.exec(path)?.[0] ?? text;
  }
  if (host.endsWith("openalex.org")) return /\bw\d+$/i.exec(path)?.[0] ?? text;
  return /10\.\d{4,9}\/\S+/.exec(path)?.[0] ?? text;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The same for all spellings of a name. */
export function keyOf(id: PaperId): string {
  return id.type === "arxiv" ? `arxiv:${id.value.toLowerCase()}${id.version}` : `${id.type}:${id.value}`;
}

/** As a model may give it back. */
export function wordOf(id: PaperId): string {
  return id.type === "arxiv" ? `arXiv:${id.value}${id.version}` : id.value;
}

/** Single names from one text or several, each of which may be a list in JSON or with commas. Without empty ones. */
export function splitIds(given: string | readonly string[]): string[] {
  return typeof given === "string" ? splitBundle(given) : given.flatMap(splitBundle);
}

function splitBundle(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) {
    const listed = jsonList(trimmed);
    if (listed) return listed.flatMap(splitBundle);
  }
  // A DOI may have a comma of its own.
  const parts = trimmed.split(/[,\s]+/).filter(Boolean);
  const isList = parts.length > 1 && (/,\s/.test(trimmed) || parts.every((part) => readPaperId(part) !== undefined));
  return isList ? parts : [trimmed].filter(Boolean);
}

function jsonList(text: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** What was asked for, each paper once and in order, or a sentence that says what is wrong with it. */
export function readIds(given: string | readonly string[], most: number): PaperId[] | string {
  const words = splitIds(given);
  const ids = new Map<string, PaperId>();
  const wrong: string[] = [];
  for (const word of words) {
    const id = readPaperId(word);
    if (id) ids.set(keyOf(id), id);
    else wrong.push(word);
  }
  if (wrong.length > 0) {
    const named = wrong.slice(0, 5).map((word) => JSON.stringify(word.slice(0, 80)));
    return `No paper has a name like ${named.join(", ")}. Give DOIs (10.…/…), arXiv ids (1706.03762), ids of Semantic Scholar (40 hexadecimal digits or CorpusId:…) or OpenAlex (W…), or addresses of these; PaperSearch finds them.`;
  }
  if (ids.size === 0) return "No ids were given.";
  if (ids.size > most) return `At most ${most} papers can be asked for at once, not ${ids.size}; ask in several calls.`;
  return [...ids.values()];
}
