/** Names taken apart into words. */

/** `HTTPServerError` and `http_server_error` are `http`, `server`, `error`. */
export function wordsOf(text: string): string[] {
  const found = text.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}]+|\p{N}+/gu) ?? [];
  return found.map((word) => word.toLowerCase());
}

/** A word without the endings that mean the same to a search. */
export function stem(word: string): string {
  if (word.length < 5) return word.replace(/s$/, "");
  return word.replace(/(?:ies|y)$/, "i").replace(/(?:ing|ers?|ed|es|s|e)$/, "");
}
