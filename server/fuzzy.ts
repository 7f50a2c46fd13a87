/**
 * Finds a few of many paths by some of their letters, in order, as fzf does: letters that start words, stand together
 * or are in the last name count for more. Source of the idea: fzf's `algo.go`.
 */
import { Aligner, maxPathChars, none } from "./align.ts";
import type { FoundFile } from "./file-types.ts";

/** What a match in the last name of a path is worth more. */
const inName = 4;
/** Longer queries are cut. */
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

  /**
   * The best, best first; the shorter of equals, then in the order of the alphabet. With an upper-case letter in it,
   * case counts.
   */
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

// --- Characters ------------------------------------------------------------------------------------------------------

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

// --- The best few ----------------------------------------------------------------------------------------------------

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
