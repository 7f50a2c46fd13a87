/** Short lists narrowed by what is typed. Files are matched by the server; this is for what the page knows by itself. */

export type Ranges = readonly (readonly [from: number, to: number])[];

export interface Match {
  /** Higher is better. */
  readonly score: number;
  /** What matched, as half-open ranges. */
  readonly ranges: Ranges;
}

/** How well a name fits the letters typed: at its beginning, at the beginning of a word, within, or scattered. */
export function match(typed: string, name: string): Match | undefined {
  if (typed === "") return { score: 0, ranges: [] };
  const [letters, text] = [typed.toLowerCase(), name.toLowerCase()];
  const at = text.indexOf(letters);
  if (at >= 0) {
    const isWord = at === 0 || /[^a-z0-9]/.test(text[at - 1] ?? "");
    return { score: (at === 0 ? 3_000 : isWord ? 2_000 : 1_000) - name.length, ranges: [[at, at + letters.length]] };
  }
  return scattered(letters, text);
}

function scattered(letters: string, text: string): Match | undefined {
  const ranges: [number, number][] = [];
  let from = 0;
  for (const letter of letters) {
    const at = text.indexOf(letter, from);
    if (at < 0) return undefined;
    const last = ranges.at(-1);
    if (last?.[1] === at) last[1] = at + letter.length;
    else ranges.push([at, at + letter.length]);
    from = at + letter.length;
  }
  return { score: -10 * ranges.length - text.length, ranges };
}

/** Those that fit, best first. Scattered letters count only where nothing has them together. */
export function matching<Item>(
  typed: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): readonly { readonly item: Item; readonly ranges: Ranges }[] {
  const found = items.flatMap((item) => {
    const fit = match(typed, nameOf(item));
    return fit ? [{ item, ...fit }] : [];
  });
  const whole = found.filter(({ score }) => score >= 0);
  return (whole.length > 0 ? whole : found).sort((a, b) => b.score - a.score);
}

/** A text cut where ranges begin and end. */
export function pieces(text: string, ranges: Ranges): readonly { readonly text: string; readonly isMatch: boolean }[] {
  const cuts: { text: string; isMatch: boolean }[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    cuts.push({ text: text.slice(at, from), isMatch: false }, { text: text.slice(from, to), isMatch: true });
    at = to;
  }
  return [...cuts, { text: text.slice(at), isMatch: false }].filter((cut) => cut.text !== "");
}
