/** Places in a text as servers count them: lines, and characters in the encoding that was agreed on. */
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Encoding, Position, Range } from "./protocol.ts";

export const uriOf = (path: string) => pathToFileURL(path).href;

/** The absolute path, or undefined for what is no file, such as the inside of an archive. */
export function pathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** A text with its lines found, so that places are cheap to look up. */
export class Lines {
  readonly text: string;
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.text = text;
    this.#starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (match) => match.index + match[0].length)];
  }

  get count(): number {
    return this.#starts.length;
  }

  /** A line, from 0, without its break; empty where there is none. */
  at(line: number): string {
    const start = this.#starts[line];
    return start === undefined ? "" : this.text.slice(start, this.#starts[line + 1]).replace(/[\r\n]+$/, "");
  }

  /** Index in the text; beyond the end of the line or of the text it is that end. */
  indexOf(position: Position, encoding: Encoding): number {
    const start = this.#starts[position.line];
    if (start === undefined) return this.text.length;
    return start + toUnits(this.at(position.line), position.character, encoding);
  }

  /** The text of a range. */
  slice({ start, end }: Range, encoding: Encoding): string {
    return this.text.slice(this.indexOf(start, encoding), this.indexOf(end, encoding));
  }
}

/** UTF-16 units at the start of a line that so many characters of the encoding are, at most the whole line. */
export function toUnits(line: string, characters: number, encoding: Encoding): number {
  if (encoding === "utf-16") return Math.min(characters, line.length);
  let units = 0;
  let left = characters;
  for (const character of line) {
    left -= width(character, encoding);
    if (left < 0) break;
    units += character.length;
  }
  return units;
}

/** Characters of the encoding in so many UTF-16 units at the start of a line. */
export function fromUnits(line: string, units: number, encoding: Encoding): number {
  if (encoding === "utf-16") return Math.min(units, line.length);
  let characters = 0;
  for (const character of line.slice(0, units)) characters += width(character, encoding);
  return characters;
}

function width(character: string, encoding: Encoding): number {
  switch (encoding) {
    case "utf-16":
      return character.length;
    case "utf-32":
      return 1;
    case "utf-8":
      return Buffer.byteLength(character);
  }
}
