/** Writes one answer: takes back, forces and samples tokens, and knows the text they make. Knows no engine. */
import { AbortedError } from "../../agent/error.ts";

/** Longest run of tokens that may be needed before a character is whole. */
const maxCharTokens = 6;

/** What may be written next: anything, anything that does not begin as a call, the rest of a call, the whole answer by its schema. */
export type Rule = "free" | "words" | "call" | "output";

export interface Pen {
  /** Text of the answer so far. */
  readonly text: string;
  /** Tokens of the answer so far. */
  readonly length: number;
  /** Takes the answer back to this many characters and puts words of ours behind it. */
  force(from: number, words: string): void;
  /** Samples on; yields new text as it becomes whole. Ends where the model ends. Throws `AbortedError`. Stopping the iteration is safe. */
  write(rule: Rule): AsyncGenerator<string>;
}

/** What a pen asks of an engine. `Token` is the engine's own kind of number. */
export interface Ink<Token extends number> {
  /** Of our own words in the middle of an answer; control tokens are meant where they are written out. */
  tokenize(words: string): readonly Token[];
  /** `before` are the tokens in front, where what the text is depends on them. */
  detokenize(tokens: readonly Token[], before: readonly Token[]): string;
  /** Samples behind the prompt and these tokens, up to where the model ends. */
  sample(made: readonly Token[], rule: Rule): AsyncIterable<Token>;
}

export function createPen<Token extends number>(ink: Ink<Token>, signal: AbortSignal): Pen {
  /** Tokens of the answer, and the length of its text behind each. A token inside a character has the length before it. */
  let made: { token: Token; end: number }[] = [];
  let text = "";
  const tokens = () => made.map(({ token }) => token);
  const add = (run: readonly Token[], words: string) => {
    const start = text.length;
    text += words;
    run.forEach((token, index) => {
      made.push({ token, end: index === run.length - 1 ? text.length : start });
    });
  };
  return {
    get text() {
      return text;
    },
    get length() {
      return made.length;
    },
    force(from, words) {
      const kept = made.filter(({ end }) => end <= from);
      const start = kept.at(-1)?.end ?? 0;
      const all = text.slice(start, from) + words;
      made = kept;
      text = text.slice(0, start);
      addForced(ink, all, add);
    },
    async *write(rule) {
      let whole: Token[] = [];
      for await (const token of ink.sample(tokens(), rule)) {
        if (signal.aborted) throw new AbortedError();
        whole.push(token);
        const before = made.slice(-4).map((each) => each.token);
        const words = ink.detokenize(whole, before);
        if (words.endsWith("\uFFFD") && whole.length < maxCharTokens) continue;
        add(whole, words);
        whole = [];
        yield words;
      }
    },
  };
}

/** Tokens of forced words, one by one, so that a later `force` can take back a part of them. */
function addForced<Token extends number>(
  ink: Ink<Token>,
  words: string,
  add: (tokens: readonly Token[], words: string) => void,
): void {
  let rest = words;
  let group: Token[] = [];
  for (const token of ink.tokenize(words)) {
    group.push(token);
    const said = ink.detokenize(group, []);
    if (!said || !rest.startsWith(said)) continue;
    add(group, said);
    rest = rest.slice(said.length);
    group = [];
  }
  if (group.length || rest) add(group, rest);
}
