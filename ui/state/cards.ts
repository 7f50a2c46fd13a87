/**
 * What tools may hand the page to be shown as cards, in the `details` of a result: `{ type: "custom", name, data }`. Which names
 * there are, and what `data` then is, stands in `docs/tools.md`.
 */
import type { ToolDetails } from "../../agent/message.ts";
import { type AudioCard, audioCardOf } from "./audio-card.ts";
import { type DiffCard, diffCardOf } from "./diff-card.ts";
import { isFlat, type JsonNode, tableOfObjects, treeOf } from "./json-tree.ts";
import { type Places, placesOf } from "./places.ts";
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

/** A text that was read somewhere. */
export interface DocumentCard {
  readonly title?: string;
  /** http or https. */
  readonly url?: string;
  /** A file on this machine. */
  readonly path?: string;
  /** Markdown; where it is absent, the result's text is it. */
  readonly text?: string;
}

export type Cards =
  | { readonly type: "audio"; readonly audio: AudioCard }
  | { readonly type: "places"; readonly places: Places }
  | { readonly type: "diff"; readonly diff: DiffCard }
  | { readonly type: "document"; readonly document: DocumentCard }
  | { readonly type: "json"; readonly tree: JsonNode }
  | { readonly type: "plain"; readonly plain: PlainCards }
  | { readonly type: "table"; readonly table: DataTable }
  | { readonly type: "paper-graph"; readonly graph: PaperGraph }
  | { readonly type: "papers"; readonly papers: readonly Paper[] }
  | { readonly type: "search"; readonly pages: readonly WebPage[] };

/** The cards of a result; undefined where it has none. What does not fit is left out. */
export function cardsOf(details: ToolDetails | undefined): Cards | undefined {
  if (details?.type !== "custom") return undefined;
  const audio = audioCardOf(details.name, details.data);
  if (audio) return { type: "audio", audio };
  const simple = plainCardsOf(details.name, details.data);
  if (simple) return { type: "plain", plain: simple };
  switch (details.name) {
    case "places": {
      const places = placesOf(details.data);
      return places && { type: "places", places };
    }
    case "diff": {
      const diff = diffCardOf(details.data);
      return diff && { type: "diff", diff };
    }
    case "document":
      return isObject(details.data) ? documentOf(details.data) : undefined;
    case "json":
      return jsonCards(details.data);
    default:
      return rowCards(details.name, details.data);
  }
}

const mostJsonChars = 200_000;

/** A text that is an object or a list in JSON, as cards. */
export function jsonCardsOf(text: string): Cards | undefined {
  if (text.length > mostJsonChars || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return jsonCards(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Plain values under names are facts, alike objects are rows of a table, and all else is a tree. */
function jsonCards(data: unknown): Cards | undefined {
  const simple = isFlat(data) ? plainCardsOf("key-values", data) : undefined;
  if (simple) return { type: "plain", plain: simple };
  const table = tableOfObjects(data);
  if (table) return tableOf(table);
  return typeof data === "object" && data !== null ? { type: "json", tree: treeOf(data) } : undefined;
}

function rowCards(name: string, given: unknown): Cards | undefined {
  if (name === "paper-graph") return isObject(given) ? graphOf(given) : undefined;
  if (name === "table") return isObject(given) ? tableOf(given) : undefined;
  if (!Array.isArray(given)) return undefined;
  const data: readonly unknown[] = given;
  const rows = data.filter(isObject);
  if (name === "papers") return { type: "papers", papers: rows.flatMap(paperOf) };
  if (name === "search") return { type: "search", pages: rows.flatMap(pageOf) };
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

const maxDocumentChars = 100_000;

function documentOf(data: Row): Cards {
  const given = {
    title: text(data.title),
    url: webUrl(data.url),
    path: text(data.path),
    text: typeof data.text === "string" ? data.text.slice(0, maxDocumentChars) : undefined,
  };
  return { type: "document", document: withoutUndefined(given) };
}

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
