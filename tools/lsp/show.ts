/** Results as lines that a model reads, `path:line: text`, and as rows that a person goes to. */
import type { Place as Row } from "../../agent/message.ts";
import { oneLine } from "../output.ts";
import type { Call, OutlineSymbol, Place, SymbolPlace } from "./lookups.ts";
import type { Diagnostic } from "./protocol.ts";

const severities = ["error", "warning", "information", "hint"] as const;
const severityOf = ({ severity }: Diagnostic) => severities[(severity ?? 1) - 1] ?? "error";

/** Shows a path as people read it. */
export type Shown = (path: string) => string;

export function diagnosticLine(diagnostic: Diagnostic, path: string): string {
  const { range, code, message } = diagnostic;
  const tag = code === undefined || code === null || code === "" ? "" : ` [${code}]`;
  return `${path}:${range.start.line + 1}: ${severityOf(diagnostic)}: ${oneLine(message, 400)}${tag}`;
}

export function diagnosticPlace(diagnostic: Diagnostic, path: string): Row {
  const { range, message } = diagnostic;
  return { path, line: range.start.line + 1, kind: severityOf(diagnostic), text: oneLine(message, 400) };
}

export const placeLine = ({ path, line, text }: Place, shown: Shown) => `${shown(path)}:${line}: ${oneLine(text, 200)}`;

export function symbolLine({ path, line, kind, name, container }: SymbolPlace, shown: Shown): string {
  return `${shown(path)}:${line}: ${kind} ${container ? `${container}.` : ""}${oneLine(name)}`;
}

export const outlineLine = ({ line, kind, name, depth }: OutlineSymbol) =>
  `${line}: ${"  ".repeat(depth)}${kind} ${oneLine(name)}`;

/** The function, and below it the lines of the calls. */
export function callLines(call: Call, shown: Shown): string[] {
  return [symbolLine(call, shown), ...call.from.map((place) => `  ${placeLine(place, shown)}`)];
}

export const placeRow = ({ path, line, text }: Place): Row => ({ path, line, text: oneLine(text, 200) });

export function symbolRow({ path, line, kind, name, container, text }: SymbolPlace): Row {
  const title = `${container ? `${container}.` : ""}${oneLine(name)}`;
  return { path, line, kind, title, text: oneLine(text, 200) };
}
