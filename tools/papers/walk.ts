/** A walk of the citation graph: from a few papers to what they cite and what cites them, and on from there. */
import type { ToolContext } from "../../agent/tool.ts";
import { plural } from "../output.ts";
import { ServiceError } from "../web/service.ts";
import { sameKeys } from "./fuse.ts";
import type { PaperId } from "./id.ts";
import type { Direction } from "./links.ts";
import { failureOf } from "./lookup.ts";
import type { Paper } from "./paper.ts";
import { type CitationIndex, inYears, type Years } from "./source.ts";

export interface WalkOptions {
  readonly directions: readonly Direction[];
  /** Steps from the seeds. */
  readonly depth: number;
  /** Most papers followed from one paper in one direction, the most cited ones. */
  readonly breadth: number;
  readonly maxNodes: number;
  readonly minCitations: number;
  readonly years: Years;
}

export interface GraphNode {
  readonly paper: Paper;
  readonly isSeed: boolean;
  /** How many papers of the walk cite it. */
  readonly citedHere: number;
}

export interface CitationGraph {
  /** What the others cite most comes first. */
  readonly nodes: readonly GraphNode[];
  /** Who cites whom, by their places in `nodes`. */
  readonly edges: readonly (readonly [number, number])[];
  /** What the walk had to leave out, a sentence each. */
  readonly notes: readonly string[];
  /** Nothing failed, and time was enough. */
  readonly isWhole: boolean;
}

type Place = Pick<ToolContext, "signal" | "clock" | "progress">;

const longestMs = 150_000;
const mostFailures = 3;
/** Read of each list, to find the most cited in it: one page, of those who have pages that long. */
const listRows = 999;

interface Met {
  readonly paper: Paper;
  readonly isSeed: boolean;
  readonly depth: number;
  /** What it cites was read. */
  isRead: boolean;
}

/** Walks in one index, from papers that it knows. */
export async function walk(
  index: CitationIndex,
  seeds: readonly Paper[],
  options: WalkOptions,
  place: Place,
): Promise<CitationGraph> {
  const walker = new Walker(index, options, place);
  for (const seed of seeds) walker.meet(seed, 0);
  for (let depth = 0; depth < options.depth && walker.goesOn; depth++) await walker.step(depth);
  if (!place.signal.aborted) await walker.readLeaves();
  return walker.graph();
}

class Walker {
  readonly #index: CitationIndex;
  readonly #options: WalkOptions;
  readonly #place: Place;
  readonly #endAt: number;
  readonly #met: Met[] = [];
  readonly #byKey = new Map<string, Met>();
  /** The index's own ids of who cites whom; they may lead out of the walk. */
  readonly #links = new Map<string, Set<string>>();
  readonly #failures: string[] = [];
  #closed = 0;
  #long = 0;
  #left = 0;

  constructor(index: CitationIndex, options: WalkOptions, place: Place) {
    this.#index = index;
    this.#options = options;
    this.#place = place;
    this.#endAt = place.clock.now() + longestMs;
  }

  get goesOn(): boolean {
    return !this.#place.signal.aborted && !this.#isLate && this.#failures.length < mostFailures;
  }

