/** How well a name fits what was typed. */
import { wordsOf } from "./words.ts";

export type NameFit = "exact" | "prefix" | "humps" | "part" | "near";

export interface NameMatch {
  readonly fit: NameFit;
  /** 0 to 100. */
  readonly score: number;
}

/** Makes a matcher; undefined for a name that does not fit. */
export function nameMatcher(typed: string): (name: string) => NameMatch | undefined {
  const lower = typed.toLowerCase();
  const plain = bare(typed);
  const humps = humpsOf(typed);
  const first = lower[0] ?? "";
  return (name) => {
    if (name === typed) return { fit: "exact", score: 100 };
    const other = name.toLowerCase();
    if (other === lower) return { fit: "exact", score: 92 };
    if (plain !== "" && bare(name) === plain) return { fit: "exact", score: 88 };
    const extra = Math.min(15, Math.abs(name.length - typed.length) / 2);
    if (other.startsWith(lower)) return { fit: "prefix", score: 75 - extra };
    if (typed.length >= 2 && other.includes(first) && fitsHumps(humps, wordsOf(name)))
      return { fit: "humps", score: 60 - extra };
    if (typed.length >= 3 && holds(name, plain)) return { fit: "part", score: 45 - extra };
    if (isNear(lower, other)) return { fit: "near", score: 30 };
    return undefined;
  };
}

/** Finds names, one a line, that match exactly but for case and underscores. */
export function exactPattern(typed: string): RegExp {
  const letters = [...typed.replace(/^[\W_]+|[\W_]+$/g, "")].filter((letter) => letter !== "_");
  return new RegExp(`^[_#$~]*${letters.map(RegExp.escape).join("_?")}[_?!=]*$`, "imu");
}

function bare(name: string): string {
  return name.replace(/[\W_]+/g, "").toLowerCase();
}

/** From the start of one of its words on; anywhere in a name that is one word. */
function holds(name: string, plain: string): boolean {
  if (!bare(name).includes(plain)) return false;
  const words = wordsOf(name);
  if (words.length === 1) return name.toLowerCase().includes(plain);
  return words.some((_, at) => words.slice(at).join("").startsWith(plain));
}

/** `pCfg` is `p`, `cfg`; small letters alone may be first letters. */
function humpsOf(typed: string): readonly string[] {
  const parts = typed.split(/(?=\p{Lu})|(?<=\p{L})(?=\p{N})|[_\s.-]+/u).filter((part) => part !== "");
  const list = parts.length > 1 ? parts : typed.length <= 5 ? [...typed] : parts;
  return list.map((part) => part.toLowerCase());
}

/** Whether each hump begins a word, in order; letters of a hump may be spread over its word. */
function fitsHumps(humps: readonly string[], words: readonly string[]): boolean {
  if (humps.length < 2 || humps.length > words.length) return false;
  let at = 0;
  for (const [index, hump] of humps.entries()) {
    while (at < words.length && !begins(words[at] ?? "", hump)) at += 1;
    if (at === words.length || (index === 0 && at > 0)) return false;
    at += 1;
  }
  return true;
}

/** `cfg` begins `config`: the same first letter, and the rest in order. */
function begins(word: string, hump: string): boolean {
  if (word[0] !== hump[0]) return false;
  let at = 0;
  for (const letter of hump) {
    at = word.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** One slip for a name of 4 letters or more, two from 8 on; two letters that changed places are one slip. */
function isNear(a: string, b: string): boolean {
  const most = a.length >= 8 ? 2 : a.length >= 4 ? 1 : 0;
  return most > 0 && Math.abs(a.length - b.length) <= most && slips(a, b) <= most;
}

function slips(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const same = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? 0) + 1 : same;
      next.push(Math.min(same, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
