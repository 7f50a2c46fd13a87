/** Splits a line into words as a shell does. */
import { UsageError } from "../../../agent/error.ts";

/** Quotes and backslashes as in POSIX; nothing is expanded. Throws `UsageError` for a quote that is not closed. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|[^\s'"\\]+/gy;
  let word: string | undefined;
  while (token.lastIndex < line.length) {
    const match = token.exec(line);
    if (!match) throw new UsageError(`A quote or a backslash is left open in: ${line}`);
    const [all, single, double, escaped] = match;
    if (/^\s/.test(all)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + (single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? all);
    }
  }
  return word === undefined ? words : [...words, word];
}
