/** One model of the embedded provider: a template, a place among those that share the weights, and its own calls. */
import { AbortedError } from "../../agent/error.ts";
import type { Model } from "../../agent/model.ts";
import { attachmentNote } from "../neutral.ts";
import { createCall } from "./call.ts";
import { localInfo } from "./info.ts";
import type { Seat } from "./pool.ts";
import { createTemplate } from "./template.ts";
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
  const info = localInfo(first.window, options.id, template);
  const owner = {};
  first.pool.join(owner);
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
  if (signal.aborted) throw new AbortedError();
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
