/** "Where is X defined?" */
import type { ToolOutput } from "../../agent/tool.ts";
import type { SymbolPlace } from "../lsp/lookups.ts";
import { plural } from "../output.ts";
import { type FoundDefinition, findDefinitions } from "./find-definitions.ts";
import { flat } from "./outline.ts";
import { inProject } from "./project.ts";
import { isSearched, lookedIn, results, rowOf, type Search, type Unit } from "./search.ts";

export async function searchDefinitions(search: Search, query: string): Promise<ToolOutput> {
  const isWanted = isSearched(search);
  const [found, symbols] = await Promise.all([
    findDefinitions(search.store, isWanted, query, search.pace),
    search.servers.symbols(query),
  ]);
  const known = new Set(found.map(({ path, definition }) => `${path}:${definition.line}`));
  const more = symbols.flatMap((symbol) => {
    const path = inProject(search.root, symbol.path);
    const isNew = path !== undefined && isWanted(path) && !known.has(`${path}:${symbol.line}`);
    return isNew && fitsExactly(symbol, query) ? [{ path, symbol }] : [];
  });
  const exact = found.filter(({ fit }) => fit === "exact");
  const rest = found.filter(({ fit }) => fit !== "exact");
  const units = [
    ...exact.map((each) => definitionUnit(search, each)),
    ...more.map(({ path, symbol }) => symbolUnit(search, path, symbol)),
    ...rest.map((each) => definitionUnit(search, each)),
  ];
  if (units.length === 0) return { text: `No definition fits ${query} in ${lookedIn(search)}.` };
  const note = exact.length + more.length > 0 ? "" : `Nothing is named exactly ${query}; what comes near it:`;
  const head = `${note === "" ? "" : `${note}\n`}${plural(units.length, "definition")} in ${lookedIn(search)}`;
  return results(search, head, units.slice(0, search.limit), units.length, note);
}

function fitsExactly({ name }: SymbolPlace, query: string): boolean {
  return name.toLowerCase() === query.toLowerCase();
}

function definitionUnit(search: Search, found: FoundDefinition): Unit {
  const { path, definition, container } = found;
  const { name, kind, line, signature } = definition;
  const title = container === "" ? name : `${container}.${name}`;
  return { text: showDefinition(found), row: rowOf(search, path, { line, kind, title, text: signature }) };
}

function symbolUnit(search: Search, path: string, symbol: SymbolPlace): Unit {
  const { line, kind, name, container, text } = symbol;
  const title = container ? `${container}.${name}` : name;
  return { text: showSymbol(path, symbol), row: rowOf(search, path, { line, kind, title, text: flat(text, 160) }) };
}

function showDefinition({ path, definition, container, fit }: FoundDefinition): string {
  const { name, kind, line, signature, doc } = definition;
  const owner = container === "" ? "" : `${container}.`;
  const source = fit === "exact" ? "" : `  [${fit}]`;
  const head = `${path}:${line}  ${kind} ${owner}${name} — ${signature}${source}`;
  return doc === "" ? head : `${head}\n    ${doc}`;
}

function showSymbol(path: string, { line, kind, name, container, text }: SymbolPlace): string {
  return `${path}:${line}  ${kind} ${container ? `${container}.` : ""}${name} — ${flat(text, 160)}  [LSP]`;
}
