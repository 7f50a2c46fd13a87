/** Papers by their names, from the first source that knows each. */
import { ServiceError } from "../web/service.ts";
import type { PaperId } from "./id.ts";
import type { Library } from "./library.ts";
import type { Paper } from "./paper.ts";
import type { Source, SourceName } from "./source.ts";

export interface Looked {
  readonly id: PaperId;
  readonly paper: Paper | undefined;
  /** A source that might know it did not answer. */
  readonly isUnsure: boolean;
}

export interface LookedUp {
  /** One for each id, in order. */
  readonly results: readonly Looked[];
  /** Which sources failed, a sentence each. */
  readonly failures: readonly string[];
}

/** Asks one source after the other for what is still missing. */
export async function lookUp(
  sources: readonly Source[],
  ids: readonly PaperId[],
  signal: AbortSignal,
): Promise<LookedUp> {
  let results: readonly Looked[] = ids.map((id) => ({ id, paper: undefined, isUnsure: false }));
  const failures: string[] = [];
  for (const source of sources) {
    const missing = results.filter(({ id, paper }) => paper === undefined && source.takes(id));
    if (missing.length === 0) continue;
    const asked = missing.map(({ id }) => id);
    const found = await source.lookup(asked, signal).catch((error: unknown) => {
      failures.push(failureOf(error));
      return undefined;
    });
    results = results.map((each) => {
      const at = asked.indexOf(each.id);
      if (at < 0) return each;
      return found ? { ...each, paper: found[at] } : { ...each, isUnsure: true };
    });
  }
  return { results, failures };
}

/** The sources for one that was named, or all in the order in which they are good at names. */
export function sourcesFor(library: Library, name: SourceName | undefined): readonly Source[] {
  if (name !== undefined) return [library[name]];
  return [library.s2, library.openalex, library.arxiv, library.crossref];
}

/** The sentence of a service's failure; throws whatever else it is. */
export function failureOf(error: unknown): string {
  if (error instanceof ServiceError) return error.message;
  throw error;
}
