/** One model of the embedded provider: a template, a place among those that share the weights, and its own calls. */
import { AbortedError } from "../../agent/error.ts";
import type { Model, ModelInfo } from "../../agent/model.ts";
import { attachmentNote } from "../neutral.ts";
import { createCall } from "./call.ts";
import type { Seat } from "./pool.ts";
import { type ChatTemplate, createTemplate } from "./template.ts";
import { readVocabulary } from "./vocabulary.ts";
import type { Hold, Weights } from "./weights.ts";

export interface ModelOptions {
  readonly id: string;
  readonly seed: number | undefined;
  /** In place of the weights' own. */
  readonly template: string | undefined;
  readonly onClose: () => void;
}

/** Calls of one model queue: it has one sequence, so that what it evaluated last time is there next time. */
export async function createModel(weights: Weights, options: ModelOptions): Promise<Model> {
  using first = await weights.hold();
  const template = await createTemplate(readVocabulary(first.model), options.template);
  const info = infoOf(first.window, options.id, template);
  const owner = {};
  const call = createCall({
    takeSeat: (signal) => takeSeat(weights, owner, signal),
    template,
    info,
    seed: options.seed,
  });
  const leave = new AbortController();
  const running = new Set<Promise<void>>();
  const close = async () => {
    leave.abort();
    options.onClose();
    await Promise.all(running);
    weights.leave(owner);
  };
  const estimateText = (text: string) => weights.tokenizer.tokenize(text).length;
  return {
    info,
    async *stream(request, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      running.add(promise);
      try {
        yield* call(request, AbortSignal.any([signal, leave.signal]));
      } finally {
        running.delete(promise);
        resolve();
      }
    },
    estimateText,
    estimateAttachment: (attachment) => estimateText(attachmentNote(attachment)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Waits for the weights, then for a sequence; an abort ends either wait. */
async function takeSeat(weights: Weights, owner: object, signal: AbortSignal): Promise<Seat> {
  const held = await orAborted(weights.hold(), signal);
  try {
    const seat = await held.pool.take(owner, signal);
    const leave = () => {
      seat[Symbol.dispose]();
      held[Symbol.dispose]();
    };
    return { sequence: seat.sequence, [Symbol.dispose]: leave };
  } catch (error) {
    held[Symbol.dispose]();
    throw error;
  }
}

async function orAborted(hold: Promise<Hold>, signal: AbortSignal): Promise<Hold> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(new AbortedError());
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([hold, promise]);
  } catch (error) {
    // It may still come, with nobody to hold it.
    hold.then(
      (late) => late[Symbol.dispose](),
      () => {},
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function infoOf(window: number, id: string, template: ChatTemplate): ModelInfo {
  return {
    provider: "local",
    id,
    wireId: id,
    maxRequestTokens: window - Math.floor(window / 16),
    maxResponseTokens: Math.floor(window / 4),
    maxRequestBytes: 0,
    images: false,
    efforts: template.thinkingSwitch ? ["none", "medium"] : ["none"],
    budgetModes: ["none"],
    thinkingOutputs: ["text"],
    tiers: ["auto"],
    cacheTtlSec: [0],
    prices: [{ tier: "auto", above: 0, input: 0, output: 0, cacheWrite: 0, cacheWrite1h: 0, cacheRead: 0 }],
    charsPerToken: 4,
    structured: true,
  };
}
