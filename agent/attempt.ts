/** Reads one stream of a model to its end: shows deltas as they come and returns how it ended. Never throws. */
import type { Clock } from "./clock.ts";
import { AbortedError, SagentError } from "./error.ts";
import type { EventBody } from "./event.ts";
import type { StopReason, Usage } from "./message.ts";
import type { Chunk, DraftPart, Model, ModelRequest, ServiceTier } from "./model.ts";
import { isDelta, type PartEvents } from "./parts.ts";
import { MalformedAnswerError, StreamInterruptedError } from "./provider-error.ts";
import { replayFilter } from "./retry.ts";

export type Attempt =
  | {
      readonly type: "done";
      readonly parts: readonly DraftPart[];
      readonly stopReason: StopReason;
      readonly usage: Usage;
      readonly tier?: ServiceTier;
    }
  | {
      readonly type: "error";
      readonly error: SagentError;
      readonly parts: readonly DraftPart[];
      readonly usage?: Usage;
    };

export interface AttemptOptions {
  readonly model: Model;
  readonly request: ModelRequest;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: (event: EventBody) => void;
}

/** How long a model may take to end after an abort before it is left behind. */
const abortGraceMs = 500;

export async function readStream(options: AttemptOptions, parts: PartEvents): Promise<Attempt> {
  const reading = new AbortController();
  const read = consume(options, parts, reading.signal);
  const left = abandoned(options, reading.signal).then((): Attempt => ({ ...aborted, parts: parts.said() }));
  try {
    return await Promise.race([read, left]);
  } finally {
    reading.abort();
  }
}

const aborted = { type: "error", error: new AbortedError() } as const;

/** Resolves a moment after the abort, or after the end of the reading. */
async function abandoned({ signal, clock }: AttemptOptions, read: AbortSignal): Promise<void> {
  const both = AbortSignal.any([signal, read]);
  if (!both.aborted) {
    await new Promise<void>((resolve) => both.addEventListener("abort", () => resolve(), { once: true }));
  }
  await clock.sleep(abortGraceMs, read);
}

async function consume(options: AttemptOptions, parts: PartEvents, left: AbortSignal): Promise<Attempt> {
  const { model, request, signal, emit } = options;
  const filter = replayFilter(structuredClone(parts.shown()));
  let end: Chunk | undefined;
  try {
    for await (const chunk of model.stream(request, signal)) {
      if (left.aborted) break;
      if (chunk.type === "limits") emit({ type: "limits", windows: chunk.windows.map((window) => ({ ...window })) });
      if (chunk.type === "done" || chunk.type === "error") end = chunk;
      if (signal.aborted) continue;
      const { diverged, chunks } = filter(chunk);
      if (diverged) parts.reset();
      for (const each of chunks) if (isDelta(each)) parts.show(each);
    }
  } catch (error) {
    return { type: "error", error: asSagentError(model, error), parts: parts.said() };
  }
  if (end?.type === "done") return usable(model, end);
  if (end?.type === "error") return end;
  const detail = "the stream ended without saying why";
  return {
    type: "error",
    error: new StreamInterruptedError({ provider: model.info.provider, detail }),
    parts: parts.said(),
  };
}

/** An answer that asks for a resend is a failure that keeps its bill. */
function usable(model: Model, end: Extract<Chunk, { type: "done" }>): Attempt {
  const calls = end.parts.some((part) => part.type === "toolCall");
  const resend =
    end.stopReason === "malformedCall" || end.stopReason === "unknown" || (end.stopReason === "toolUse" && !calls);
  if (!resend) return end;
  const error = new MalformedAnswerError({
    provider: model.info.provider,
    detail: `it stopped with "${end.stopReason}"`,
  });
  return { type: "error", error, parts: end.parts, usage: end.usage };
}

function asSagentError(model: Model, cause: unknown): SagentError {
  if (cause instanceof SagentError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StreamInterruptedError({ provider: model.info.provider, detail, cause });
}
