/** Where in a file a name stands: models know names and lines, servers want characters. */
import type { OpenDocument } from "./documents.ts";
import { LanguageServerError } from "./errors.ts";
import { fromUnits, type Lines } from "./position.ts";
import { type DocumentSymbol, documentSymbolsSchema, locationsSchema, type Position } from "./protocol.ts";
import type { LanguageServer } from "./server.ts";

/** A symbol as it is named by whoever asks. */
export interface Target {
  /** Canonical. */
  readonly path: string;
  /** From 1; without it, the declaration of that name in the file is meant. */
  readonly line?: number | undefined;
  readonly name: string;
  /** Which one on the line, from 1, where it stands there more than once. */
  readonly occurrence?: number | undefined;
}

/** A place in an open document, as its server counts. */
export interface Spot {
  readonly document: OpenDocument;
  readonly position: Position;
  readonly name: string;
}

export const at = ({ document, position }: Spot) => ({ textDocument: { uri: document.uri }, position });

/** Finds the name, or rejects with a `LanguageServerError` that says where it is instead, or that it is not the only one. */
export async function spotOf(server: LanguageServer, target: Target, signal: AbortSignal): Promise<Spot> {
  const { path, line, name } = target;
  const document = await server.documents.sync(path);
  if (!document) throw new LanguageServerError(`${path} cannot be read as text.`);
  if (line === undefined) return await declarationOf(server, document, name, signal);
  const text = document.lines.at(line - 1);
  const columns = columnsOf(text, name);
  if (columns.length === 0) throw new LanguageServerError(missing(document.lines, target));
  const spots = columns.map((column) => spotAt(server, document, line - 1, column, name));
  const chosen = spots[(target.occurrence ?? 1) - 1];
  if (!chosen) throw new LanguageServerError(`${name} stands only ${spots.length} times on line ${line} of ${path}.`);
  if (target.occurrence !== undefined || (await areOne(server, spots, signal))) return chosen;
  const shown = columns.map((column, index) => `${index + 1} at column ${column + 1}`).join(", ");
  throw new LanguageServerError(
    `${name} stands ${spots.length} times on line ${line} of ${path}, for different things; say which by occurrence: ${shown}.`,
  );
}

function spotAt(server: LanguageServer, document: OpenDocument, line: number, column: number, name: string): Spot {
  const character = fromUnits(document.lines.at(line), column, server.encoding);
  return { document, position: { line, character }, name };
}

/** Columns, from 0, at which a name begins that is not a part of another. */
function columnsOf(text: string, name: string): number[] {
  const columns: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(0, at);
    const after = text.slice(at + name.length);
    const goesOn = /^[\p{L}\p{N}_$]/u.test(name) && /[\p{L}\p{N}_$]$/u.test(before);
    if (!goesOn && !(/[\p{L}\p{N}_$]$/u.test(name) && /^[\p{L}\p{N}_$]/u.test(after))) columns.push(at);
  }
  return columns;
}

function missing(lines: Lines, { path, line = 0, name }: Target): string {
  if (line > lines.count) return `${path} has only ${lines.count} lines.`;
  const elsewhere: number[] = [];
  for (let at = 0; at < lines.count && elsewhere.length < 10; at++) {
    if (columnsOf(lines.at(at), name).length > 0) elsewhere.push(at + 1);
  }
  if (elsewhere.length === 0) return `${name} is nowhere in ${path}.`;
  return `${name} is not on line ${line} of ${path}; it is on ${elsewhere.join(", ")}.`;
}

/** Whether the server takes all of them for the same thing. */
async function areOne(server: LanguageServer, spots: readonly Spot[], signal: AbortSignal): Promise<boolean> {
  if (spots.length === 1) return true;
  if (!server.can("definitionProvider")) return false;
  const found = await Promise.all(
    spots.map((spot) => server.request("textDocument/definition", at(spot), locationsSchema, { signal })),
  );
  const [first, ...others] = found.map((locations) => JSON.stringify(locations));
  return first !== "[]" && others.every((other) => other === first);
}

/** The one declaration of a name in a file. */
async function declarationOf(
  server: LanguageServer,
  document: OpenDocument,
  name: string,
  signal: AbortSignal,
): Promise<Spot> {
  const params = { textDocument: { uri: document.uri } };
  const found = await server.request("textDocument/documentSymbol", params, documentSymbolsSchema, { signal });
  const lines = found.flatMap((symbol) => linesOf(symbol, name));
  const [line] = lines;
  if (lines.length > 1) {
    const shown = lines.map((each) => each + 1).join(", ");
    throw new LanguageServerError(`${name} is declared more than once in ${document.path}; give the line: ${shown}.`);
  }
  const columns = line === undefined ? [] : columnsOf(document.lines.at(line), name);
  const [column] = columns;
  if (line === undefined || column === undefined) {
    throw new LanguageServerError(`${name} is not declared in ${document.path}; give the line on which it stands.`);
  }
  return spotAt(server, document, line, column, name);
}

type Found =
  | DocumentSymbol
  | { readonly name: string; readonly location: { readonly range?: DocumentSymbol["range"] | undefined } };

function linesOf(symbol: Found, name: string): number[] {
  if ("location" in symbol) return symbol.name === name ? [symbol.location.range?.start.line ?? 0] : [];
  const own = symbol.name === name ? [symbol.selectionRange.start.line] : [];
  return [...own, ...(symbol.children ?? []).flatMap((child) => linesOf(child, name))];
}
