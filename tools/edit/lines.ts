/** Where lines stand in a file: exactly, or with something left aside that a model cannot see or does not keep. */

/** What of two lines may differ, from the least to the most. */
export const leniencies = ["line ends", "look-alikes", "indentation"] as const;
export type Leniency = (typeof leniencies)[number];

/** As sentences name it. */
export const asideWords: Readonly<Record<Leniency, string>> = {
  "line ends": "whitespace at line ends aside",
  "look-alikes": "quotes, dashes and spaces that only look alike aside",
  indentation: "indentation aside",
};

export interface Match {
  /** Of the first line, from 0. */
  readonly index: number;
  /** What had to be left aside; undefined where the lines are the very same. */
  readonly aside?: Leniency;
}

/** Lines with their breaks; a last line without one stands out by lacking it. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A line without its break. */
export function bodyOf(line: string): string {
  return line.replace(/\r?\n$/, "");
}

/** Every place where the lines stand exactly, from the start; line breaks of either kind are the same. */
export function findExact(file: readonly string[], wanted: readonly string[]): number[] {
  return indexesOf(file.map(bodyOf), wanted);
}

/** Every place where they stand with as little left aside as has to be; none where nothing helps. */
export function findLoosely(
  file: readonly string[],
  wanted: readonly string[],
  allowed: readonly Leniency[] = leniencies,
): Match[] {
  for (const aside of leniencies.filter((each) => allowed.includes(each))) {
    const same = sameness[aside];
    const found = indexesOf(file.map(bodyOf).map(same), wanted.map(same));
    if (found.length > 0) return found.map((index) => ({ index, aside }));
  }
  return [];
}

const sameness: Readonly<Record<Leniency, (line: string) => string>> = {
  "line ends": (line) => line.trimEnd(),
  "look-alikes": (line) => plainMarks(line).trimEnd(),
  indentation: (line) => plainMarks(line).trim(),
};

function indexesOf(file: readonly string[], wanted: readonly string[]): number[] {
  const found: number[] = [];
  for (let index = 0; index + wanted.length <= file.length; index++) {
    if (wanted.every((line, offset) => file[index + offset] === line)) found.push(index);
  }
  return found;
}

/** ASCII in place of quotes, dashes and spaces that look like it. Positions in the text stay what they were. */
export function plainMarks(text: string): string {
  return text
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″]/g, '"')
    .replace(/[‐‑‒–—―−]/g, "-")
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ");
}

/**
 * How added lines are to be indented where the lines around them are indented otherwise in the file than they were written:
 * what each indentation became. Undefined where that does not follow from the lines.
 */
export function reindent(
  written: readonly string[],
  found: readonly string[],
  added: readonly string[],
): readonly string[] | undefined {
  const became = new Map<string, string>();
  for (const [at, line] of written.entries()) {
    if (line.trim() === "") continue;
    const [from, to] = [indentOf(line), indentOf(found[at] ?? "")];
    if ((became.get(from) ?? to) !== to) return undefined;
    became.set(from, to);
  }
  const result: string[] = [];
  for (const line of added) {
    const indent = line.trim() === "" ? "" : newIndent(indentOf(line), became);
    if (indent === undefined) return undefined;
    result.push(indent + line.trimStart());
  }
  return result;
}

/** Deeper than any that is known: as much deeper as it was written, if the file uses the same kind of whitespace. */
function newIndent(written: string, became: ReadonlyMap<string, string>): string | undefined {
  const known = became.get(written);
  if (known !== undefined) return known;
  const bases = [...became].filter(([from]) => written.startsWith(from)).sort(([a], [b]) => b.length - a.length);
  const [base] = bases;
  if (base === undefined) return undefined;
  const indent = base[1] + written.slice(base[0].length);
  return /^(?: *|\t*)$/.test(indent) ? indent : undefined;
}

const indentOf = (line: string) => /^[ \t]*/.exec(line)?.[0] ?? "";
