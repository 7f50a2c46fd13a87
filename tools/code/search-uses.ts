/** "Who uses X?" */
import type { Place } from "../../agent/message.ts";
import type { ToolOutput } from "../../agent/tool.ts";
import { plural } from "../output.ts";
import { type FoundDefinition, findDefinitions } from "./find-definitions.ts";
import { type FoundUse, findUses } from "./find-uses.ts";
import { flat } from "./outline.ts";
import { inProject } from "./project.ts";
import { isSearched, lookedIn, results, rowOf, type Search } from "./search.ts";

const maxLineChars = 160;
/** Definitions of one name whose uses a server is asked for. */
const mostAsked = 5;

export async function searchUses(search: Search, query: string): Promise<ToolOutput> {
  const { store, root, survey, pace } = search;
  const name =
    query
      .replace(/\(\)$/, "")
      .split(/::|[.#\s/]/)
      .at(-1) ?? query;
  const everywhere = (path: string) => survey.files.has(path);
  const defined = (await findDefinitions(store, everywhere, query, pace)).filter(
    ({ fit, definition }) => fit === "exact" && definition.name === name,
  );
  const [byName, known] = await Promise.all([
    findUses(store, root, isSearched(search), name, pace),
    askServers(search, defined),
  ]);
  const { sure, rest } = sort(byName.uses, known, search);
  const units = [
    ...sure.map((use) => ({ text: `${show(use)}  [LSP]`, row: rowOfUse(search, use) })),
    ...rest.map((use) => ({ text: show(use), row: rowOfUse(search, use) })),
  ];
  if (units.length === 0) return { text: notFound(search, name, defined) };
  const files = new Set([...sure, ...rest].map(({ path }) => path)).size;
  const source = known === undefined ? "by name" : `${sure.length} known to a language server, the rest by name`;
  const head = [
    `${plural(units.length, "use")} of ${name} in ${plural(files, "file")} (${source})${byName.isCut ? "; not all files that have the name were read" : ""}`,
    ...defined
      .slice(0, mostAsked)
      .map(
        ({ path, definition }) => `defined at ${path}:${definition.line}  ${definition.kind} — ${definition.signature}`,
      ),
  ].join("\n");
  return results(search, head, units.slice(0, search.limit), units.length);
}

/** Undefined where no server knows any of them. */
async function askServers({ root, servers }: Search, defined: readonly FoundDefinition[]) {
  const answers = await Promise.all(
    defined
      .slice(0, mostAsked)
      .map(({ path, definition }) => servers.references(`${root}/${path}`, definition.line, definition.name)),
  );
  const places = answers.filter((answer) => answer !== undefined).flat();
  return answers.every((answer) => answer === undefined) ? undefined : places;
}

/** Those that a server knows, and those that only have the name. Definitions are no uses. */
function sort(byName: readonly FoundUse[], known: Awaited<ReturnType<typeof askServers>>, search: Search) {
  const named = new Map(byName.map((use) => [`${use.path}:${use.line}`, use]));
  const isWanted = isSearched(search);
  const sure: FoundUse[] = [];
  for (const { path, line, text } of known ?? []) {
    const inside = inProject(search.root, path);
    const key = `${inside}:${line}`;
    const use = named.get(key);
    if (use !== undefined) sure.push(use);
    else if (inside !== undefined && isWanted(inside) && !isDefinition(search, inside, line)) {
      sure.push({ path: inside, line, text, inside: "" });
    }
    named.delete(key);
  }
  return { sure, rest: [...named.values()] };
}

function isDefinition({ store }: Search, path: string, line: number): boolean {
  return store.definitions(path).some((definition) => definition.line === line);
}

function show({ path, line, text, inside }: FoundUse): string {
  return `${path}:${line}  ${flat(text, maxLineChars)}${inside === "" ? "" : `  (in ${inside})`}`;
}

function rowOfUse(search: Search, { path, line, text, inside }: FoundUse): Place {
  const use = rowOf(search, path, { line, text: flat(text, maxLineChars) });
  return inside === "" ? use : { ...use, kind: `in ${inside}` };
}

function notFound(search: Search, name: string, defined: readonly FoundDefinition[]): string {
  const [first] = defined;
  if (first === undefined) return `Nothing is named ${name} in ${lookedIn(search)}, so nothing uses it there.`;
  return `Nothing uses ${name} in ${lookedIn(search)}; it is defined at ${first.path}:${first.definition.line}.`;
}
