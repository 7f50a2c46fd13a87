/** One call of a local model: the prompt is rendered, fitted onto what the sequence holds, evaluated and answered. */
import type { Llama, LlamaContextSequence, LlamaGrammar, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { AbortedError, LocalModelError, messageOf, SagentError } from "../../agent/error.ts";
import type { Usage } from "../../agent/message.ts";
import { noUsage } from "../../agent/message.ts";
import type { Chunk, ModelInfo, ModelRequest } from "../../agent/model.ts";
import { createParts } from "../parts.ts";
import { type AnswerState, writeAnswer } from "./answer.ts";
import { callGrammar, outputGrammar } from "./grammar.ts";
import { createInk } from "./ink.ts";
import { createPen } from "./pen.ts";
import type { Seat } from "./pool.ts";
import { answerLimits, leansToCall, openingTokens, type Prompt, writePrompt } from "./prompt.ts";
import type { ChatTemplate } from "./template.ts";

interface CallOptions {
  /** A sequence for one call. */
  readonly takeSeat: (signal: AbortSignal) => Promise<Seat>;
  readonly template: ChatTemplate;
  readonly info: ModelInfo;
  readonly seed: number | undefined;
}

/** Gives the `stream` of one model. */
export function createCall(options: CallOptions) {
  const grammars = createGrammars();
  return async function* call(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    const state: AnswerState = { parts: createParts(), outputTokens: 0 };
    let reused = 0;
    let evaluated = 0;
    const usage = (): Usage => ({ ...noUsage, cacheRead: reused, input: evaluated, output: state.outputTokens });
    try {
      using seat = await options.takeSeat(signal);
      const { sequence } = seat;
      const { contextTokens: held, model: tokenizer } = sequence;
      const makeGrammar = (text: string) => grammars(tokenizer.llama, text);
      const prompt = writePrompt(request, { ...options, tokenizer, held });
      await sequence.adaptStateToTokens(prompt.tokens.slice(0, -1), false);
      reused = sequence.nextTokenIndex;
      for await (const index of evaluatePrompt(sequence, prompt.tokens, signal)) evaluated = index - reused;
      evaluated = prompt.tokens.length - reused;
      const grammar = prompt.tools.length ? await makeGrammar(callGrammar(prompt.tools, prompt.form)) : undefined;
      const output =
        request.outputSchema && (await makeGrammar(outputGrammar(request.outputSchema, openingMark(prompt))));
      const opening = openingTokens(tokenizer, prompt.form.open);
      const callFirst = grammar !== undefined && (await wantsCall(sequence, prompt, opening));
      const sampling = samplingOf(request, options.seed, !options.template.tools);
      const ink = createInk({ sequence, prompt: prompt.tokens, sampling, grammar, output, opening });
      const stopReason = yield* writeAnswer(
        {
          ...answerLimits(request, options, prompt, sequence.contextSize - 1 - prompt.tokens.length),
          pen: createPen(ink, signal),
          tools: grammar !== undefined,
          output: output !== undefined,
          callFirst,
        },
        state,
      );
      yield { type: "done", parts: state.parts.all(), stopReason, usage: usage() };
    } catch (thrown) {
      const error =
        thrown instanceof SagentError
          ? thrown
          : new LocalModelError(`The model failed: ${messageOf(thrown)}`, { cause: thrown });
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
/** Stretches are of so many tokens or a multiple: fewer at once cost a sixth more for each. */
const step = 64;
const mostAtOnce = 512;

/**
 * Evaluates the prompt but for its last stretch, which the first token comes of, in stretches that an abort can come
 * between. Yields how far it is. Where the state must be kept from before the answer, only the last token is left.
 */
async function* evaluatePrompt(
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  signal: AbortSignal,
): AsyncGenerator<number> {
  const { needsCheckpoints } = sequence;
  const end = prompt.length - 1;
  let size = step;
  for (let at = sequence.nextTokenIndex; at < end; at = sequence.nextTokenIndex) {
    if (!needsCheckpoints && end - at < size * 1.5) return;
    const stretch = prompt.slice(at, Math.min(at + size, end));
    const startedAt = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(stretch);
    yield sequence.nextTokenIndex;
    if (signal.aborted) throw new AbortedError();
    const perToken = (performance.now() - startedAt) / stretch.length;
    size = Math.min(mostAtOnce, Math.max(step, Math.floor(stretchMs / perToken / step) * step));
  }
  // A state that cannot be taken back token by token can be taken back to here.
  if (needsCheckpoints) await sequence.takeCheckpoint();
}

/** Asks for the odds of the first word. */
async function wantsCall(
  sequence: LlamaContextSequence,
  { tokens, prior }: Prompt<Token>,
  opening: readonly Token[],
): Promise<boolean> {
  const rest = tokens.slice(sequence.nextTokenIndex);
  const last = rest.pop();
  if (!prior || last === undefined) return false;
  const results = await sequence.controlledEvaluate([
    ...rest,
    [last, { generateNext: { logits: { filter: { tokens: [...opening], includeTop: opening.length + 1 } } } }],
  ]);
  return leansToCall(opening, results.at(-1)?.next.logits ?? [], prior);
}

/** Where the caller has no wish: what Qwen's model cards advise, and the likeliest word for a model that must be guided. */
function samplingOf(request: ModelRequest, seed: number | undefined, guided: boolean): SequenceEvaluateOptions {
  const { temperature = guided ? 0 : 0.6 } = request;
  return { temperature, topP: 0.95, topK: 20, ...(seed === undefined ? {} : { seed }) };
}

/** Grammars by their text; the tools of a conversation seldom change. */
function createGrammars(): (llama: Llama, grammar: string) => Promise<LlamaGrammar> {
  const known = new Map<string, Promise<LlamaGrammar>>();
  return (llama, grammar) => {
    const made = known.get(grammar) ?? llama.createGrammar({ grammar });
    if (known.size >= 16) known.clear();
    known.set(grammar, made);
    return made;
  };
}
