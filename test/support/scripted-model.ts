/** A model that says what a test tells it to, without HTTP. */
import { type Clock, systemClock } from "../../agent/clock.ts";
import { AbortedError, SagentError } from "../../agent/error.ts";
import { type Message, noUsage, type StopReason, type Usage } from "../../agent/message.ts";
import type { Chunk, DraftPart, Model, ModelInfo, ModelRequest, ServiceTier, UsageWindow } from "../../agent/model.ts";
import { historyProblem } from "./check-history.ts";
import { isObject, parseJson, pieces } from "./fake-json.ts";
import type { FakePart } from "./fake-types.ts";
import { argsText } from "./fake-wire.ts";

export interface ScriptedAnswer {
  readonly parts: readonly FakePart[];
  /** `toolUse` when there is a call and `endTurn` otherwise, unless given. */
  readonly stop?: StopReason;
  /** Meters in place of the ones counted at four characters a token. */
  readonly usage?: Partial<Usage>;
  readonly tier?: ServiceTier;
  readonly limits?: readonly UsageWindow[];
  /** Held back until this settles, or for so many ms of the clock. */
  readonly wait?: Promise<unknown> | number;
  /** The same after the last delta, before the end. */
  readonly waitAtEnd?: Promise<unknown> | number;
  /** Size of a delta in characters; a part is one delta unless given. */
  readonly chunkChars?: number;
  /** Ends the stream after the parts, in place of `done`. */
  readonly error?: SagentError;
}

type Said = ScriptedAnswer | SagentError;
/** An answer, a failure before any word, or either as a function of the request. */
export type ScriptedStep = Said | ((request: ModelRequest, index: number) => Said | Promise<Said>);

export interface ScriptedModel extends Model {
  /** Every request, in order. */
  readonly requests: ModelRequest[];
}

export interface ScriptedOptions {
  /** What differs from a model with a window of 100,000 tokens that is free of charge. */
  readonly info?: Partial<ModelInfo>;
  readonly clock?: Clock;
}

const info: ModelInfo = {
  provider: "scripted",
  id: "scripted",
  wireId: "scripted",
  maxRequestTokens: 100_000,
  maxResponseTokens: 8_000,
  maxRequestBytes: 32_000_000,
  images: true,
  efforts: ["none", "low", "medium", "high"],
  budgetModes: ["none", "auto"],
  thinkingOutputs: ["none", "text"],
  tiers: ["auto"],
  cacheTtlSec: [0],
  prices: [{ tier: "auto", above: 0, input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 }],
  charsPerToken: 4,
};
const imageTokens = 1_000;

/**
 * Answers with the steps in order, or with one function for every request. Throws out of `stream`, so that the test
 * fails, when the steps run out or a request holds an orphan call or result or roles that clash.
 */
export function scriptedModel(
  steps: readonly ScriptedStep[] | ScriptedStep,
  options: ScriptedOptions = {},
): ScriptedModel {
  const requests: ModelRequest[] = [];
  const mine = { ...info, ...options.info };
  const close = async () => {};
  return {
    info: mine,
    requests,
    async *stream(request, signal) {
      const index = requests.push(request) - 1;
      const problem = historyProblem(request.messages);
      if (problem) throw new Error(`Request ${index} is ill-formed: ${problem}.`);
      const step = isList(steps) ? steps[index] : steps;
      if (!step) throw new Error(`The script has no step for request ${index}.`);
      const said = typeof step === "function" ? await step(request, index) : step;
      yield* play(said, request, signal, options.clock ?? systemClock);
    },
    estimateText: tokens,
    estimateAttachment: () => imageTokens,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const isList = (steps: readonly ScriptedStep[] | ScriptedStep): steps is readonly ScriptedStep[] =>
  Array.isArray(steps);
const tokens = (text: string) => Math.ceil(text.length / info.charsPerToken);

async function* play(said: Said, request: ModelRequest, signal: AbortSignal, clock: Clock): AsyncGenerator<Chunk> {
  const stopped = (parts: readonly DraftPart[]): Chunk => ({ type: "error", error: new AbortedError(), parts });
  if (said instanceof SagentError) {
    yield signal.aborted ? stopped([]) : { type: "error", error: said, parts: [] };
    return;
  }
  const drafts: DraftPart[] = [];
  await hold(said.wait, signal, clock);
  if (!signal.aborted && said.limits) yield { type: "limits", windows: said.limits };
  let calls = 0;
  for (const part of said.parts) {
    let shown = "";
    for (const chunk of partChunks(part, "call" in part ? calls++ : 0, said.chunkChars)) {
      if (signal.aborted) return yield stopped([...drafts, ...partial(part, shown)]);
      yield chunk;
      if (chunk.type === "text" || chunk.type === "thinking") shown += chunk.text;
    }
    drafts.push(draft(part));
  }
  await hold(said.waitAtEnd, signal, clock);
  if (signal.aborted) return yield stopped(drafts);
  const usage = usageOf(said, request);
  if (said.error) return yield { type: "error", error: said.error, parts: drafts, ...(said.usage ? { usage } : {}) };
  const stopReason = said.stop ?? (calls > 0 ? "toolUse" : "endTurn");
  yield { type: "done", parts: drafts, stopReason, usage, ...(said.tier ? { tier: said.tier } : {}) };
}

async function hold(wait: Promise<unknown> | number | undefined, signal: AbortSignal, clock: Clock): Promise<void> {
  if (wait === undefined || signal.aborted) return;
  if (typeof wait === "number") return clock.sleep(wait, signal);
  const aborted = Promise.withResolvers<void>();
  const leave = () => aborted.resolve();
  signal.addEventListener("abort", leave, { once: true });
  await Promise.race([wait, aborted.promise]);
  signal.removeEventListener("abort", leave);
}

function* partChunks(part: FakePart, index: number, chars = Number.POSITIVE_INFINITY): Generator<Chunk> {
  if ("call" in part) {
    yield { type: "toolCall", index, name: part.call };
    for (const text of pieces(argsText(part), chars)) yield { type: "toolArgs", index, text };
  } else if ("text" in part) for (const text of pieces(part.text, chars)) yield { type: "text", text };
  else for (const text of pieces(part.thinking, chars)) yield { type: "thinking", text };
}

/** What is kept of a part that was stopped: the words shown, and nothing of a call. */
function partial(part: FakePart, shown: string): DraftPart[] {
  if (shown === "" || "call" in part) return [];
  return [{ type: "text" in part ? "text" : "thinking", text: shown }];
}

function draft(part: FakePart): DraftPart {
  if ("text" in part) return { type: "text", text: part.text };
  if ("thinking" in part) {
    return { type: "thinking", text: part.thinking, ...(part.signature ? { signature: part.signature } : {}) };
  }
  const raw = argsText(part);
  const call = { type: "toolCall", name: part.call } as const;
  return isObject(parseJson(raw)) ? { ...call, args: JSON.parse(raw) } : { ...call, args: {}, malformed: raw };
}

const sizes = new WeakMap<Message, number>();

/** An entry is measured once, so that a call costs the same however long the conversation is. */
function sizeOf(message: Message): number {
  const known = sizes.get(message) ?? tokens(JSON.stringify(message));
  sizes.set(message, known);
  return known;
}

function usageOf(said: ScriptedAnswer, request: ModelRequest): Usage {
  const fixed = tokens(JSON.stringify([request.system, request.tools]));
  const input = request.messages.reduce((sum, message) => sum + sizeOf(message), fixed);
  return { ...noUsage, input, output: tokens(JSON.stringify(said.parts)), ...said.usage };
}
