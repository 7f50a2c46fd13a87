/**
 * What tools may hand the page to be shown as cards, in the `details` of a result:
 * `{ type: "custom", name: "papers", data: Paper[] }`, `{ type: "custom", name: "search", data: WebPage[] }`,
 * `{ type: "custom", name: "paper-graph", data: PaperGraph }` and `{ type: "custom", name: "table", data: DataTable }`.
 */
import type { ToolDetails } from "../../agent/message.ts";
import { plain } from "./plain.ts";
import { type PlainCards, plainCardsOf } from "./plain-cards.ts";

/** A scientific work. All but the title may be missing. */
export interface Paper {
  readonly title: string;
  readonly authors?: readonly string[];
  readonly year?: number;
  /** Journal, conference or archive. */
  readonly venue?: string;
  /** http or https. */
  readonly url?: string;
  readonly doi?: string;
  readonly abstract?: string;
  readonly citations?: number;
}

/** A result of a web search. */
export interface WebPage {
  readonly title: string;
  /** http or https. */
  readonly url: string;
  readonly snippet?: string;
  /** As the source gives it. */
  readonly date?: string;
}

export interface GraphPaper extends Paper {
  /** The walk began with it. */
  readonly isSeed: boolean;
  /** How many papers of the graph cite it. */
  readonly citedHere: number;
}

/** Papers that cite each other, the most important first. */
export interface PaperGraph {
  readonly nodes: readonly GraphPaper[];
  /** Who cites whom, by their places in `nodes`. */
  readonly edges: readonly (readonly [number, number])[];
  /** What is missing, a sentence each. */
  readonly notes: readonly string[];
}

/** Rows of a query, each as many cells as there are columns. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What is left out, as a sentence. */
  readonly note?: string;
}

export type Cards =
  | { readonly type: "plain"; readonly plain: PlainCards }
  | { readonly type: "table"; readonly table: DataTable }
  | { readonly type: "paper-graph"; readonly graph: PaperGraph }
  | { readonly type: "papers"; readonly papers: readonly Paper[] }
  | { readonly type: "search"; readonly pages: readonly WebPage[] };

/** The cards of a result; undefined where it has none. What does not fit is left out. */
export function cardsOf(details: ToolDetails | undefined): Cards | undefined {
  if (details?.type !== "custom") return undefined;
  const simple = plainCardsOf(details.name, details.data);
  if (simple) return { type: "plain", plain: simple };
  if (details.name === "paper-graph") return isObject(details.data) ? graphOf(details.data) : undefined;
  if (details.name === "table") return isObject(details.data) ? tableOf(details.data) : undefined;
  if (!Array.isArray(details.data)) return undefined;
  const data: readonly unknown[] = details.data;
  const rows = data.filter(isObject);
  if (details.name === "papers") return { type: "papers", papers: rows.flatMap(paperOf) };
  if (details.name === "search") return { type: "search", pages: rows.flatMap(pageOf) };
  return undefined;
}

type Row = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function paperOf(row: Row): Paper[] {
  const title = text(row.title);
  if (title === undefined) return [];
  const authors = Array.isArray(row.authors) ? row.authors.filter((each) => typeof each === "string") : undefined;
  const given = {
    authors,
    year: number(row.year),
    venue: text(row.venue),
    url: webUrl(row.url),
    doi: text(row.doi),
    abstract: text(row.abstract),
    citations: number(row.citations),
  };
  return [{ title, ...withoutUndefined(given) }];
}

/** More than these can be told apart by nobody. */
const [mostNodes, mostEdges] = [300, 6_000];

function graphOf(data: Row): Cards {
  const places = new Map<unknown, number>();
  const nodes: GraphPaper[] = [];
  for (const [at, row] of listOf(data.nodes).slice(0, mostNodes).entries()) {
    const [paper] = isObject(row) ? paperOf(row) : [];
    if (!isObject(row) || !paper) continue;
    places.set(at, nodes.length);
    nodes.push({ ...paper, isSeed: row.isSeed === true, citedHere: Math.max(0, number(row.citedHere) ?? 0) });
  }
  const edges = listOf(data.edges).flatMap((edge): [number, number][] => {
    const [from, to] = listOf(edge).map((end) => places.get(end));
    return from === undefined || to === undefined || from === to ? [] : [[from, to]];
  });
  const notes = listOf(data.notes).flatMap((note) => text(note) ?? []);
  return { type: "paper-graph", graph: { nodes, edges: edges.slice(0, mostEdges), notes } };
}

/** More rows and columns than these nobody looks through here. */
const [mostRows, mostColumns] = [200, 50];

function tableOf(data: Row): Cards {
  const cells = (row: unknown) =>
    listOf(row)
      .slice(0, mostColumns)
      .map((cell) => (typeof cell === "string" ? plain(cell) : ""));
  const rows = listOf(data.rows).slice(0, mostRows).map(cells);
  return {
    type: "table",
    table: { columns: cells(data.columns), rows, ...withoutUndefined({ note: text(data.note) }) },
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function pageOf(row: Row): WebPage[] {
  const [title, url] = [text(row.title), webUrl(row.url)];
  if (url === undefined) return [];
  return [{ title: title ?? url, url, ...withoutUndefined({ snippet: text(row.snippet), date: text(row.date) }) }];
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutUndefined<T extends object>(object: T): Given<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>;
}

const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? plain(value) : undefined);
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : undefined);

/** An address that a browser may go to; anything else is none. */
export function webUrl(value: unknown): string | undefined {
  if (typeof value !== "string" || !URL.canParse(value)) return undefined;
  const { protocol, href } = new URL(value);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}
