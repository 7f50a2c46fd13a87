/** What a paper cites and what cites it, from the first index that knows. */
import { ServiceError } from "../web/service.ts";
import { type PaperId, wordOf } from "./id.ts";
import type { Library } from "./library.ts";
import type { CitationIndex, LinkOptions, Links } from "./source.ts";

export type Direction = "references" | "citations";

export interface LinksFound extends Links {
  readonly index: CitationIndex;
  /** Why others were asked in vain, a sentence each. */
  readonly failures: readonly string[];
}

/** The indexes to ask, best first; or a sentence that says why there is none. */
export function indexesFor(
  library: Library,
  id: PaperId,
  wanted: { readonly source?: "s2" | "openalex" | undefined; readonly influentialOnly?: boolean | undefined },
): readonly CitationIndex[] | string {
  const all: readonly CitationIndex[] = wanted.source ? [library[wanted.source]] : [library.s2, library.openalex];
  const fit = all.filter((index) => index.takes(id) && (index.knowsInfluence || !wanted.influentialOnly));
  if (fit.length > 0) return fit;
  return wanted.influentialOnly
    ? "Only Semantic Scholar knows which citations are influential, and it has no papers by that id; give a DOI or an arXiv id."
    : `${all.map(({ title }) => title).join(" and ")} can not be asked for ${wordOf(id)}; give a DOI or an arXiv id.`;
}

/** Throws `ServiceError` where none of them answers. */
export async function linksOf(
  indexes: readonly CitationIndex[],
  direction: Direction,
  id: PaperId,
  options: LinkOptions,
  signal: AbortSignal,
): Promise<LinksFound> {
  const errors: ServiceError[] = [];
  for (const index of indexes) {
    try {
      const links = await index[direction](id, options, signal);
      return { ...links, index, failures: errors.map(({ message }) => message) };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      errors.push(error);
    }
  }
  if (errors.every(({ status }) => status === 404)) {
    const asked = indexes.map(({ title }) => title).join(" and ");
    throw new ServiceError(`${asked} ${indexes.length > 1 ? "do" : "does"} not know ${wordOf(id)}.`, { status: 404 });
  }
  throw new ServiceError(errors.map(({ message }) => message).join(" "));
}
