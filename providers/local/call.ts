/** One call of a local model: the prompt is rendered, fitted onto what the sequence holds, evaluated and answered. */
import type { LlamaContextSequence, LlamaGrammar, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { AbortedError, LocalModelError, SagentError } from "../../agent/error.ts";
import type { Message, Usage } from "../../agent/message.ts";
import { noUsage, toolCalls } from "../../agent/message.ts";
import type { Chunk, ModelInfo, ModelRequest, ToolSpec } from "../../agent/model.ts";
import { PromptTooLongError } from "../../agent/provider-error.ts";
import { createParts } from "../parts.ts";
import { type AnswerState, type WrittenCall, writeAnswer } from "./answer.ts";
import { type CallForm, callGrammar } from "./grammar.ts";
import { callPrior, compactTool, jsonCall, likelyTools, limitPaths, spaced, toldPrior } from "./guide.ts";
import { createPlan } from "./plan.ts";
import { pathsIn } from "./schema.ts";
import { type ChatTemplate, type ChatTurn, tokenise } from "./template.ts";
import { guidedTurns, nativeTurns } from "./turns.ts";

/** The call of models whose template knows tools. */
const taggedCall: CallForm = {
  mark: "<tool_call>",
  atLine: false,
  open: '<tool_call>\n{"name": "',
  close: "\n</tool_call>",
};

interface CallOptions {
  readonly sequence: LlamaContextSequence;
  readonly template: ChatTemplate;
  readonly info: ModelInfo;
  readonly seed: number | undefined;
}

/** Gives the `stream` of one model. It must not run twice at once. */
export function createCall(options: CallOptions) {
  const { sequence, info } = options;
  const makeGrammar = createGrammars(sequence);
  return async function* call(request: ModelRequest, signal: AbortSignal): AsyncGenerator<Chunk> {
    const state: AnswerState = { parts: createParts(), outputTokens: 0 };
    let reused = 0;
    let evaluated = 0;
    const usage = (): Usage => ({ ...noUsage, cacheRead: reused, input: evaluated, output: state.outputTokens });
    try {
      if (signal.aborted) throw new AbortedError();
      const plan = planPrompt(request, options);
      checkLength(plan.prompt.length, info);
      await sequence.adaptStateToTokens(plan.prompt.slice(0, -1), false);
      reused = sequence.nextTokenIndex;
      for await (const index of evaluatePrompt(sequence, plan.prompt, signal)) evaluated = index - reused;
      evaluated = plan.prompt.length - reused;
      const grammar = plan.tools.length ? await makeGrammar(callGrammar(plan.tools)) : undefined;
      const callFirst = grammar !== undefined && (await leansToCall(sequence, plan));
      const stopReason = yield* writeAnswer({ ...jobOf(request, options, plan), signal, grammar, callFirst }, state);
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

interface Plan {
  readonly prompt: readonly Token[];
  readonly form: CallForm;
  /** As the grammar of a call allows them. */
  readonly tools: readonly ToolSpec[];
  /** The prompt ends inside thinking. */
  readonly thinking: boolean;
  /** Added to the log-odds of a call; absent where the model decides unasked. */
  readonly prior?: number;
  readonly isRepeat?: (call: WrittenCall) => boolean;
  /** No call may be made. */
  readonly wordsOnly?: boolean;
}

function planPrompt(request: ModelRequest, { template, info, sequence }: CallOptions): Plan {
  const thinking = request.settings.effort !== "none";
  const render = (turns: readonly ChatTurn[], tools?: readonly unknown[]) => {
    const { text, pieces } = template.render(turns, { ...(tools ? { tools } : {}), thinking });
    const prompt = tokenise(pieces, sequence.model, sequence.contextTokens);
    return { prompt, thinking: /<think>\s*$/.test(text) };
  };
  if (template.tools || !request.tools.length) {
    const tools = request.tools.map(({ name, description, schema }) => ({
      type: "function",
      function: { name, description, parameters: schema },
    }));
    return { ...render(nativeTurns(request, info), tools), form: taggedCall, tools: request.tools };
  }
  const tools = request.tools.map(compactTool);
  const asked = request.messages.slice(
    request.messages.findLastIndex(({ type }) => type === "user" || type === "peer"),
  );
  const question = asked[0] && "text" in asked[0] ? asked[0].text : "";
  const { next: step, rest } = createPlan(request.tools, request.messages);
  return {
    ...render(guidedTurns(request, tools)),
    form: jsonCall,
    tools: step ? [step.tool] : limitPaths(likelyTools(tools, question), pathsIn(question)),
    prior: step ? toldPrior : callPrior(request.messages, tools),
    wordsOnly: rest !== undefined,
    ...(step ? {} : { isRepeat: repeats(asked) }),
  };
}

/** Whether a call was already made in these messages. */
function repeats(messages: readonly Message[]): (call: WrittenCall) => boolean {
  const made = new Set(
    messages
      .flatMap((message) => (message.type === "assistant" ? toolCalls(message) : []))
      .map(({ name, args }) => `${name} ${spaced(args)}`),
  );
  return ({ name, args }) => made.has(`${name} ${spaced(JSON.parse(args))}`);
}

function checkLength(actualTokens: number, { maxRequestTokens: limitTokens, id }: ModelInfo): void {
  if (actualTokens <= limitTokens) return;
  const detail = `${actualTokens} tokens > ${limitTokens}`;
  throw new PromptTooLongError({ provider: id, detail, actualTokens, limitTokens });
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
async function leansToCall(sequence: LlamaContextSequence, { prompt, prior, form }: Plan): Promise<boolean> {
  const last = prompt.at(-1);
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

function jobOf(request: ModelRequest, { sequence, info, template, seed }: CallOptions, plan: Plan) {
  const wanted = Math.min(request.maxOutputTokens ?? info.maxResponseTokens, info.maxResponseTokens);
  const room = sequence.contextSize - 1 - plan.prompt.length;
  return {
    sequence,
    prompt: plan.prompt,
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
