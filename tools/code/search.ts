/** What a search is given, and what the texts of its results have in common. */
import { join } from "node:path";
import type { Place } from "../../agent/message.ts";
import type { ToolContext, ToolOutput } from "../../agent/tool.ts";
import { fit, plural } from "../output.ts";
import { placesCard } from "../places.ts";
import { count, leftOut } from "./call.ts";
import type { Pace } from "./pace.ts";
import type { OpenIndex } from "./project.ts";
import type { Servers } from "./servers.ts";

export interface Search extends OpenIndex {
  readonly servers: Servers;
  /** Path from the root of what is searched; empty for all. */
  readonly inside: string;
  readonly isFile: boolean;
  readonly pace: Pace;
  readonly limit: number;
  readonly context: ToolContext;
}

/** Whether a file of the index is searched. */
export function isSearched({ survey, inside, isFile }: Search): (path: string) => boolean {
  return (path) => survey.files.has(path) && (!isFile || path === inside);
}

/** A result as the model reads it and as a person sees it. */
export interface Unit {
  readonly text: string;
  readonly row: Place;
}

/** A result of code: the place as a person goes to it. */
export function rowOf({ root }: Search, path: string, row: Omit<Place, "path">): Place {
  return { ...row, path: join(root, path) };
}

/** Results as text: a head, as many units as fit, and what is missing. As places for the page besides. */
export function results(search: Search, head: string, units: readonly Unit[], total: number, note = ""): ToolOutput {
  const texts = units.map(({ text }) => text);
  const fitted = fit(texts, search.context.countTokens);
  const missing = total - fitted.count;
  const notes = [
    missing > 0 ? `${count(missing)} more; raise limit, or name a smaller path.` : "",
    leftOut(search.survey),
  ].filter((note) => note !== "");
  return {
    text: [head, fitted.text, ...(notes.length > 0 ? [`\n${notes.join(" ")}`] : [])].join("\n"),
    details: placesCard(
      units.map(({ row }) => row),
      { total, note },
    ),
  };
}

/** Where it was looked, for a head or a "not found". */
export function lookedIn({ root, inside, survey, isFile }: Search): string {
  const place = inside === "" ? root : inside;
  return isFile ? place : `${place} (${plural(survey.files.size, "file")})`;
}
