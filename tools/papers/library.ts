/** The services that know papers, as a person's settings have them, and what was lately learned from them. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import type { ToolOutput } from "../../agent/tool.ts";
import type { Network } from "../web/dial.ts";
import { Pacer } from "../web/pacer.ts";
import { TimedCache } from "../web/timed-cache.ts";
import { Arxiv } from "./arxiv.ts";
import { Crossref } from "./crossref.ts";
import { OpenAlex } from "./openalex.ts";
import { PdfStore } from "./pdf-store.ts";
import { SemanticScholar } from "./semantic-scholar.ts";
import type { Source } from "./source.ts";

export type Env = Readonly<Record<string, string | undefined>>;

export interface Library {
  readonly s2: SemanticScholar;
  readonly openalex: OpenAlex;
  readonly arxiv: Arxiv;
  readonly crossref: Crossref;
  /** In the order in which they are believed. */
  readonly sources: readonly Source[];
  readonly pdfs: PdfStore;
  readonly clock: Clock;
  /** Results of calls by tool and arguments, those that lack nothing. */
  readonly results: TimedCache<ToolOutput>;
}

export interface LibraryOptions {
  readonly env: Env;
  readonly clock?: Clock;
  /** How hosts are reached that PDFs lie on. */
  readonly network?: Network;
}

/** Variables that hold keys of services. */
export const paperKeys = ["SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY"] as const;
const settings = [
  ...paperKeys,
  ...["OPENALEX_EMAIL", "CROSSREF_EMAIL", "SEMANTIC_SCHOLAR_BASE_URL", "OPENALEX_BASE_URL", "ARXIV_BASE_URL"],
  ...["CROSSREF_BASE_URL", "ARXIV_PDF_BASE_URL", "XDG_CACHE_HOME", "HOME"],
];

const cacheMs = 6 * 60 * 60_000;
const cachedResults = 1_024;

export function openLibrary({ env, clock = systemClock, network }: LibraryOptions): Library {
  const value = (name: string) => env[name]?.trim() || undefined;
  const s2 = new SemanticScholar({
    key: value("SEMANTIC_SCHOLAR_API_KEY"),
    baseUrl: value("SEMANTIC_SCHOLAR_BASE_URL"),
    clock,
  });
  const openalex = new OpenAlex({
    key: value("OPENALEX_API_KEY"),
    email: value("OPENALEX_EMAIL"),
    baseUrl: value("OPENALEX_BASE_URL"),
    clock,
  });
  const arxiv = new Arxiv({ baseUrl: value("ARXIV_BASE_URL"), clock });
  const crossref = new Crossref({ email: value("CROSSREF_EMAIL"), baseUrl: value("CROSSREF_BASE_URL"), clock });
  const pdfs = new PdfStore({
    env,
    arxivUrl: value("ARXIV_PDF_BASE_URL"),
    arxivPacer: new Pacer({ everyMs: 3_000, burst: 1 }, clock),
    network,
  });
  const results = new TimedCache<ToolOutput>({ entries: cachedResults, ms: cacheMs });
  return { s2, openalex, arxiv, crossref, sources: [s2, openalex, crossref, arxiv], pdfs, clock, results };
}

const shared = new Map<string, Library>();

/** The services count calls by machine: one library for all agents of the process that have the same settings. */
export function sharedLibrary(env: Env): Library {
  const key = JSON.stringify(settings.map((name) => env[name] ?? null));
  const library = shared.get(key) ?? openLibrary({ env });
  shared.set(key, library);
  return library;
}

/** The result of a call that was made before, or of this one; what lacks something is not kept. */
export async function remembered(
  { results, clock }: Library,
  name: string,
  args: object,
  run: () => Promise<{ readonly output: ToolOutput; readonly isWhole: boolean }>,
): Promise<ToolOutput> {
  const key = `${name} ${JSON.stringify(args)}`;
  const known = results.get(key, clock.now());
  if (known) return known;
  const { output, isWhole } = await run();
  if (isWhole && output.isError !== true) results.set(key, output, clock.now());
  return output;
}
