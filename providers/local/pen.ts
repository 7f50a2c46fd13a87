/** Writes one answer into a sequence: takes back, forces and samples tokens, and knows the text they make. */
import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { AbortedError } from "../../agent/error.ts";

/** Longest run of tokens that may be needed before a character is whole. */
const maxCharTokens = 6;

export interface Pen {
  /** Text of the answer so far. */
  readonly text: string;
  /** Tokens of the answer so far. */
  readonly length: number;
  /** Takes the answer back to this many characters and puts words of ours behind it. */
  force(from: number, words: string): void;
  /** Samples on; yields new text as it becomes whole. Ends where the model ends. Throws `AbortedError`. Stopping the iteration is safe. */
  write(options: SequenceEvaluateOptions): AsyncGenerator<string>;
}

/** A pen behind `prompt`, of which all but the last token is in the sequence already. */
export function createPen(sequence: LlamaContextSequence, prompt: readonly Token[], signal: AbortSignal): Pen {
  const { model } = sequence;
  /** Tokens of the answer, and the length of its text behind each. A token inside a character has the length before it. */
  let made: { token: Token; end: number }[] = [];
  let text = "";
  const add = (tokens: readonly Token[], words: string) => {
    const start = text.length;
    text += words;
    tokens.forEach((token, index) => {
      made.push({ token, end: index === tokens.length - 1 ? text.length : start });
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
      addForced(model, all, add);
    },
    async *write(options) {
      const all = [...prompt, ...made.map(({ token }) => token)];
      await sequence.adaptStateToTokens(all.slice(0, -1), false);
      let whole: Token[] = [];
      for await (const token of sequence.evaluate(all.slice(sequence.nextTokenIndex), options)) {
        if (signal.aborted) throw new AbortedError();
        whole.push(token);
        const words = model.detokenize(
          whole,
          true,
          made.slice(-4).map((each) => each.token),
        );
        if (words.endsWith("\uFFFD") && whole.length < maxCharTokens) continue;
        add(whole, words);
        whole = [];
        yield words;
      }
    },
  };
}

/** Tokens of forced words, one by one, so that a later `force` can take back a part of them. */
function addForced(model: LlamaModel, words: string, add: (tokens: readonly Token[], words: string) => void): void {
  let rest = words;
  let group: Token[] = [];
  for (const token of model.tokenize(words, true, "trimLeadingSpace")) {
    group.push(token);
    const said = model.detokenize(group, true);
    if (!said || !rest.startsWith(said)) continue;
    add(group, said);
    rest = rest.slice(said.length);
    group = [];
  }
  if (group.length || rest) add(group, rest);
}
