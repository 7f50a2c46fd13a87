/** What a local model is asked: a request as the tokens of a prompt, and how it may call. Knows nothing of the engine that evaluates. */
import type { Message } from "../../agent/message.ts";
import { toolCalls } from "../../agent/message.ts";
import type { ModelInfo, ModelRequest, ToolSpec } from "../../agent/model.ts";
import { PromptTooLongError } from "../../agent/provider-error.ts";
import { type CallForm, jsonObject } from "./grammar.ts";
import { callPrior, compactTool, jsonCall, likelyTools, limitPaths, toldPrior } from "./guide.ts";
import { createPlan } from "./plan.ts";
import { pathsIn, spaced } from "./schema.ts";
import { type ChatTemplate, type ChatTurn, type Tokenizer, tokenise } from "./template.ts";
import { guidedTurns, nativeTurns } from "./turns.ts";

/** The call of Qwen and Hermes, and of whoever writes as they do. */
const taggedCall: CallForm = {
  ...jsonObject,
  mark: "<tool_call>",
  atLine: false,
  open: '<tool_call>\n{"name": "',
  close: "\n</tool_call>",
};

/** The call of DeepSeek V3 and R1 and of what was distilled from them. */
const blockCall: CallForm = {
  mark: "<｜tool▁calls▁begin｜>",
  atLine: false,
  open: "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>",
  between: "\n```json\n",
  end: "\n```",
  close: "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
};

export interface WrittenCall {
  readonly name: string;
  /** JSON of an object. */
  readonly args: string;
}

/** What turns a request into a prompt. */
export interface PromptMaker<Token extends number> {
  readonly template: ChatTemplate;
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer<Token>;
  /** What is evaluated already. */
  readonly held: readonly Token[];
}

export interface Prompt<Token extends number> {
  readonly tokens: readonly Token[];
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

/** Renders a request. Throws `PromptTooLongError` before anything is evaluated. */
export function writePrompt<Token extends number>(request: ModelRequest, maker: PromptMaker<Token>): Prompt<Token> {
  const prompt = planPrompt(request, maker);
  checkLength(prompt.tokens.length, maker.info);
  return prompt;
}

function planPrompt<Token extends number>(request: ModelRequest, maker: PromptMaker<Token>): Prompt<Token> {
  const { template, info, tokenizer, held } = maker;
  const thinking = request.settings.effort !== "none" && !request.outputSchema;
  const render = (turns: readonly ChatTurn[], tools?: readonly unknown[]) => {
    const { text, pieces } = template.render(turns, { ...(tools ? { tools } : {}), thinking });
    return { tokens: tokenise(pieces, tokenizer, held), thinking: /<think>\s*$/.test(text) };
  };
  if (template.blocks && request.tools.length) {
    const system = [request.system, describeBlocks(request.tools)].filter(Boolean).join("\n\n");
    return { ...render(nativeTurns({ ...request, system }, info)), form: blockCall, tools: request.tools };
  }
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
    form: { ...jsonCall, open: template.lead + jsonCall.open },
    tools: step ? [step.tool] : limitPaths(likelyTools(tools, question), pathsIn(question)),
    prior: step ? toldPrior : callPrior(request.messages, tools),
    wordsOnly: rest !== undefined,
    ...(step ? {} : { isRepeat: repeats(asked) }),
  };
}

/** The templates of DeepSeek write calls and results and leave it to the system text to tell of the tools. */
function describeBlocks(tools: readonly ToolSpec[]): string {
  const each = tools.map(
    ({ name, description, schema }) => `### ${name}\n${description}\nParameters: ${JSON.stringify(schema)}`,
  );
  const { open, between, end, close } = blockCall;
  return `## Tools\n${each.join("\n\n")}\n\nTo call one, write exactly:\n${open}name${between}{…}${end}${close}`;
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

/** Tokens that a tokenisation of the words could begin with. */
export function openingTokens<Token extends number>(tokenizer: Tokenizer<Token>, opening: string): Token[] {
  const firsts = Array.from(opening, (_, index) => tokenizer.tokenize(opening.slice(0, index + 1))[0]);
  return [...new Set(firsts.filter((token) => token !== undefined))];
}

/**
 * Whether the model would rather open a call than say any other word: the odds of the call's first tokens, with the
 * prior added, against those of the likeliest other token. `logits` holds the openings and at least one other.
 */
export function leansToCall(openings: readonly number[], logits: Iterable<[number, number]>, prior: number): boolean {
  const opening = new Set(openings);
  let call = 0;
  let other = -Infinity;
  for (const [token, logit] of logits) {
    if (opening.has(token)) call += Math.exp(logit);
    else other = Math.max(other, logit);
  }
  return Math.log(call) + prior > other;
}

/** What an answer is held to, whatever engine writes it. `room` is what the window has left behind the prompt, in tokens. */
export function answerLimits(
  request: ModelRequest,
  { info, template }: Pick<PromptMaker<number>, "info" | "template">,
  { form, thinking, wordsOnly, isRepeat }: Prompt<number>,
  room: number,
) {
  const wanted = Math.min(request.maxOutputTokens ?? info.maxResponseTokens, info.maxResponseTokens);
  return {
    form,
    thinking,
    wordsOnly: wordsOnly === true,
    ...(isRepeat ? { isRepeat } : {}),
    maxTokens: Math.min(wanted, room),
    windowLimited: room < wanted,
    lead: template.lead,
    stops: [...template.stops, ...(request.stopSequences ?? [])],
  };
}
