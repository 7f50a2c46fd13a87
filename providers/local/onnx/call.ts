/** One call of an ONNX model: the prompt is rendered, fitted onto what was evaluated before, evaluated and answered. Runs in a browser too. */
import { AbortedError, LocalModelError, messageOf, SagentError } from "../../../agent/error.ts";
import type { Usage } from "../../../agent/message.ts";
import { noUsage } from "../../../agent/message.ts";
import type { Chunk, ModelInfo, ModelRequest } from "../../../agent/model.ts";
import { createParts } from "../../parts.ts";
import { type AnswerState, writeAnswer } from "../answer.ts";
import { callGrammar, outputGrammar } from "../grammar.ts";
import { createPen } from "../pen.ts";
import { answerLimits, leansToCall, openingTokens, type Prompt, writePrompt } from "../prompt.ts";
import type { ChatTemplate } from "../template.ts";
import type { Grammars } from "./grammars.ts";
import { createInk } from "./ink.ts";
import { createSampler, type Sampling } from "./sampler.ts";
import type { Sequence } from "./sequence.ts";
import type { Words } from "./words.ts";

export interface CallOptions {
  readonly sequence: Sequence;
  readonly words: Words;
  readonly grammars: Grammars;
  readonly template: ChatTemplate;
  readonly info: ModelInfo;
  /** Tokens of prompt and answer together. */
  readonly window: number;
  readonly seed: number | undefined;
}

/** Gives the `stream` of one model. It must not run twice at once. */
export function createCall(options: CallOptions) {
  return async function* call(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    const { sequence, words: tokenizer } = options;
    const state: AnswerState = { parts: createParts(), outputTokens: 0 };
    let reused = 0;
    let evaluated = 0;
    const usage = (): Usage => ({ ...noUsage, cacheRead: reused, input: evaluated, output: state.outputTokens });
    try {
      if (signal.aborted) throw new AbortedError();
      const prompt = writePrompt(request, { ...options, tokenizer, held: sequence.held });
      reused = await sequence.keep(prompt.tokens);
      try {
        const first = await sequence.evaluate(prompt.tokens, signal);
        evaluated = prompt.tokens.length - reused;
        const stopReason = yield* writeAnswer(jobOf(request, options, prompt, first, signal), state);
        yield { type: "done", parts: state.parts.all(), stopReason, usage: usage() };
      } finally {
        if (!evaluated) evaluated = Math.max(0, sequence.held.length - reused);
      }
    } catch (thrown) {
      const error =
        thrown instanceof SagentError
          ? thrown
          : new LocalModelError(`The model failed: ${messageOf(thrown)}`, { cause: thrown });
      yield { type: "error", error, parts: state.parts.kept(), usage: usage() };
    }
  };
}

function jobOf(
  request: ModelRequest,
  options: CallOptions,
  prompt: Prompt<number>,
  first: Float32Array,
  signal: AbortSignal,
) {
  const { words, template, seed, window } = options;
  const { tokens, form, tools, prior } = prompt;
  const opening = openingTokens(words, form.open);
  const grammar = tools.length ? callGrammar(tools, form) : undefined;
  const mark = tools.length && form.close ? form.mark : undefined;
  const output = request.outputSchema && outputGrammar(request.outputSchema, mark);
  const sampler = createSampler(samplingOf(request, seed, !template.tools));
  const ink = createInk({ ...options, prompt: tokens, first, signal, sampler, grammar, output, opening });
  return {
    ...answerLimits(request, options, prompt, window - 1 - tokens.length),
    pen: createPen(ink, signal),
    tools: grammar !== undefined,
    output: output !== undefined,
    callFirst: grammar !== undefined && !!prior && leansToCall(opening, first.entries(), prior),
  };
}

/** Where the caller has no wish: what Qwen's model cards advise, and the likeliest word for a model that must be guided. */
function samplingOf(request: ModelRequest, seed: number | undefined, guided: boolean): Sampling {
  const { temperature = guided ? 0 : 0.6 } = request;
  return { temperature, topP: 0.95, topK: 20, seed };
}
