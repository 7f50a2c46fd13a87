/** Keeps a result within the tokens a model should be given at once, in whole units. */
import type { ToolOutput } from "../agent/tool.ts";

/** Most tokens of one result of a tool that bounds itself. */
export const maxResultTokens = 25_000;
/** Room kept for the note that says how to go on. */
const noteTokens = 200;
/** No tokenizer packs more characters than this in a token, on average, but for runs of one character. */
const maxCharsPerToken = 32;
/** Most characters worth collecting for one result; what lies beyond cannot fit. */
export const maxCollectedChars = maxResultTokens * maxCharsPerToken;

export interface Fitted {
  /** The units kept, one a line. */
  readonly text: string;
  /** How many units were kept, the cut one included; at least 1 if there was any. */
  readonly count: number;
  /** UTF-8 bytes cut from the end of the only unit kept, because it alone was too long. */
  readonly omittedBytes: number;
}

/** Keeps as many whole units from the start as fit in one result, and room for a note. */
export function fit(
  units: readonly string[],
  countTokens: (text: string) => number,
  maxTokens = maxResultTokens,
): Fitted {
  const limit = Math.max(1, maxTokens - noteTokens);
  let used = 0;
  let count = 0;
  let step = 256;
  while (count < units.length) {
    const tokens = countTokens(`${units.slice(count, count + step).join("\n")}\n`);
    if (used + tokens <= limit) {
      used += tokens;
      count = Math.min(units.length, count + step);
    } else if (step > 1) {
      step = Math.floor(step / 2);
    } else {
      break;
    }
  }
  const [first] = units;
  if (count > 0 || first === undefined) return { text: units.slice(0, count).join("\n"), count, omittedBytes: 0 };
  const text = cutToTokens(first, limit, countTokens);
  return { text, count: 1, omittedBytes: Buffer.byteLength(first) - Buffer.byteLength(text) };
}

/** The longest start of a text, about, that has no more than so many tokens. */
export function cutToTokens(text: string, maxTokens: number, countTokens: (text: string) => number): string {
  let cut = sliceWhole(text, maxTokens * maxCharsPerToken);
  for (let tokens = countTokens(cut); tokens > maxTokens && cut.length > 1; tokens = countTokens(cut)) {
    cut = sliceWhole(cut, Math.max(1, Math.floor(cut.length * (maxTokens / tokens) * 0.99)));
  }
  return cut;
}

/** The first `length` UTF-16 units of a text, one less where that would split a character. */
export function sliceWhole(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const splits = length < text.length && last >= 0xd800 && last < 0xdc00;
  return text.slice(0, splits ? length - 1 : length);
}

/** A text as one short line without control characters, for labels. */
export function oneLine(text: string, maxChars = 120): string {
  const flat = text.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return flat.length <= maxChars ? flat : `${sliceWhole(flat, maxChars - 1)}…`;
}

/** `3 lines`, `1 line`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}

/** A stranger's text without what no reader sees, which hides instructions, and cut where it is too long. */
export function legible(text: string, maxChars: number): string {
  const seen = text.replace(/[^\P{C}\n\t]/gu, "").trim();
  return seen.length > maxChars ? `${sliceWhole(seen, maxChars - 1)}…` : seen;
}

/** A failed result. */
/** A failed result. */
export function failure(text: string): ToolOutput {
  return { text, isError: true };
}
