/**
 * Finds a few of many paths by some of their letters, in order, as fzf does: letters that start words, stand together or are in
 * the last name count for more. Source of the idea: fzf's `algo.go`.
 */
import type { FoundFile } from "./file-types.ts";

const match = 16;
const together = 6;
const inName = 4;
const gapStart = 3;
const gapMore = 1;
const none = -1_000_000;
/** Longer paths are compared by their first so many characters, longer queries too. */
const maxPathChars = 1024;
const maxQueryChars = 64;

/** Paths made ready to be searched: their characters side by side, each with what a match there is worth. */
export class PathTable {
  readonly paths: readonly string[];
  readonly #starts: Int32Array;
  readonly #folded: Uint16Array;
  readonly #bonus: Uint8Array;
  /** Which letters and digits each path holds, a bit each. */
  readonly #masks: Int32Array;
  /** The characters as they are, made when first needed. */
  #asWritten: Uint16Array | undefined;

  private constructor(paths: readonly string[]) {
    this.paths = paths;
    let total = 0;
    for (const path of paths) total += Math.min(path.length, maxPathChars);
    this.#starts = new Int32Array(paths.length + 1);
    this.#folded = new Uint16Array(total);
    this.#bonus = new Uint8Array(total);
    this.#masks = new Int32Array(paths.length);
  }

  /** Gives the event loop a turn every few milliseconds. */
  static async make(paths: readonly string[]): Promise<PathTable> {
    const table = new PathTable(paths);
    for (let index = 0; index < paths.length; index++) {
      table.#add(index, paths[index] ?? "");
      if (index % 5_000 === 4_999) await new Promise((go) => setImmediate(go));
    }
    return table;
  }

  /** The best, best first; the shorter of equals, then in the order of the alphabet. With an upper-case letter in it, case counts. */
  find(query: string, limit: number): FoundFile[] {
    const wanted = query.replace(/\s+/g, "").slice(0, maxQueryChars);
    if (wanted === "" || limit < 1) return [];
    const isStrict = wanted !== wanted.toLowerCase();
    const codes = Uint16Array.from({ length: wanted.length }, (_, at) => wanted.charCodeAt(at));
    const best = new Best(limit, this.paths);
    const mask = codes.reduce((all, code) => all | bitOf(fold(code)), 0);
    const aligner = new Aligner(isStrict ? this.#exact() : this.#folded, this.#bonus, codes);
    for (let index = 0; index < this.paths.length; index++) {
      if (((this.#masks[index] ?? 0) & mask) !== mask) continue;
      const score = aligner.score(this.#starts[index] ?? 0, this.#starts[index + 1] ?? 0);
      if (score === none || score < best.least) continue;
      best.add(index, score);
    }
    return best.found.map(({ index, score }) => {
      const [from, to] = [this.#starts[index] ?? 0, this.#starts[index + 1] ?? 0];
      return { path: this.paths[index] ?? "", score, ranges: joined(aligner.positions(from, to)) };
    });
  }

  #exact(): Uint16Array {
    if (this.#asWritten) return this.#asWritten;
    const codes = new Uint16Array(this.#folded.length);
    for (const [index, path] of this.paths.entries()) {
      const from = this.#starts[index] ?? 0;
      const length = (this.#starts[index + 1] ?? 0) - from;
      for (let at = 0; at < length; at++) codes[from + at] = path.charCodeAt(at);
    }
    this.#asWritten = codes;
    return codes;
  }

  #add(index: number, path: string): void {
    const from = this.#starts[index] ?? 0;
    const length = Math.min(path.length, maxPathChars);
    const name = path.lastIndexOf("/", path.length - 2) + 1;
    let before = slash;
    let mask = 0;
    for (let at = 0; at < length; at++) {
      const code = path.charCodeAt(at);
      const folded = fold(code);
      this.#folded[from + at] = folded;
      this.#bonus[from + at] = worth(before, code) + (at >= name ? inName : 0);
      mask |= bitOf(folded);
      before = code;
    }
    this.#masks[index] = mask;
    this.#starts[index + 1] = from + length;
  }
}

// --- Characters -------------------------------------------------------------------------------------------------------

const slash = 47;
const isLower = (code: number) => code >= 97 && code <= 122;
const isUpper = (code: number) => code >= 65 && code <= 90;
const isDigit = (code: number) => code >= 48 && code <= 57;

function worth(before: number, code: number): number {
  if (before === slash) return 10;
  if (before === 46 || before === 45 || before === 95 || before === 32) return 8;
  if (isUpper(code) && !isUpper(before)) return 7;
  return isDigit(code) && !isDigit(before) && !isLower(before) ? 7 : 0;
}

function fold(code: number): number {
  if (code < 128) return isUpper(code) ? code + 32 : code;
  const lower = String.fromCharCode(code).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : code;
}

function bitOf(folded: number): number {
  if (isLower(folded)) return 1 << (folded - 97);
  return isDigit(folded) ? 1 << (26 + (folded % 4)) : 1 << 30;
}

function joined(positions: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const at of positions) {
    const last = ranges.at(-1);
    if (last && last[1] === at) last[1] = at + 1;
    else ranges.push([at, at + 1]);
  }
  return ranges;
}

// --- Alignment --------------------------------------------------------------------------------------------------------

/**
 * The best way to lay a query over a path. For each letter of the query a row tells, at each place of the path, the best score with
 * the letter right there (`hits`) and the best with it there or before (`reach`).
 */
class Aligner {
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

// --- The best few -----------------------------------------------------------------------------------------------------

interface Scored {
  readonly index: number;
  readonly score: number;
}

class Best {
  readonly found: Scored[] = [];
  readonly #limit: number;
  readonly #paths: readonly string[];

  constructor(limit: number, paths: readonly string[]) {
    this.#limit = limit;
    this.#paths = paths;
  }

  /** What a path must reach to be among them. */
  get least(): number {
    return this.found.length < this.#limit ? none : (this.found.at(-1)?.score ?? none);
  }

  add(index: number, score: number): void {
    const added = { index, score };
    let [low, high] = [0, this.found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.found[middle];
      if (there && this.#isBefore(there, added)) low = middle + 1;
      else high = middle;
    }
    if (low >= this.#limit) return;
    this.found.splice(low, 0, added);
    if (this.found.length > this.#limit) this.found.pop();
  }

  #isBefore(a: Scored, b: Scored): boolean {
    if (a.score !== b.score) return a.score > b.score;
    const [first, second] = [this.#paths[a.index] ?? "", this.#paths[b.index] ?? ""];
    return first.length - second.length < 0 || (first.length === second.length && first < second);
  }
}
