/** One measurement of a local model: loaded, asked something long and new, and asked to go on. */
import { readFile } from "node:fs/promises";
import type { Message } from "../agent/message.ts";
import { type Chunk, lowestSettings, type Model } from "../agent/model.ts";
import type { Env } from "../providers/auth.ts";
import { createIsolated } from "../providers/local/host/isolated.ts";

export interface MeasureOptions {
  /** A reference. */
  readonly name: string;
  /** Longest answer. */
  readonly answerTokens: number;
  readonly env: Env;
  readonly signal: AbortSignal;
}

/** Times in ms, sizes in bytes, rates in tokens a second. */
export interface Measured {
  readonly loadMs: number;
  readonly promptTokens: number;
  readonly promptTokensPerSecond: number;
  readonly answerTokens: number;
  readonly answerTokensPerSecond: number;
  readonly firstMs: number;
  readonly reusedFirstMs: number;
  readonly reusedTokens: number;
  /** 0 where the system does not tell. */
  readonly memoryBytes: number;
}

/** Throws `SagentError`. The child process is gone when it is done. */
export async function measure({ name, answerTokens, env, signal }: MeasureOptions): Promise<Measured> {
  let pid = 0;
  await using provider = createIsolated({ env, signal, onStart: (child) => (pid = child) });
  const startedAt = performance.now();
  const model = await provider.model(name);
  const loadMs = performance.now() - startedAt;
  const question = longQuestion(model);
  const cold = await ask(model, [question], answerTokens, signal);
  const warm = await ask(model, [question, cold.message, say("Go on.")], 1, signal);
  return {
    loadMs,
    promptTokens: cold.evaluated,
    promptTokensPerSecond: rate(cold.evaluated, cold.firstMs),
    answerTokens: cold.answered,
    answerTokensPerSecond: rate(cold.answered - 1, cold.restMs),
    firstMs: cold.firstMs,
    reusedFirstMs: warm.firstMs,
    reusedTokens: warm.reused,
    memoryBytes: await mostMemory(pid),
  };
}

/** Of the prompt; less where the window is small. */
const promptTokens = 512;
const sentence = "The ship sailed past the island, and the crew counted the birds above the cliffs. ";

/** A prompt that no run before had, from its first words on. */
function longQuestion(model: Model): Message {
  const wanted = Math.min(promptTokens, Math.floor(model.info.maxRequestTokens / 2));
  const times = Math.max(1, Math.floor(wanted / model.estimateText(sentence)));
  return say(`${crypto.randomUUID()} ${sentence.repeat(times)}\nTell me at length what happens next.`);
}

let lastId = 0;

function say(text: string): Message {
  return { type: "user", id: `m${++lastId}`, at: 0, text };
}

interface Answered {
  readonly message: Message;
  /** To the first token, and from there to the last. */
  readonly firstMs: number;
  readonly restMs: number;
  /** Tokens of the prompt. */
  readonly evaluated: number;
  readonly reused: number;
  readonly answered: number;
}

async function ask(
  model: Model,
  messages: readonly Message[],
  maxOutputTokens: number,
  signal: AbortSignal,
): Promise<Answered> {
  const settings = lowestSettings(model.info);
  const request = { system: "", messages, tools: [], settings, maxOutputTokens, temperature: 0 };
  const startedAt = performance.now();
  let firstMs: number | undefined;
  let last: Chunk | undefined;
  for await (const chunk of model.stream(request, signal)) {
    firstMs ??= performance.now() - startedAt;
    last = chunk;
  }
  if (last?.type === "error") throw last.error;
  if (last?.type !== "done") throw new TypeError("The stream of a model ended with neither an answer nor an error");
  const { provider, wireId } = model.info;
  const { parts, usage, stopReason } = last;
  return {
    message: {
      type: "assistant",
      id: `m${++lastId}`,
      at: 0,
      origin: { provider, model: wireId },
      parts: parts.filter((part) => part.type !== "toolCall"),
      stopReason,
    },
    firstMs: firstMs ?? 0,
    restMs: performance.now() - startedAt - (firstMs ?? 0),
    evaluated: usage.input,
    reused: usage.cacheRead,
    answered: usage.output,
  };
}

function rate(tokens: number, ms: number): number {
  return tokens > 0 && ms > 0 ? (tokens / ms) * 1_000 : 0;
}

/** The most that a process had in memory so far. */
async function mostMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => undefined);
  if (status !== undefined) return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  const ps = Bun.spawn(["ps", "-o", "rss=", "-p", String(pid)], { stdin: "ignore", stderr: "ignore" });
  return (Number((await new Response(ps.stdout).text()).trim()) || 0) * 1_024;
}