  get #isLate(): boolean {
    return this.#place.clock.now() > this.#endAt;
  }

  /** One paper has one place, by whatever name it is met; undefined where there is none left. */
  meet(paper: Paper, depth: number): Met | undefined {
    const keys = sameKeys(paper);
    const known = keys.map((key) => this.#byKey.get(key)).find((met) => met !== undefined);
    if (known === undefined && this.#met.length >= this.#options.maxNodes) {
      this.#left++;
      return undefined;
    }
    const met = known ?? { paper, isSeed: depth === 0, depth, isRead: false };
    if (known === undefined) this.#met.push(met);
    for (const key of keys) this.#byKey.set(key, met);
    return met;
  }

  /** Follows all papers of one depth, those first that many cite. */
  async step(depth: number): Promise<void> {
    const from = this.#met
      .filter((met) => met.depth === depth)
      .sort((a, b) => (b.paper.citations ?? 0) - (a.paper.citations ?? 0));
    for (const [done, met] of from.entries()) {
      for (const direction of this.#options.directions) {
        if (!this.goesOn) return;
        const so = `step ${depth + 1} of ${this.#options.depth}, ${done} of ${from.length} papers followed`;
        this.#place.progress({ type: "status", text: `${so}, ${this.#met.length} met` });
        await this.#follow(met, direction);
      }
    }
  }

  async #follow(met: Met, direction: Direction): Promise<void> {
    const { breadth, minCitations, years } = this.#options;
    const own = this.#index.ownId(met.paper);
    if (own === undefined) return;
    const id: PaperId = { type: this.#index.name === "openalex" ? "openalex" : "s2", value: own };
    try {
      const isSorted = direction === "citations" && this.#index.citationsFirst === "most cited";
      const wanted = isSorted ? { limit: breadth, years } : { limit: listRows };
      const { papers, hasMore } = await this.#index[direction](id, wanted, this.#place.signal);
      if (hasMore && !isSorted) this.#long++;
      for (const paper of papers) this.#link(direction, own, this.#index.ownId(paper));
      if (direction === "references") met.isRead = true;
      papers
        .filter((paper) => (paper.citations ?? 0) >= minCitations && inYears(paper.year, years))
        .filter((paper) => this.#index.ownId(paper) !== undefined)
        .sort((a, b) => (b.citations ?? 0) - (a.citations ?? 0))
        .slice(0, breadth)
        .forEach((paper) => void this.meet(paper, met.depth + 1));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof ServiceError && (error.status === 403 || error.status === 404)) this.#closed++;
    else this.#failures.push(failureOf(error));
  }

  #link(direction: Direction, own: string, other: string | undefined): void {
    if (other === undefined) return;
    const [from, to] = direction === "references" ? [own, other] : [other, own];
    const cited = this.#links.get(from) ?? new Set();
    this.#links.set(from, cited.add(to));
  }

  /** Papers at the rim cite others of the walk too. */
  async readLeaves(): Promise<void> {
    const leaves = this.#met.filter(({ isRead, paper }) => !isRead && this.#index.ownId(paper) !== undefined);
    if (leaves.length === 0 || this.#failures.length >= mostFailures) return;
    this.#place.progress({ type: "status", text: `Looking for citations among ${this.#met.length} papers` });
    try {
      const papers = leaves.map(({ paper }) => paper);
      const cited = await this.#index.citedBy(papers, this.#place.signal);
      for (const [at, paper] of papers.entries()) {
        for (const other of cited[at] ?? []) this.#link("references", this.#index.ownId(paper) ?? "", other);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  graph(): CitationGraph {
    const pairs = this.#pairs();
    const citedHere = new Map<Met, number>();
    for (const [, to] of pairs) citedHere.set(to, (citedHere.get(to) ?? 0) + 1);
    const score = (met: Met) => citedHere.get(met) ?? 0;
    const ranked = this.#met.toSorted(
      (a, b) => score(b) - score(a) || (b.paper.citations ?? 0) - (a.paper.citations ?? 0),
    );
    const placeOf = new Map(ranked.map((met, at) => [met, at]));
    return {
      nodes: ranked.map((met) => ({ paper: met.paper, isSeed: met.isSeed, citedHere: score(met) })),
      edges: pairs
        .map(([from, to]): [number, number] => [placeOf.get(from) ?? 0, placeOf.get(to) ?? 0])
        .sort(([a, b], [c, d]) => a - c || b - d),
      notes: this.#notes(),
      isWhole: this.#failures.length === 0 && !this.#isLate,
    };
  }

  /** Each once; a paper that is met by two names does not cite itself. */
  #pairs(): (readonly [Met, Met])[] {
    const metBy = (own: string) => this.#byKey.get(`${this.#index.name}:${own}`);
    const pairs = new Map<string, readonly [Met, Met]>();
    for (const [from, cited] of this.#links) {
      for (const to of cited) {
        const [a, b] = [metBy(from), metBy(to)];
        if (a && b && a !== b) pairs.set(`${this.#met.indexOf(a)} ${this.#met.indexOf(b)}`, [a, b]);
      }
    }
    return [...pairs.values()];
  }

  #notes(): string[] {
    return [
      ...(this.#left > 0
        ? [
            `The budget of ${this.#options.maxNodes} papers is used up; ${plural(this.#left, "more was", "more were")} met.`,
          ]
        : []),
      ...(this.#isLate
        ? [`The walk took more than ${longestMs / 1000} s and ended early; this is what it found.`]
        : []),
      ...(this.#long > 0
        ? [`${plural(this.#long, "list is", "lists are")} longer than ${listRows}; only what came first was looked at.`]
        : []),
      ...(this.#closed > 0
        ? [`${plural(this.#closed, "list")} of citations could not be had: closed or unknown.`]
        : []),
      ...new Set(this.#failures),
    ];
  }
}
