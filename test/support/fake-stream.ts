/** Sends the events of an answer, with what is scripted to go wrong on the way. */
import type { FakeFault } from "./fake-types.ts";

const dripBytes = 13;
/** Long enough for bytes already written to leave the process before a reset takes the rest. */
const flushMs = 5;

class Cut extends Error {}

/** Resolves after `ms`, or never; at once when the client leaves. */
function pause(ms: number | undefined, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      left.removeEventListener("abort", end);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(end, ms);
    left.addEventListener("abort", end, { once: true });
    if (left.aborted) end();
  });
}

async function* drip(bytes: Uint8Array, ms: number, left: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += dripBytes) {
    yield bytes.subarray(at, at + dripBytes);
    await pause(ms, left);
  }
}

async function* play(
  events: readonly string[],
  fault: FakeFault | undefined,
  errorEvent: (code: string, message: string) => string,
  left: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for (const [index, event] of events.entries()) {
    const due = fault && index === fault.atChunk ? fault : undefined;
    if (due?.type === "cut") {
      if (due.clean) return;
      await pause(flushMs, left);
      throw new Cut();
    }
    if (due?.type === "stall") {
      due.reached?.();
      await pause(due.ms, left);
    }
    if (due?.type === "garbage") yield encoder.encode('data: {"torn": "of\n\n');
    if (due?.type === "errorEvent") return yield encoder.encode(errorEvent(due.code, due.message));
    const bytes = encoder.encode(event);
    if (fault?.type === "drip" && index >= fault.atChunk) yield* drip(bytes, fault.ms ?? 1, left);
    else yield bytes;
  }
}

/** A response body that is read one chunk at a time, until the client has left. */
export function streamBody(
  events: readonly string[],
  fault: FakeFault | undefined,
  errorEvent: (code: string, message: string) => string,
  left: AbortSignal,
): ReadableStream<Uint8Array> {
  const source = play(events, fault, errorEvent, left);
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (left.aborted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(error instanceof Cut ? undefined : error);
      }
    },
    cancel: () => void source.return(undefined),
  });
}
