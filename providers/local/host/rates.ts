/**
 * How many tokens a text has, where the tokenizer is in another process: each kind of character has a rate, measured with
 * the tokenizer itself. Right to about a tenth; the count is exact once a call is answered, and before it is evaluated.
 */

/** Tokens a character of each kind. */
export interface TokenRates {
  readonly letter: number;
  readonly digit: number;
  readonly mark: number;
  /** A run of white space other than one blank, whatever its length. */
  readonly gap: number;
  /** A code unit outside of ASCII. */
  readonly other: number;
}

type Kind = keyof TokenRates;

const words =
  "The committee met on Tuesday evening to consider whether the harbour should be dredged before winter and nobody had " +
  "expected that many people would want to speak about export function readOptions engine RefOptions found string number " +
  "reader pair throw refused option name unknown value undefined path join root lines return type const default await " +
  "tokenizer stdin backpressure quantisation regex Wolkenkratzer aujourd unflushed";
const code =
  "export function readOptions(text: string, engine: Engine): RefOptions {\n" +
  "  const found = new Map<string, number>();\n" +
  '  for (const pair of text.split("&")) {\n' +
  "    if (!reader || found.has(name)) throw refused(name, 'unknown');\n" +
  "    found.set(name, value === undefined ? 0 : Number(value));\n  }\n" +
  '  return { type: "path", path: join(root, "agent/model.ts"), lines: [1, 20] };\n}\n';
const digits = "19842026051431415965536074438080127";
const others = "吾輩は猫である。薄暗い所で見当がつかぬ。中文句子在这里显示。안녕하세요Привет，как—дела？→🙂";

/** `count` is the tokenizer. */
export function measureRates(count: (text: string) => number): TokenRates {
  const rate = (tokens: number, chars: number) => Math.max(0, tokens) / chars;
  const letter = rate(count(words), countKinds(words).letter);
  const digit = rate(count(digits), digits.length);
  const gap = rate(count("a\n    a\n\n      a\n  a") - 4 * count("a"), 3);
  const { letter: letters, digit: numerals, gap: gaps, mark: marks } = countKinds(code);
  const mark = rate(count(code) - letters * letter - numerals * digit - gaps * gap, marks);
  return { letter, digit, mark, gap, other: rate(count(others), others.length) };
}

export function estimateTokens(text: string, rates: TokenRates): number {
  const counts = countKinds(text);
  return Math.ceil(
    counts.letter * rates.letter +
      counts.digit * rates.digit +
      counts.mark * rates.mark +
      counts.gap * rates.gap +
      counts.other * rates.other,
  );
}

function countKinds(text: string): Record<Kind, number> {
  const counts = { letter: 0, digit: 0, mark: 0, gap: 0, other: 0 };
  let blanks = 0;
  let broken = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 32 || (char >= 9 && char <= 13)) {
      blanks++;
      broken ||= char !== 32;
      continue;
    }
    if (broken || blanks > 1) counts.gap++;
    blanks = 0;
    broken = false;
    counts[kindOf(char)]++;
  }
  if (blanks > 0) counts.gap++;
  return counts;
}

function kindOf(char: number): Kind {
  if (char > 126) return "other";
  if (char >= 48 && char <= 57) return "digit";
  return (char >= 65 && char <= 90) || (char >= 97 && char <= 122) ? "letter" : "mark";
}
