/** Reads one stream of a model to its end: shows deltas as they come and returns how it ended. Never throws. */
import type { Clock } from "./clock.ts";
import { AbortedError, messageOf, SagentError } from "./error.ts";
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
  const { signal, clock } = options;
  const reading = { over: false };
  const left = Promise.withResolvers<Attempt>();
  let grace: AbortController | undefined;
  const leave = async () => {
    grace = new AbortController();
    await clock.sleep(abortGraceMs, grace.signal);
    left.resolve({ ...aborted, parts: parts.said() });
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([consume(options, parts, reading), left.promise]);
  } finally {
    reading.over = true;
    grace?.abort();
    signal.removeEventListener("abort", leave);
  }
}

const aborted = { type: "error", error: new AbortedError() } as const;

async function consume(
  options: AttemptOptions,
  parts: PartEvents,
  reading: { readonly over: boolean },
): Promise<Attempt> {
  const { model, request, signal, emit } = options;
  const filter = replayFilter(structuredClone(parts.shown()));
  let end: Chunk | undefined;
  try {
    for await (const chunk of model.stream(request, signal)) {
      if (reading.over) break;
      if (chunk.type === "limits") emit(limitsOf(model, chunk));
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

function limitsOf({ info }: Model, { windows }: Extract<Chunk, { type: "limits" }>): EventBody {
  const { provider, access: { account } = {} } = info;
  const whose = { provider, ...(account === undefined ? {} : { account }) };
  return { type: "limits", ...whose, windows: windows.map((window) => ({ ...window })) };
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
  const detail = messageOf(cause);
  return new StreamInterruptedError({ provider: model.info.provider, detail, cause });
}
