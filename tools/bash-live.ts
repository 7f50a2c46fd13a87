/** The live view of a command's output: joined, capped, and never a split character. */
import type { Stream } from "./bash-output.ts";

/** Least time between two pieces of news, in ms. */
const everyMs = 50;
/** Most characters of a stream in one piece; when more waits, the oldest is left out. */
const maxChars = 16 * 1024;

export interface LiveOutput {
  add(stream: Stream, bytes: Uint8Array): void;
  /** Sends what waits. */
  end(): void;
}

/** Passes output on as text, at once when it is rare and every 50 ms when it is not. */
export function liveOutput(send: (stream: Stream, text: string) => void): LiveOutput {
  const waiting = { stdout: waitingText(), stderr: waitingText() };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    sentAt = performance.now();
    for (const stream of ["stdout", "stderr"] as const) {
      const text = waiting[stream].take();
      if (text !== "") send(stream, text);
    }
  };
  return {
    add(stream, bytes) {
      waiting[stream].add(bytes);
      const waitMs = sentAt + everyMs - performance.now();
      if (waitMs <= 0) flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    end() {
      for (const stream of ["stdout", "stderr"] as const) waiting[stream].end();
      flush();
    },
  };
}

function waitingText() {
  const decoder = new TextDecoder();
  let text = "";
  let skipped = 0;
  const add = (more: string) => {
    text += more;
    if (text.length <= maxChars) return;
    skipped += text.length - maxChars;
    text = text.slice(-maxChars).replace(/^[\udc00-\udfff]/, "");
  };
  return {
    add: (bytes: Uint8Array) => add(decoder.decode(bytes, { stream: true })),
    end: () => add(decoder.decode()),
    take() {
      const news = skipped === 0 ? text : `\n[… ${skipped.toLocaleString("en")} characters not shown live …]\n${text}`;
      text = "";
      skipped = 0;
      return news;
    },
  };
}
