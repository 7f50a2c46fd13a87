/**
 * The best way to lay a query over a path. For each letter of the query a row tells, at each place of the path, the
 * best score with the letter right there (`hits`) and the best with it there or before (`reach`).
 */

/** Worth of a letter that matches, and more where it follows the one before at once. */
const match = 16;
const together = 6;
/** Price of letters passed over: of the first, and of each. */
const gapStart = 3;
const gapMore = 1;
/** The score of what does not match. */
export const none = -1_000_000;
/** Longer paths are compared by their first so many characters. */
export const maxPathChars = 1024;

export class Aligner {
  readonly #folded: Uint16Array;
  readonly #bonus: Uint8Array;
  readonly #query: Uint16Array;
  readonly #first: Int32Array;
  readonly #hits: Int32Array;
  readonly #reach: Int32Array;
  /** Of the path last scored, up to the last place where the query can end. */
  #length = 0;

  constructor(folded: Uint16Array, bonus: Uint8Array, query: Uint16Array) {
    this.#folded = folded;
    this.#bonus = bonus;
    this.#query = query;
    this.#first = new Int32Array(query.length);
    this.#hits = new Int32Array(query.length * maxPathChars);
    this.#reach = new Int32Array(query.length * maxPathChars);
  }

  /** The best score of the path that lies from one place to before another, or `none`. */
  score(from: number, to: number): number {
    const folded = this.#folded;
    const query = this.#query;
    const length = query.length;
    let at = from;
    for (let row = 0; row < length; row++, at++) {
      const code = query[row];
      while (at < to && folded[at] !== code) at++;
      if (at === to) return none;
      this.#first[row] = at - from;
    }
    let end = to;
    while (folded[end - 1] !== query[length - 1]) end--;
    this.#length = end - from;
    return this.#fill(from, end - from);
  }

  /** Where in the path each letter of the query lies, for a path that matches. */
  positions(from: number, to: number): number[] {
    this.score(from, to);
    const last = this.#query.length - 1;
    const places: number[] = [];
    let column = this.#bestColumn(last, this.#length);
    for (let row = last; row >= 0; row--) {
      places[row] = column;
      if (row === 0) break;
      const hit = this.#hits[row * maxPathChars + column] ?? none;
      const before = this.#hits[(row - 1) * maxPathChars + column - 1] ?? none;
      const bonus = this.#bonus[from + column] ?? 0;
      const isTogether = column > (this.#first[row - 1] ?? 0) && before + match + bonus + together === hit;
      column = isTogether ? column - 1 : this.#bestColumn(row - 1, column);
    }
    return places;
  }

  /** Of the places before `end` the one whose letter, counting the gap up to `end`, scores best. */
  #bestColumn(row: number, end: number): number {
    const first = this.#first[row] ?? 0;
    let column = first;
    let best = none * 2;
    const isLast = row === this.#query.length - 1;
    for (let at = first; at < end; at++) {
      const hit = this.#hits[row * maxPathChars + at] ?? none;
      const score = isLast ? hit : hit + gapMore * at;
      if (score <= best) continue;
      best = score;
      column = at;
    }
    return column;
  }

  #fill(from: number, length: number): number {
    const [folded, bonus, query, hits, reach] = [this.#folded, this.#bonus, this.#query, this.#hits, this.#reach];
    const rows = query.length;
    let best = none;
    for (let row = 0; row < rows; row++) {
      const code = query[row];
      const own = row * maxPathChars;
      const above = own - maxPathChars;
      const first = this.#first[row] ?? 0;
      const end = length - (rows - 1 - row);
      let reached = none;
      best = none;
      for (let column = first; column < end; column++) {
        let hit = none;
        if (folded[from + column] === code) {
          const worth = bonus[from + column] ?? 0;
          if (row === 0) hit = match + 2 * worth;
          else {
            const near = (hits[above + column - 1] ?? none) + together;
            hit = match + worth + Math.max(near, reach[above + column - 1] ?? none);
          }
          if (hit > best) best = hit;
        }
        hits[own + column] = hit;
        reached -= gapMore;
        if (hit - gapStart > reached) reached = hit - gapStart;
        reach[own + column] = reached;
      }
    }
    return best;
  }
}
