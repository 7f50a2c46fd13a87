/** One ONNX model: a template, what it has evaluated, and its own calls on shared weights. Runs in a browser too. */
import type { Model } from "../../../agent/model.ts";
import { attachmentNote } from "../../neutral.ts";
import { localInfo } from "../info.ts";
import { createTemplate } from "../template.ts";
import { createCall } from "./call.ts";
import type { Grammars } from "./grammars.ts";
import { createSequence } from "./sequence.ts";
import type { Weights } from "./weights.ts";
import type { Words } from "./words.ts";

export interface ModelOptions {
  readonly id: string;
  readonly weights: Weights;
  readonly words: Words;
  readonly grammars: Grammars;
  /** Tokens of prompt and answer together. */
  readonly window: number;
  readonly seed: number | undefined;
  /** A chat template in place of the model's own. */
  readonly template: string | undefined;
  readonly onClose: () => void;
}

/** Calls of one model queue, so that what it evaluated last time is there next time; those of several take turns token by token. */
export async function createModel(options: ModelOptions): Promise<Model> {
  const { weights, words, window, id, onClose } = options;
  const template = await createTemplate(words.vocabulary, options.template);
  const info = localInfo(window, id, template);
  const sequence = createSequence(weights);
  const call = createCall({ ...options, sequence, template, info });
  const estimateText = (text: string) => words.tokenize(text).length;
  const leave = new AbortController();
  let last: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;
  const close = () => {
    leave.abort();
    onClose();
    closed ??= last.then(() => sequence.clear());
    return closed;
  };
  return {
    info,
    async *stream(request, signal) {
      const either = AbortSignal.any([signal, leave.signal]);
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = before.then(() => promise);
      try {
        await Promise.race([before, aborted(either)]);
        yield* call(request, either);
      } finally {
        resolve();
      }
    },
    estimateText,
    estimateAttachment: (attachment) => estimateText(attachmentNote(attachment)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
