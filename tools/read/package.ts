/** What Office's formats have in common: parts in a ZIP, and relations from one to others. */
import { dirname, join } from "node:path/posix";
import { ReadProblem } from "./request.ts";
import { attribute, decodeXml, xmlEvents } from "./xml.ts";
import type { Zip } from "./zip.ts";

/** Most bytes of one part, and of all together. */
const maxPartBytes = 200_000_000;
const maxAllBytes = 400_000_000;

export interface Package {
  has(path: string): boolean;
  /** Throws `ReadProblem` where the part is missing or too large. */
  text(path: string): string;
}

/** Parts as text; together they may hold no more than so many bytes, so that a bomb stays small. */
export function partsOf(zip: Zip): Package {
  let left = maxAllBytes;
  return {
    has: (path) => zip.find(path) !== undefined,
    text(path) {
      const entry = zip.find(path);
      if (!entry) throw new ReadProblem(`is damaged: its part ${JSON.stringify(path)} is missing.`);
      const bytes = zip.read(entry, Math.min(maxPartBytes, Math.max(1, left)));
      left -= bytes.length;
      return decodeXml(bytes);
    },
  };
}

export interface Relation {
  /** Path of a part, or an address where it is external. */
  readonly target: string;
  /** The last word of its type, e.g. `notesSlide`. */
  readonly type: string;
}

/** The relations of a part, by id; none where it has none. */
export function relationsOf(parts: Package, path: string): ReadonlyMap<string, Relation> {
  const own = join(dirname(path), "_rels", `${path.slice(path.lastIndexOf("/") + 1)}.rels`);
  const found = new Map<string, Relation>();
  if (!parts.has(own)) return found;
  for (const event of xmlEvents(parts.text(own))) {
    if (event.type !== "open" || event.name !== "Relationship") continue;
    const target = attribute(event, "Target") ?? "";
    const isExternal = attribute(event, "TargetMode") === "External";
    found.set(attribute(event, "Id") ?? "", {
      target: isExternal ? target : target.startsWith("/") ? target.slice(1) : join(dirname(path), target),
      type: (attribute(event, "Type") ?? "").split("/").at(-1) ?? "",
    });
  }
  return found;
}

/** Rows of cells as a Markdown table; the first row is its head. */
export function* markdownTable(rows: readonly (readonly string[])[]): Generator<string> {
  const width = Math.max(0, ...rows.slice(0, 10_000).map((row) => row.length));
  if (width === 0) return;
  for (const [index, row] of rows.entries()) {
    const cells = Array.from({ length: Math.max(width, row.length) }, (_, at) => cellText(row[at] ?? ""));
    yield `| ${cells.join(" | ")} |`;
    if (index === 0) yield `|${" --- |".repeat(width)}`;
  }
}

const cellText = (text: string) =>
  text
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|");
