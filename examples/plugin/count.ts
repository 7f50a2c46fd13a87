export interface WordCount {
  readonly word: string;
  readonly count: number;
}

/** The most used first; of equal ones the one that came first. */
export function countWords(text: string): WordCount[] {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count);
}
