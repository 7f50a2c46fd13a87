/** Which words differ between two lines. */

/** A piece of a line; `changed` where it differs from its counterpart. */
export interface Piece {
  readonly text: string;
  readonly changed: boolean;
}

/** Longer lines are not compared word by word. */
const mostWords = 300;
/** Lines that have less in common than this, of all their letters, are others altogether. */
const leastAlike = 0.35;

/** The pieces of the old and of the new line. Where they have little in common, nothing is marked. */
export function differingWords(old: string, now: string): readonly [readonly Piece[], readonly Piece[]] {
  const [a, b] = [words(old), words(now)];
  const plain = [whole(old), whole(now)] as const;
  if (a.length > mostWords || b.length > mostWords) return plain;
  const [inOld, inNow] = common(a, b);
  const letters = (list: readonly string[]) => list.join("").replace(/\s/g, "").length;
  const alike = letters(a.filter((_, at) => inOld.has(at)));
  if (alike < leastAlike * Math.max(letters(a), letters(b))) return plain;
  return [pieces(a, inOld), pieces(b, inNow)];
}

const whole = (text: string): Piece[] => [{ text, changed: false }];
const words = (text: string) => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];

/** The places of the longest run of words that both have in the same order. */
function common(a: readonly string[], b: readonly string[]): readonly [Set<number>, Set<number>] {
  const wide = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * wide);
  const at = (i: number, j: number) => lengths[i * wide + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * wide + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const [inA, inB] = [new Set<number>(), new Set<number>()];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      inA.add(i++);
      inB.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return [inA, inB];
}

function pieces(all: readonly string[], same: ReadonlySet<number>): Piece[] {
  const found: { text: string; changed: boolean }[] = [];
  for (const [at, text] of all.entries()) {
    // A blank between two words that differ differs with them.
    const changed = !same.has(at) || (/^\s+$/.test(text) && at > 0 && !same.has(at - 1) && !same.has(at + 1));
    const last = found.at(-1);
    if (last?.changed === changed) last.text += text;
    else found.push({ text, changed });
  }
  return found;
}
