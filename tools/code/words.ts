/** Names taken apart into words. */

/** `HTTPServerError` and `http_server_error` are `http`, `server`, `error`. */
export function wordsOf(text: string): string[] {
  const found = text.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? [];
  return found.map((word) => word.toLowerCase());
}

/** A word without the endings that make no difference to a search; it begins the word. */
export function stem(word: string): string {
  return word.replace(/(?<=.{3})(?:i?ed|ies|ing|ers?|es|s|e)$/, "").replace(/(?<=.{3})[yie]$/, "");
}

const shortWords = new Set(
  "a an the of to in on at is are be by for and or not with from how where what which who does do it this that".split(
    " ",
  ),
);

/** The words of a query that say something, each by its stem. */
export function queryStems(query: string): Set<string> {
  const words = wordsOf(query).filter((word) => word.length > 1 && !shortWords.has(word));
  return new Set(words.map(stem));
}
