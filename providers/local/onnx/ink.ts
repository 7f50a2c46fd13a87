/** How an ONNX model writes: what is sampled behind a prompt, by which rule. Runs in a browser too. */
import type { Ink, Rule } from "../pen.ts";
import type { Grammars, Matcher } from "./grammars.ts";
import type { Sampler } from "./sampler.ts";
import type { Sequence } from "./sequence.ts";
import type { Words } from "./words.ts";

export interface InkOptions {
  readonly sequence: Sequence;
  readonly words: Words;
  readonly grammars: Grammars;
  readonly sampler: Sampler;
  readonly prompt: readonly number[];
  /** Scores of the token behind the prompt. */
  readonly first: Float32Array;
  readonly signal: AbortSignal;
  /** Grammar of a call; none where there are no tools. */
  readonly grammar: string | undefined;
  /** Grammar of the whole answer. */
  readonly output: string | undefined;
  /** Tokens that a call could begin with. */
  readonly opening: readonly number[];
}

export function createInk(options: InkOptions): Ink<number> {
  const { sequence, words, grammars, sampler, prompt, first, signal } = options;
  const opening = new Set(options.opening);
  return {
    tokenize: (own) => words.tokenizeOwn(own),
    detokenize: (tokens, before) => words.detokenize(tokens, true, before),
    async *sample(made, rule) {
      using matcher = await startMatcher(grammars, rule, options);
      const all = [...prompt, ...made];
      let logits = made.length ? await sequence.evaluate(all, signal) : first;
      for (let count = 0; ; count++) {
        const mask = await matcher?.allowed();
        const banned = rule === "words" && count === 0 ? opening : undefined;
        const token = sampler(logits, { mask, banned, ...(rule === "call" ? { temperature: 0 } : {}) });
        if (token < 0 || words.ends.has(token)) return;
        yield token;
        if (matcher && !matcher.take(token)) return;
        all.push(token);
        logits = await sequence.evaluate(all, signal);
      }
    },
  };
}

async function startMatcher(grammars: Grammars, rule: Rule, options: InkOptions): Promise<Matcher | undefined> {
  const grammar = rule === "call" ? options.grammar : rule === "output" ? options.output : undefined;
  return grammar === undefined ? undefined : grammars.start(grammar);
}
