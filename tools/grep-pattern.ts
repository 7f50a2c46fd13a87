/** Translates the common part of Rust's regex dialect, which ripgrep speaks, into a JavaScript expression. */

/** What Rust means by a word character, as the inside of a set. */
const word = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}`;
const sets: Readonly<Record<string, string>> = {
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
  w: `[${word}]`,
  W: `[^${word}]`,
  s: String.raw`\p{White_Space}`,
  S: String.raw`\P{White_Space}`,
};
const boundaries: Readonly<Record<string, string>> = {
  b: `(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`,
  B: `(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`,
};
/** Line borders with `\n`, `\r\n` and a lone `\r` ending a line. */
const lineStart = String.raw`(?:^|(?<=\n)|(?<=\r)(?!\n))`;
const lineEnd = String.raw`(?:$|(?=\r)|(?<!\r)(?=\n))`;

const group = /\((?:\?:|\?P?<[A-Za-z_]\w*>|(?!\?))/y;
const quantifier = /(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})\??/y;
const set = /\[(\^?)(\]?(?:\\.[^\]\\[]*|[^\]\\[])*)\]/suy;
const escaped = /\\(?:[xu]\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/suy;

/**
 * An expression that finds in a whole text what ripgrep (with `--crlf`) finds in it; unless `multiline`, no match spans
 * lines. Undefined for a pattern that is malformed or uses what the two dialects do not share.
 */
export function translatePattern(
  pattern: string,
  options: { ignoreCase: boolean; multiline: boolean },
): RegExp | undefined {
  const inline = /^\(\?i\)/.exec(pattern);
  const source = translate(inline ? pattern.slice(4) : pattern, options.multiline);
  try {
    const found = source === undefined ? undefined : new RegExp(source, options.ignoreCase || inline ? "giv" : "gv");
    return found && options.multiline && matchesNothing(found) ? undefined : found;
  } catch {
    return undefined;
  }
}

/** Whether it can match an empty text; such matches are counted differently when they are not counted by line. */
function matchesNothing(pattern: RegExp): boolean {
  return ["", "a", " "].some((text) => [...text.matchAll(pattern)].some(([match]) => match === ""));
}

function translate(pattern: string, multiline: boolean): string | undefined {
  const take = scanner(pattern);
  let out = "";
  let repeatable = false;
  while (!take.done()) {
    const repeat = take(quantifier);
    if (repeat) {
      if (!repeatable) return undefined;
      out += repeat[0];
      repeatable = false;
      continue;
    }
    const open = take(group);
    const piece = open ? "(?:" : takeAtom(take, multiline);
    if (piece === undefined) return undefined;
    out += piece;
    repeatable = !open && piece !== "|";
  }
  return out;
}

type Take = ((token: RegExp) => RegExpExecArray | null) & { done: () => boolean };

function scanner(text: string): Take {
  let at = 0;
  const take = (token: RegExp) => {
    token.lastIndex = at;
    const found = token.exec(text);
    at += found?.[0].length ?? 0;
    return found;
  };
  return Object.assign(take, { done: () => at >= text.length });
}

function takeAtom(take: Take, multiline: boolean): string | undefined {
  const brackets = take(set);
  if (brackets) return translateSet(brackets[2] ?? "", brackets[1] === "^", multiline);
  const found = take(escaped);
  if (found) {
    const [, , , , letter = ""] = found;
    if (Object.hasOwn(boundaries, letter)) return boundaries[letter];
    if (Object.hasOwn(sets, letter)) return subtractBreaks(`[${sets[letter]}]`, multiline);
    return /[nr]/.test(letter) && !multiline ? undefined : escapedChar(found);
  }
  const char = take(/[^[\\*+?{(]/suy)?.[0];
  if (char === "^") return lineStart;
  if (char === "$") return lineEnd;
  if (char === ".") return String.raw`[^\r\n]`;
  if (char === "|" || char === ")") return char;
  return char === undefined ? undefined : quote(char);
}

/** The character an escape stands for, quoted; undefined for one that means something else, or nothing. */
function escapedChar([, braced, hex, unicode, letter = ""]: RegExpExecArray): string | undefined {
  const code = braced ?? hex ?? unicode;
  if (code !== undefined) return `\\u{${code}}`;
  if (/[tnrfv]/.test(letter)) return `\\${letter}`;
  return /[!-/:;=?@[-`{-~]/.test(letter) ? quote(letter) : undefined;
}

function translateSet(body: string, negated: boolean, multiline: boolean): string | undefined {
  if (/&&|--|~~/.test(body)) return undefined;
  const take = scanner(body);
  let out = "";
  while (!take.done()) {
    const found = take(escaped);
    const letter = found?.[4] ?? "";
    if (Object.hasOwn(sets, letter)) {
      out += sets[letter];
      continue;
    }
    const from = found ? escapedChar(found) : quote(take(/./suy)?.[0] ?? "");
    if (from === undefined) return undefined;
    const range = take(/-(?!$)/y) ? (take(escaped) ?? take(/[^\\]/suy)) : null;
    if (range && Object.hasOwn(sets, range[4] ?? "")) return undefined;
    const to = range && (range.length > 1 ? escapedChar(range) : quote(range[0]));
    if (to === undefined) return undefined;
    out += to === null ? from : `${from}-${to}`;
  }
  return subtractBreaks(`[${negated ? "^" : ""}${out}]`, multiline);
}

/** A search line by line never lets a set match a line break. */
const subtractBreaks = (text: string, multiline: boolean) => (multiline ? text : String.raw`[${text}--[\r\n]]`);
const quote = (char: string) => (/[\^$\\.*+?()[\]{}|/&\-!#%,:;<=>@`~]/.test(char) ? escapePunctuation(char) : char);
const escapePunctuation = (char: string) => `\\u{${char.charCodeAt(0).toString(16)}}`;
