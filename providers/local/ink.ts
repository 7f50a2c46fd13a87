/** How llama.cpp writes: what it samples behind a prompt, by which rule. */
import type { LlamaContextSequence, LlamaGrammar, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import type { Ink, Rule } from "./pen.ts";

export interface InkOptions {
  readonly sequence: LlamaContextSequence;
  /** All but the last of these are evaluated. */
  readonly prompt: readonly Token[];
  readonly sampling: SequenceEvaluateOptions;
  /** Grammar of a call; none where there are no tools. */
  readonly grammar: LlamaGrammar | undefined;
  /** Grammar of the whole answer. */
  readonly output: LlamaGrammar | undefined;
  /** Tokens that a call could begin with. */
  readonly opening: readonly Token[];
}

export function createInk(options: InkOptions): Ink<Token> {
  const { sequence, prompt } = options;
  const { model } = sequence;
  return {
    tokenize: (words) => model.tokenize(words, true, "trimLeadingSpace"),
    detokenize: (tokens, before) => model.detokenize(tokens, true, before),
    async *sample(made, rule) {
      const all = [...prompt, ...made];
      let sampled = 0;
      const sampling = await samplingFor(rule, options, () => sampled === 0);
      await sequence.adaptStateToTokens(all.slice(0, -1), false);
      for await (const token of sequence.evaluate(all.slice(sequence.nextTokenIndex), sampling)) {
        sampled++;
        yield token;
      }
    },
  };
}

async function samplingFor(rule: Rule, options: InkOptions, isFirst: () => boolean): Promise<SequenceEvaluateOptions> {
  const { sequence, sampling, grammar, output, opening } = options;
  const { LlamaGrammarEvaluationState, TokenBias } = await import("node-llama-cpp");
  const { model } = sequence;
  const held = rule === "call" ? grammar : rule === "output" ? output : undefined;
  if (held) {
    const grammarEvaluationState = new LlamaGrammarEvaluationState({ model, grammar: held });
    return { ...sampling, ...(rule === "call" ? { temperature: 0 } : {}), grammarEvaluationState };
  }
  if (rule !== "words") return sampling;
  const none = TokenBias.for(model);
  const ban = TokenBias.for(model).set([...opening], "never");
  return { ...sampling, tokenBias: () => (isFirst() ? ban : none) };
}
