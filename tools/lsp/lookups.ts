/** Questions about symbols, put by name and line, answered with places as people write them. */
import type { OpenDocument } from "./documents.ts";
import { LanguageServerError } from "./errors.ts";
import { toUnits } from "./position.ts";
import {
  type CallItem,
  calleesSchema,
  callersSchema,
  callItemsSchema,
  type DocumentSymbol,
  documentSymbolsSchema,
  hoverSchema,
  type Location,
  locationsSchema,
  type SymbolInformation,
  symbolKind,
  workspaceSymbolsSchema,
} from "./protocol.ts";
import type { LanguageServer } from "./server.ts";
import { Sources } from "./sources.ts";
import { at, type Spot } from "./spot.ts";

export interface Place {
  /** Absolute and canonical. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** The line, trimmed; empty where it cannot be read. */
  readonly text: string;
}

export interface SymbolPlace extends Place {
  readonly name: string;
  /** In one word, such as `function`. */
  readonly kind: string;
  /** The class or module that it is in, where the server tells. */
  readonly container?: string;
}

export interface OutlineSymbol extends SymbolPlace {
  /** How many others it is in. */
  readonly depth: number;
}

/** More are neither shown nor looked up. */
const mostPlaces = 2000;

const lookups = {
  definition: { method: "textDocument/definition", capability: "definitionProvider" },
  implementation: { method: "textDocument/implementation", capability: "implementationProvider" },
  references: { method: "textDocument/references", capability: "referencesProvider" },
} as const;

export type Lookup = keyof typeof lookups;

/** Where a symbol is defined, implemented or used, each place once. Rejects with a `LanguageServerError`. */
export async function placesOf(
  server: LanguageServer,
  lookup: Lookup,
  spot: Spot,
  signal: AbortSignal,
): Promise<Place[]> {
  const { method, capability } = lookups[lookup];
  if (!server.can(capability)) throw cannot(server, `find ${lookup === "references" ? lookup : `${lookup}s`}`);
  const params = { ...at(spot), ...(lookup === "references" && { context: { includeDeclaration: true } }) };
  return await toPlaces(server, await server.request(method, params, locationsSchema, { signal }));
}

/** What the server tells of a symbol: its type and its documentation, in Markdown. Empty where it knows nothing. */
export async function describe(server: LanguageServer, spot: Spot, signal: AbortSignal): Promise<string> {
  if (!server.can("hoverProvider")) throw cannot(server, "describe symbols");
  return await server.request("textDocument/hover", at(spot), hoverSchema, { signal });
}

/** The symbols of a file, in its order. */
export async function symbolsIn(
  server: LanguageServer,
  document: OpenDocument,
  signal: AbortSignal,
): Promise<OutlineSymbol[]> {
  if (!server.can("documentSymbolProvider")) throw cannot(server, "list the symbols of a file");
  const params = { textDocument: { uri: document.uri } };
  const found = await server.request("textDocument/documentSymbol", params, documentSymbolsSchema, { signal });
  const symbols = found.flatMap((each) =>
    "location" in each ? flat(server, document, each) : nested(server, document, each, 0),
  );
  return symbols.sort((a, b) => a.line - b.line || a.depth - b.depth);
}

/** The symbols of the project whose names fit. */
export async function symbolsNamed(server: LanguageServer, query: string, signal: AbortSignal): Promise<SymbolPlace[]> {
  if (!server.can("workspaceSymbolProvider")) throw cannot(server, "look for symbols by name");
  const found = await server.request("workspace/symbol", { query }, workspaceSymbolsSchema, { signal });
  const sources = new Sources(server);
  const symbols: SymbolPlace[] = [];
  for (const { name, kind, containerName, location } of found.slice(0, mostPlaces)) {
    const start = { line: 0, character: 0 };
    const place = await placeAt(server, sources, { uri: location.uri, range: location.range ?? { start, end: start } });
    if (place)
      symbols.push({ ...place, name, kind: symbolKind(kind), ...(containerName && { container: containerName }) });
  }
  return symbols;
}

export interface Call extends SymbolPlace {
  /** Where it calls, or is called. */
  readonly from: readonly Place[];
}

