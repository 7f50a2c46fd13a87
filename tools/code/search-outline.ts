/** "What is in this file or directory?" */
import type { ToolOutput } from "../../agent/tool.ts";
import { plural } from "../output.ts";
import type { Definition } from "./outline.ts";
import { isSearched, lookedIn, results, rowOf, type Search, type Unit } from "./search.ts";

export function searchOutline(search: Search): ToolOutput {
  const isWanted = isSearched(search);
  const paths = [...search.survey.files].filter(isWanted);
  if (paths.length === 0) return { text: `There is no code that can be read in ${lookedIn(search)}.` };
  const [only] = paths;
  if (search.isFile && only !== undefined) return outlineOfFile(search, only);
  const shown = paths.slice(0, search.limit);
  const units = shown.map((path) => unitOf(search, path, search.store.definitions(path)));
  return results(search, `${plural(paths.length, "file")} in ${search.inside || search.root}`, units, paths.length);
}

function outlineOfFile(search: Search, path: string): ToolOutput {
  const definitions = search.store.definitions(path);
  if (definitions.length === 0) return { text: `${path} defines nothing by a name.` };
  const units = definitions.map((definition) => {
    const { line, endLine, kind, signature, doc } = definition;
    const depth = "  ".repeat(depthOf(definitions, definition));
    const lines = endLine > line ? `${line}-${endLine}` : `${line}`;
    const comment = doc === "" ? "" : `  — ${doc}`;
    return {
      text: `${depth}${lines}  ${kind}  ${signature}${comment}`,
      row: rowOf(search, path, { line, kind, text: `${depth}${signature}` }),
    };
  });
  return results(search, `${path}: ${plural(definitions.length, "definition")}`, units, units.length);
}

/** A file on one line, with what it defines for others. */
function unitOf(search: Search, path: string, definitions: readonly Definition[]): Unit {
  const names = definitions
    .filter(({ isShared, parent }) => isShared && parent < 0)
    .map(({ kind, name }) => `${kind} ${name}`);
  const most = 12;
  const more = names.length > most ? `, ${names.length - most} more` : "";
  const text = names.length > 0 ? `${names.slice(0, most).join(", ")}${more}` : "";
  return { text: text === "" ? path : `${path}: ${text}`, row: rowOf(search, path, text === "" ? {} : { text }) };
}

function depthOf(definitions: readonly Definition[], { parent }: Definition): number {
  let depth = 0;
  for (let at = parent; at >= 0 && depth < 20; at = definitions[at]?.parent ?? -1) depth += 1;
  return depth;
}
