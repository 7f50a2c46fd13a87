/** What a service that knows papers is asked, whichever it is. All of it throws `ServiceError`. */
import type { PaperId } from "./id.ts";
import type { Paper } from "./paper.ts";

export const sourceNames = ["s2", "openalex", "arxiv", "crossref"] as const;
export type SourceName = (typeof sourceNames)[number];

export interface Question {
  readonly query: string;
  readonly limit: number;
  readonly years: Years;
  readonly openOnly: boolean;
}

/** Both ends belong to it. */
export interface Years {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export function inYears(year: number | undefined, { from, to }: Years): boolean {
  if (year === undefined) return from === undefined && to === undefined;
  return year >= (from ?? year) && year <= (to ?? year);
}

export interface Source {
  readonly name: SourceName;
  /** As sentences call it. */
  readonly title: string;
  /** How much its ranking counts, 1 for one that leaves out what does not fit. */
  readonly weight: number;
  /** Knows which papers are open. */
  readonly knowsOpen: boolean;
  /** Best first. */
  search(question: Question, signal: AbortSignal): Promise<Paper[]>;
  /** Whether papers can be asked for by such a name. */
  takes(id: PaperId): boolean;
  /** A paper for each id, or undefined where there is none. */
  lookup(ids: readonly PaperId[], signal: AbortSignal): Promise<(Paper | undefined)[]>;
}

export interface LinkOptions {
  readonly limit: number;
  readonly years?: Years;
  /** Only those that the service takes for influential. */
  readonly influentialOnly?: boolean;
}

export interface Links {
  readonly papers: readonly Paper[];
  /** There are more than these. */
  readonly hasMore: boolean;
  /** Why there may be more than the service tells, as a sentence. */
  readonly note?: string;
}

/** A source that knows who cites whom. */
export interface CitationIndex extends Source {
  readonly knowsInfluence: boolean;
  /** The order in which it tells what cites a paper. */
  readonly citationsFirst: "newest" | "most cited";
  /** What the paper cites. The id is one that the source takes. */
  references(id: PaperId, options: LinkOptions, signal: AbortSignal): Promise<Links>;
  /** What cites it. */
  citations(id: PaperId, options: LinkOptions, signal: AbortSignal): Promise<Links>;
  /** For each paper the own ids of what it cites; empty where it is not known. */
  citedBy(papers: readonly Paper[], signal: AbortSignal): Promise<readonly (readonly string[])[]>;
  /** The source's own id of a paper. */
  ownId(paper: Paper): string | undefined;
}

/** Cuts a list into pieces of at most so many. */
export function pieces<T>(list: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, at) => list.slice(at * most, (at + 1) * most));
}
