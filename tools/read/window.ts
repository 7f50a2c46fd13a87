/** A window of lines over a document that is made of sections: pages, sheets, slides, cells, chapters. */
import { maxCollectedChars } from "../output.ts";
import { parsePages } from "./pages.ts";
import { type Picture, type Reading, ReadProblem, type ReadRequest, type SectionStart } from "./request.ts";

export interface Section {
  /** As notes call it, e.g. `sheet 2 "Sales"`. */
  readonly name: string;
  /** Its lines, made while they are asked for. */
  lines(): Iterable<string>;
}

export interface Document {
  /** What is said of it before its first section, if anything. */
  readonly head?: readonly string[];
  readonly sections: readonly Section[];
  /** Known once all lines were made. */
  readonly pictures?: readonly Picture[];
}

const maxLineChars = 20_000;
const maxSectionsTold = 500;

/** The lines that were asked for; all are made, and counted, but no more are kept than a result can hold. */
export function windowOf(document: Document, request: ReadRequest): Reading {
  const { head = [], sections } = document;
  const wanted = choose(sections, request.pages);
  const ring = new Ring(request);
  const starts: SectionStart[] = [];
  for (const line of request.pages === undefined ? head : []) ring.add(line);
  for (const section of wanted) {
    if (starts.length < maxSectionsTold) starts.push({ name: section.name, line: ring.total + 1 });
    for (const text of section.lines()) for (const line of text.split("\n")) ring.add(line);
  }
  if (request.lastLines === undefined && ring.total > 0 && (request.offset ?? 1) > ring.total)
    throw new ReadProblem(`has ${ring.total} lines as text; there is no line ${request.offset}.`);
  const { lines, first, total } = ring;
  return { type: "lines", lines, first, total, sections: starts, pictures: document.pictures ?? [] };
}

function choose(sections: readonly Section[], pages: string | undefined): readonly Section[] {
  if (pages === undefined) return sections;
  const noun = sections[0]?.name.split(" ")[0];
  if (noun === undefined || noun === "the") throw new ReadProblem("has no pages; go by offset and limit.");
  const range = parsePages(pages, sections.length, noun);
  if (typeof range === "string") throw new ReadProblem(range);
  return sections.slice(range.from - 1, range.to);
}

/** Keeps the lines of a window, from the start or from the end. */
class Ring {
  total = 0;
  lines: string[] = [];
  #chars = 0;
  readonly #offset: number;
  readonly #limit: number;
  readonly #lastLines: number | undefined;

  constructor({ offset = 1, limit = Number.POSITIVE_INFINITY, lastLines }: ReadRequest) {
    this.#offset = offset;
    this.#limit = limit;
    this.#lastLines = lastLines;
  }

  get first(): number {
    return this.#lastLines === undefined ? this.#offset : this.total - this.lines.length + 1;
  }

  add(text: string): void {
    this.total++;
    if (this.#lastLines === undefined) {
      if (this.total < this.#offset || this.lines.length >= this.#limit || this.#chars >= maxCollectedChars) return;
    }
    const line = text.length > maxLineChars ? `${text.slice(0, maxLineChars)}… [cut; ${text.length} characters]` : text;
    this.lines.push(line);
    this.#chars += line.length + 1;
    if (this.#lastLines === undefined) return;
    while (this.lines.length > this.#lastLines || (this.#chars > maxCollectedChars && this.lines.length > 1)) {
      this.#chars -= (this.lines.shift()?.length ?? 0) + 1;
    }
  }
}
