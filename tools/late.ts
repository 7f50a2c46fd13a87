/** A word on what a call is about, where it takes longer than a person waits without one. */
import type { ToolContext } from "../agent/tool.ts";

const patienceMs = 1_000;

/** Says it after a second, unless it is disposed of before. */
export function sayLate({ clock, progress }: Pick<ToolContext, "clock" | "progress">, text: string): Disposable {
  const stop = new AbortController();
  void clock.sleep(patienceMs, stop.signal).then(() => {
    if (!stop.signal.aborted) progress({ type: "status", text });
  });
  return { [Symbol.dispose]: () => stop.abort() };
}
