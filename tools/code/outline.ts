/** What is kept of a file of code: what it defines, and which names it uses. */

export type Kind =
  | "function"
  | "method"
  | "class"
  | "interface"
  | "struct"
  | "trait"
  | "type"
  | "enum"
  | "const"
  | "macro"
  | "field"
  | "module"
  | "impl";

export interface Definition {
  readonly name: string;
  readonly kind: Kind;
  /** First line, from 1: the one with the name. */
  readonly line: number;
  readonly endLine: number;
  /** Which definition of the same file it is in; -1 for none. */
  readonly parent: number;
  /** Its head on one line, at most 160 characters. */
  readonly signature: string;
  /** Whether other files can mean it: by its name, or after a dot where it is a method. */
  readonly isShared: boolean;
  /** First sentence of its comment; may be empty. */
  readonly doc: string;
}

export interface Outline {
  /** In order of appearance, so that each stands after what it is in. */
  readonly definitions: readonly Definition[];
  /** How often each name is used, those after a dot with it; names that are bound inside of functions only are left out. */
  readonly uses: ReadonlyMap<string, number>;
}

/** Why nothing is kept of a file. */
export type Skip = "too large" | "binary" | "minified" | "generated" | "too hard to parse" | "unreadable";

export const maxFileBytes = 1_000_000;
export const maxSignatureChars = 160;
const maxDocChars = 160;
/** Most definitions and names of one file; no code that people write has more. */
export const maxDefinitions = 10_000;
export const maxUses = 20_000;
export const maxNameChars = 100;

/** Text as one line of at most so many characters. */
export function flat(text: string, maxChars: number): string {
  const line = text
    .slice(0, maxChars * 8)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length <= maxChars
    ? line
    : `${line
        .slice(0, maxChars - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

/** First sentence of a comment without its marks. */
export function firstSentence(comment: string): string {
  const lines = comment
    .slice(0, 2_000)
    .split("\n")
    .map((line) =>
      line.replace(/^\s*(?:\/\*+!?|\*+\/|\*+|\/\/+!?|#+!?|--+|"""|''')\s?/, "").replace(/\s*(?:\*+\/|"""|''')\s*$/, ""),
    );
  const text = lines
    .join(" ")
    .replace(/<\/?[a-z][^>]{0,80}>/gi, " ")
    .trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(text.replace(/\s+/g, " "))?.[0] ?? text;
  return flat(sentence, maxDocChars);
}
