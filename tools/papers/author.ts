/** People who write papers, and the services that know them. */
import type { LinkOptions, Links } from "./source.ts";

/** All but the id and the name may be unknown. */
export interface Scholar {
  /** The service's own. */
  readonly id: string;
  readonly name: string;
  readonly affiliations: readonly string[];
  readonly papers?: number | undefined;
  readonly citations?: number | undefined;
  readonly hIndex?: number | undefined;
}

/** All of it throws `ServiceError`. */
export interface ScholarIndex {
  readonly title: string;
  scholars(query: string, limit: number, signal: AbortSignal): Promise<Scholar[]>;
  takesScholar(id: string): boolean;
  /** One for each id, which are at most 100, or undefined where there is none. */
  scholarsById(ids: readonly string[], signal: AbortSignal): Promise<(Scholar | undefined)[]>;
  papersOf(id: string, options: LinkOptions, signal: AbortSignal): Promise<Links>;
}

/** A person as a service tells of one; none where the name or the id is missing. */
export function personOf({
  id,
  name,
  ...rest
}: Omit<Scholar, "id" | "name"> & { readonly id: string | undefined; readonly name: string | undefined }): Scholar[] {
  return id === undefined || name === undefined ? [] : [{ id, name, ...rest }];
}

/** An id of a person, bare or as an address: a number of Semantic Scholar, `A` and a number of OpenAlex, an ORCID. */
export function readScholarId(word: string): string | undefined {
  const last = word.trim().replace(/\/+$/, "").split("/").at(-1) ?? "";
  if (/^\d+$/.test(last)) return last;
  return /^a\d+$|^\d{4}-\d{4}-\d{4}-\d{3}[\dx]$/i.test(last) ? last.toUpperCase() : undefined;
}
