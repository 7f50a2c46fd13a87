/** What a search engine is asked and what it finds, whichever it is. */

export const topics = ["general", "news", "images", "videos", "science", "it", "files", "music", "map"] as const;
export type Topic = (typeof topics)[number];

export interface Question {
  readonly query: string;
  readonly topic: Topic;
  readonly limit: number;
  /** Only hits of these domains and those below them; empty means any. */
  readonly only: readonly string[];
  readonly without: readonly string[];
}

export interface Hit {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
  /** As the engine writes it. */
  readonly date?: string;
}

export interface Engine {
  readonly name: string;
  /** Knows topics beyond the general one. */
  readonly topics: readonly Topic[];
  /** Throws `ServiceError`. */
  search(question: Question, signal: AbortSignal): Promise<Hit[]>;
}

/** The query with its domains as words that most engines know. */
export function withSites({ query, only, without }: Question): string {
  const sites = only.map((domain) => `site:${domain}`).join(" OR ");
  return [query, only.length > 1 ? `(${sites})` : sites, ...without.map((domain) => `-site:${domain}`)]
    .filter(Boolean)
    .join(" ");
}

/** Hits that the question's domains allow, each address once, no more than it wants. */
export function allowed(hits: readonly Hit[], { only, without, limit }: Question): Hit[] {
  const seen = new Set<string>();
  const kept = hits.filter(({ url }) => {
    const host = URL.parse(url)?.hostname;
    if (host === undefined || seen.has(url)) return false;
    seen.add(url);
    const isIn = (domain: string) => host === domain || host.endsWith(`.${domain}`);
    return !without.some(isIn) && (only.length === 0 || only.some(isIn));
  });
  return kept.slice(0, limit);
}

/** The list below a path of names in an answer; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = path.reduce((inner, name) => fieldOf(inner, name), value);
  return Array.isArray(found) ? found : [];
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

/** A hit from fields of an answer, each by the first of its names that holds a text; undefined without an address. */
export function hitOf(item: unknown, names: { readonly [Field in keyof Hit]: readonly string[] }): Hit | undefined {
  const text = (fields: readonly string[] = []) => {
    const found = fields
      .map((name) => fieldOf(item, name))
      .find((value) => typeof value === "string" && value.trim() !== "");
    return typeof found === "string" ? plain(found) : "";
  };
  const url = text(names.url);
  if (!/^https?:/i.test(url)) return undefined;
  const date = text(names.date);
  return { title: text(names.title) || url, url, snippet: text(names.snippet), ...(date && { date }) };
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  "#x27": "'",
  nbsp: " ",
};

/** One line without tags; engines mark the words they found. */
function plain(html: string): string {
  return html
    .replace(/<\/?[a-z][^>]*>/gi, "")
    .replace(/&(#?\w+);/g, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
    .replace(/\s+/g, " ")
    .trim();
}
