/** One call of a wire adapter, framed: whatever the wire does, its chunks end with exactly one `done` or `error`. */
import { SagentError } from "../agent/error.ts";
import type { Usage } from "../agent/message.ts";
import type { Chunk, ModelInfo } from "../agent/model.ts";
import { RequestTooLargeError, StreamInterruptedError } from "../agent/provider-error.ts";
import { classifyThrown } from "./failure.ts";
import { createParts, type Parts } from "./parts.ts";
import { startWatch, type Watch } from "./watchdog.ts";

/** What one call knows of itself so far. The adapter fills it in as news comes. */
export interface Call {
  readonly watch: Watch;
  readonly parts: Parts;
  /** Set once the headers of a good answer are there: a lost connection is then a cut. */
  begun: boolean;
  headers?: Headers;
  usage?: Usage;
}

/**
 * Runs one call. `events` yields deltas and, when it has seen the wire's own terminal event, `done`; it may throw
 * whatever it likes. A stop by the caller or the watchdog wins over what the wire made of it. An adapter that goes on
 * reading after `done` keeps its connection alive.
 */
export async function* runCall(
  options: { readonly provider: string; readonly signal: AbortSignal; readonly idleMs?: number | undefined },
  events: (call: Call) => AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  const { provider } = options;
  using watch = startWatch(options);
  const call: Call = { watch, parts: createParts(), begun: false };
  let error: SagentError | undefined = watch.ended();
  let done: Chunk | undefined;
  try {
    for await (const chunk of error ? [] : events(call)) {
      if (done) continue;
      if (chunk.type === "done") {
        // What is left is the end of the body; reading it lets the connection serve the next call.
        done = chunk;
        watch.hurry();
        continue;
      }
      if ("text" in chunk && chunk.text === "") continue;
      yield chunk;
      // Before anything more is read, so that what is kept is what was told.
      error = watch.ended();
      if (error) break;
    }
  } catch (thrown) {
    error = watch.ended() ?? failureOf(thrown, call, provider);
  }
  if (done) {
    yield done;
    return;
  }
  error ??= watch.ended() ?? new StreamInterruptedError({ provider, detail: "the connection closed early" });
  yield { type: "error", error, parts: call.parts.kept(), ...(call.usage ? { usage: call.usage } : {}) };
}

function failureOf(thrown: unknown, call: Call, provider: string): SagentError {
  return ownErrorIn(thrown) ?? classifyThrown(thrown, { provider, begun: call.begun, headers: call.headers });
}

/** What this side said before anything was sent, as deep as the SDK has wrapped it. */
function ownErrorIn(thrown: unknown): SagentError | undefined {
  let at = thrown;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at instanceof SagentError) return at;
    at = at.cause;
  }
  return undefined;
}

/** Throws `RequestTooLargeError` for a body of more bytes than the model accepts. */
export function checkSize(bytes: number, { maxRequestBytes }: ModelInfo, provider: string): void {
  if (maxRequestBytes === 0 || bytes <= maxRequestBytes) return;
  throw new RequestTooLargeError({ provider, detail: `${bytes} bytes, of at most ${maxRequestBytes}` });
}
