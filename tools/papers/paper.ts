/** A paper as it is known, whichever service told of it. */
import type { PaperId } from "./id.ts";

export interface Author {
  /** As people write it: first names first. */
  readonly name: string;
  /** Where the service keeps it apart. */
  readonly family?: string | undefined;
  /** An organisation. */
  readonly isGroup?: boolean | undefined;
}

export type Kind =
  | "article"
  | "conference"
  | "book"
  | "chapter"
  | "thesis"
  | "report"
  | "preprint"
  | "dataset"
  | "other";

export interface PaperIds {
  /** In lower case. */
  readonly doi?: string | undefined;
  /** Without a version. */
  readonly arxiv?: string | undefined;
  readonly s2?: string | undefined;
  readonly openalex?: string | undefined;
}

/** All but the title may be unknown. */
export interface Paper {
  readonly ids: PaperIds;
  readonly title: string;
  readonly authors: readonly Author[];
  readonly year?: number | undefined;
  readonly kind?: Kind | undefined;
  /** Journal, proceedings or book that it is in. */
  readonly venue?: string | undefined;
  readonly volume?: string | undefined;
  readonly issue?: string | undefined;
  readonly pages?: string | undefined;
  readonly publisher?: string | undefined;
  /** Class of arXiv, such as `cs.CL`. */
  readonly arxivClass?: string | undefined;
  readonly abstract?: string | undefined;
  /** How often it is cited. */
  readonly citations?: number | undefined;
  /** How many papers it cites. */
  readonly references?: number | undefined;
  readonly isOpen?: boolean | undefined;
  /** Where its PDF may be had for free, best first. */
  readonly pdfUrls: readonly string[];
}

/** A name to ask for it by, of those that any service takes, the most lasting first; undefined where it has none. */
export function idOf({ ids }: Paper): PaperId | undefined {
  if (ids.arxiv !== undefined) return { type: "arxiv", value: ids.arxiv, version: "" };
  if (ids.doi !== undefined) return { type: "doi", value: ids.doi };
  if (ids.s2 !== undefined) return { type: "s2", value: ids.s2 };
  return ids.openalex === undefined ? undefined : { type: "openalex", value: ids.openalex };
}

/** Where a person reads about it. */
export function addressOf({ ids }: Paper): string | undefined {
  if (ids.arxiv !== undefined) return `https://arxiv.org/abs/${ids.arxiv}`;
  if (ids.doi !== undefined) return `https://doi.org/${encodeURI(ids.doi)}`;
  if (ids.s2 !== undefined) return `https://www.semanticscholar.org/paper/${ids.s2}`;
  return ids.openalex === undefined ? undefined : `https://openalex.org/${ids.openalex}`;
}

/**
 * One paper from what two services know of it; the first is believed where they differ, but where it came out counts for more
 * than where it was handed round before.
 */
export function merged(first: Paper, second: Paper): Paper {
  const isOut = (kind: Kind | undefined) => kind !== undefined && kind !== "preprint" && kind !== "other";
  const [better, other] = isOut(second.kind) && !isOut(first.kind) ? [second, first] : [first, second];
  return {
    ...known(second),
    ...known(first),
    ...known(other, placeFields),
    ...known(better, placeFields),
    title: first.title,
    ids: { ...known(second.ids), ...known(first.ids) },
    authors: first.authors.length > 0 ? first.authors : second.authors,
    citations: most(first.citations, second.citations),
    references: most(first.references, second.references),
    isOpen: first.isOpen || second.isOpen || (first.isOpen ?? second.isOpen),
    pdfUrls: [...new Set([...first.pdfUrls, ...second.pdfUrls])],
  };
}

const placeFields = ["kind", "venue", "volume", "issue", "pages", "publisher"];

/** The fields that are not undefined. */
function known<T extends object>(object: T, names?: readonly string[]): { [Name in keyof T]: T[Name] } {
  const entries = Object.entries(object).filter(
    ([name, value]) => value !== undefined && names?.includes(name) !== false,
  );
  return Object.fromEntries(entries) as { [Name in keyof T]: T[Name] };
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
