/** The time, for what ticks: one timer for all of the page, and none while nothing ticks. */
import { type Accessor, createSignal, onCleanup } from "solid-js";

const [now, setNow] = createSignal(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Unix ms, told anew each second while the calling component is there. */
export function useNow(): Accessor<number> {
  users += 1;
  setNow(Date.now());
  timer ??= setInterval(() => setNow(Date.now()), 1_000);
  onCleanup(() => {
    users -= 1;
    if (users > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
  return now;
}
