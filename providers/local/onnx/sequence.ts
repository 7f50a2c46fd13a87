/** What one model has evaluated of its conversation. What is the same next time is not evaluated again. Runs in a browser too. */
import { AbortedError } from "../../../agent/error.ts";
import type { Past, Runner } from "./runner.ts";
import type { Weights } from "./weights.ts";

export interface Sequence {
  /** The tokens whose state is here. */
  readonly held: readonly number[];
  /** Goes back to what these tokens have in common with the held ones, leaving at least the last to evaluate. Gives how many that is. */
  keep(tokens: readonly number[]): Promise<number>;
  /**
   * Evaluates what is missing of these tokens, in stretches that an abort can come between, and gives the scores of the
   * token behind them. What was evaluated before an abort stays. Throws `AbortedError`.
   */
  evaluate(tokens: readonly number[], signal: AbortSignal): Promise<Float32Array>;
  /** Frees the state. */
  clear(): void;
}

/** Longest time, in ms, that a stretch may keep an abort and other models waiting; it is aimed at, not kept. */
const stretchMs = 150;
const leastStretch = 16;
const mostStretch = 512;

export function createSequence(weights: Weights): Sequence {
  let held: number[] = [];
  let past: Past = new Map();
  let owner: Runner | undefined;
  let stretch = 64;
  const forget = () => {
    if (past.size) owner?.free(past);
    past = new Map();
    held = [];
  };
  const keepWith = async (runner: Runner, tokens: readonly number[]) => {
    if (runner !== owner) forget();
    owner = runner;
    const same = Math.min(sameStart(held, tokens), tokens.length - 1);
    if (same === held.length) return same;
    const cut = same > 0 ? await runner.cut(past, same) : undefined;
    if (!cut) forget();
    else {
      past = cut;
      held = held.slice(0, same);
    }
    return held.length;
  };
  const stepWith = async (runner: Runner, tokens: readonly number[]) => {
    await keepWith(runner, tokens);
    const next = tokens.slice(held.length, held.length + stretch);
    const startedAt = performance.now();
    try {
      const step = await runner.run(next, past, held.length);
      past = step.past;
      held.push(...next);
      stretch = betterStretch(next.length, performance.now() - startedAt, stretch);
      return step.logits;
    } catch (cause) {
      past = new Map();
      held = [];
      throw cause;
    }
  };
  return {
    get held() {
      return held;
    },
    keep: (tokens) => weights.step((runner) => keepWith(runner, tokens)),
    async evaluate(tokens, signal) {
      while (true) {
        if (signal.aborted) throw new AbortedError();
        const logits = await weights.step((runner) => stepWith(runner, tokens));
        if (held.length === tokens.length) return logits;
      }
    },
    clear: forget,
  };
}

/** How much of a prompt to evaluate at once, after what the last stretch took. Single tokens tell nothing of it. */
function betterStretch(tokens: number, tookMs: number, old: number): number {
  if (tokens < leastStretch) return old;
  return Math.min(mostStretch, Math.max(leastStretch, Math.floor((stretchMs * tokens) / tookMs)));
}

function sameStart(one: readonly number[], other: readonly number[]): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length++;
  return length;
}
