/** One call of a local model: the prompt is rendered, fitted onto what the sequence holds, evaluated and answered. */
import type { LlamaContextSequence, LlamaGrammar, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { AbortedError, LocalModelError, SagentError } from "../../agent/error.ts";
import type { Usage } from "../../agent/message.ts";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, ModelInfo, ModelRequest } from "../../agent/model.ts";
import { createParts } from "../parts.ts";
import { type AnswerState, writeAnswer } from "./answer.ts";
import { callGrammar, outputGrammar } from "./grammar.ts";
import { type Prompt, writePrompt } from "./prompt.ts";
import type { ChatTemplate } from "./template.ts";

interface CallOptions {
  readonly sequence: LlamaContextSequence;
  readonly template: ChatTemplate;
  readonly info: ModelInfo;
  readonly seed: number | undefined;
}

/** Gives the `stream` of one model. It must not run twice at once. */
export function createCall(options: CallOptions) {
  const { sequence } = options;
  const makeGrammar = createGrammars(sequence);
  return async function* call(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    const state: AnswerState = { parts: createParts(), outputTokens: 0 };
    let reused = 0;
    let evaluated = 0;
    const usage = (): Usage => ({ ...noUsage, cacheRead: reused, input: evaluated, output: state.outputTokens });
    try {
      if (signal.aborted) throw new AbortedError();
      const { contextTokens: held, model: tokenizer } = sequence;
      const prompt = writePrompt(request, { ...options, tokenizer, held });
      await sequence.adaptStateToTokens(prompt.tokens.slice(0, -1), false);
      reused = sequence.nextTokenIndex;
      for await (const index of evaluatePrompt(sequence, prompt.tokens, signal)) evaluated = index - reused;
      evaluated = prompt.tokens.length - reused;
      const grammar = prompt.tools.length ? await makeGrammar(callGrammar(prompt.tools)) : undefined;
      const output =
        request.outputSchema && (await makeGrammar(outputGrammar(request.outputSchema, openingMark(prompt))));
      const callFirst = grammar !== undefined && (await leansToCall(sequence, prompt));
      const stopReason = yield* writeAnswer(
        { ...jobOf(request, options, prompt), signal, grammar, output, callFirst },
        state,
      );
      yield { type: "done", parts: state.parts.all(), stopReason, usage: usage() };
    } catch (thrown) {
      const error =
        thrown instanceof SagentError
          ? thrown
          : new LocalModelError(`The model failed: ${words(thrown)}`, { cause: thrown });
      yield { type: "error", error, parts: state.parts.kept(), usage: usage() };
    }
  };
}

/** What an answer that is held to a schema may be instead: a call, unless it opens as the answer itself would. */
function openingMark({ tools, form }: Prompt<Token>): string | undefined {
  return tools.length && form.close ? form.mark : undefined;
}

/** Longest time, in ms, that a stretch of the prompt may keep an abort waiting; it is aimed at, not kept. */
const stretchMs = 150;

/** Evaluates all but the last token, in stretches that an abort can come between. Yields how far it is. */
async function* evaluatePrompt(
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  signal: AbortSignal,
): AsyncGenerator<number> {
  let size = 32;
  for (let at = sequence.nextTokenIndex; at < prompt.length - 1; at = sequence.nextTokenIndex) {
    const stretch = prompt.slice(at, Math.min(at + size, prompt.length - 1));
    const startedAt = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(stretch);
    yield sequence.nextTokenIndex;
    if (signal.aborted) throw new AbortedError();
    const perToken = (performance.now() - startedAt) / stretch.length;
    size = Math.min(512, Math.max(32, Math.floor(stretchMs / perToken)));
  }
}

/**
 * Whether the model would rather open a call than say any other word: the odds of the call's first tokens, with the
 * prior added, against those of the likeliest other token.
 */
async function leansToCall(sequence: LlamaContextSequence, { tokens, prior, form }: Prompt<Token>): Promise<boolean> {
  const last = tokens.at(-1);
  if (!prior || last === undefined) return false;
  const openings = openingTokens(sequence, form.open);
  const [result] = await sequence.controlledEvaluate([
    [last, { generateNext: { logits: { filter: { tokens: openings, includeTop: openings.length + 1 } } } }],
  ]);
  const logits = result?.next.logits ?? new Map<Token, number>();
  let call = 0;
  let other = -Infinity;
  for (const [token, logit] of logits) {
    if (openings.includes(token)) call += Math.exp(logit);
    else other = Math.max(other, logit);
  }
  return Math.log(call) + prior > other;
}

/** Tokens that a tokenisation of the words could begin with. */
function openingTokens({ model }: LlamaContextSequence, opening: string): Token[] {
  const firsts = Array.from(opening, (_, index) => model.tokenize(opening.slice(0, index + 1))[0]);
  return [...new Set(firsts.filter((token) => token !== undefined))];
}

function jobOf(request: ModelRequest, { sequence, info, template, seed }: CallOptions, plan: Prompt<Token>) {
  const wanted = Math.min(request.maxOutputTokens ?? info.maxResponseTokens, info.maxResponseTokens);
  const room = sequence.contextSize - 1 - plan.tokens.length;
  return {
    sequence,
    prompt: plan.tokens,
    form: plan.form,
    sampling: samplingOf(request, seed, !template.tools),
    maxTokens: Math.min(wanted, room),
    windowLimited: room < wanted,
    opening: openingTokens(sequence, plan.form.open),
    stops: [...template.stops, ...(request.stopSequences ?? [])],
    thinking: plan.thinking,
    wordsOnly: plan.wordsOnly === true,
    ...(plan.isRepeat ? { isRepeat: plan.isRepeat } : {}),
  };
}

/** Where the caller has no wish: what Qwen's model cards advise, and the likeliest word for a model that must be guided. */
function samplingOf(request: ModelRequest, seed: number | undefined, guided: boolean): SequenceEvaluateOptions {
  const { temperature = guided ? 0 : 0.6 } = request;
  return { temperature, topP: 0.95, topK: 20, ...(seed === undefined ? {} : { seed }) };
}

/** Grammars by their text; the tools of a conversation seldom change. */
function createGrammars({ model: { llama } }: LlamaContextSequence): (grammar: string) => Promise<LlamaGrammar> {
  const known = new Map<string, Promise<LlamaGrammar>>();
  return (grammar) => {
    const made = known.get(grammar) ?? llama.createGrammar({ grammar });
    if (known.size >= 16) known.clear();
    known.set(grammar, made);
    return made;
  };
}

function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