/** Who calls a function, or whom it calls. */
export async function callsOf(
  server: LanguageServer,
  way: "callers" | "callees",
  spot: Spot,
  signal: AbortSignal,
): Promise<Call[]> {
  if (!server.can("callHierarchyProvider")) throw cannot(server, "follow calls");
  const items = await server.request("textDocument/prepareCallHierarchy", at(spot), callItemsSchema, { signal });
  if (items.length === 0) throw new LanguageServerError(`${spot.name} is nothing that is called.`);
  const sources = new Sources(server);
  const calls: Call[] = [];
  for (const item of items) {
    const found =
      way === "callers"
        ? (await server.request("callHierarchy/incomingCalls", { item }, callersSchema, { signal })).map(
            ({ from, fromRanges }) => ({ other: from, uri: from.uri, ranges: fromRanges }),
          )
        : (await server.request("callHierarchy/outgoingCalls", { item }, calleesSchema, { signal })).map(
            ({ to, fromRanges }) => ({ other: to, uri: item.uri, ranges: fromRanges }),
          );
    for (const { other, uri, ranges } of found.slice(0, mostPlaces)) {
      const from = await toPlaces(
        server,
        ranges.map((range) => ({ uri, range })),
        sources,
      );
      const call = await callAt(server, sources, other, from);
      if (call) calls.push(call);
    }
  }
  return calls;
}

async function callAt(
  server: LanguageServer,
  sources: Sources,
  { name, kind, uri, selectionRange: range }: CallItem,
  from: readonly Place[],
): Promise<Call | undefined> {
  const place = await placeAt(server, sources, { uri, range });
  return place && { ...place, name, kind: symbolKind(kind), from };
}

/** Places of the servers as ours, each once; what is no file is left out. */
async function toPlaces(server: LanguageServer, locations: readonly Location[], sources = new Sources(server)) {
  const places = new Map<string, Place>();
  for (const location of locations.slice(0, mostPlaces)) {
    const place = await placeAt(server, sources, location);
    if (place) places.set(`${place.path}\0${place.line}\0${place.column}`, place);
  }
  return [...places.values()].sort(byPlace);
}

const byPlace = (a: Place, b: Place) =>
  a.path === b.path ? a.line - b.line || a.column - b.column : a.path < b.path ? -1 : 1;

async function placeAt(
  server: LanguageServer,
  sources: Sources,
  { uri, range: { start } }: Location,
): Promise<Place | undefined> {
  const source = await sources.of(uri);
  if (!source) return undefined;
  const text = source.lines?.at(start.line) ?? "";
  const column = toUnits(text, start.character, server.encoding) + 1;
  return { path: source.path, line: start.line + 1, column, text: text.trim() };
}

function flat(
  server: LanguageServer,
  document: OpenDocument,
  { name, kind, containerName, location }: SymbolInformation,
): OutlineSymbol[] {
  const start = location.range?.start ?? { line: 0, character: 0 };
  const text = document.lines.at(start.line);
  const column = toUnits(text, start.character, server.encoding) + 1;
  const container = containerName ? { container: containerName } : {};
  const place = { path: document.path, line: start.line + 1, column, text: text.trim() };
  return [{ ...place, name, kind: symbolKind(kind), ...container, depth: containerName ? 1 : 0 }];
}

function nested(
  server: LanguageServer,
  document: OpenDocument,
  symbol: DocumentSymbol,
  depth: number,
): OutlineSymbol[] {
  const { line, character } = symbol.selectionRange.start;
  const text = document.lines.at(line);
  const column = toUnits(text, character, server.encoding) + 1;
  const own = {
    path: document.path,
    line: line + 1,
    column,
    text: text.trim(),
    name: symbol.name,
    kind: symbolKind(symbol.kind),
    depth,
  };
  return [own, ...(symbol.children ?? []).flatMap((child) => nested(server, document, child, depth + 1))];
}

function cannot(server: LanguageServer, what: string): LanguageServerError {
  return new LanguageServerError(`${server.name} cannot ${what}. Use Grep instead.`);
}
