/** Looks again at the project as agents work on it, and when the page is come back to. */
import { createMemo, onCleanup } from "solid-js";
import type { AgentCard } from "../../server/protocol.ts";
import { onChange } from "./on-change.ts";
import type { Store } from "./store.ts";

/** Differs once an agent has begun something, ended it or moved on. */
export function workMark(cards: Iterable<Pick<AgentCard, "running" | "rounds" | "busySince">>): string {
  let [running, rounds, busy] = [0, 0, 0];
  for (const card of cards) {
    running += card.running;
    rounds += card.rounds;
    busy += card.busySince === null ? 0 : 1;
  }
  return `${running}/${rounds}/${busy}`;
}

const pauseMs = 500;

/** Runs it soon after each time, while the calling component is there and the page is seen. */
export function onWork(store: Store, run: () => void): void {
  const mark = createMemo(() => workMark(store.fleet?.cards.values() ?? []));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!document.hidden) run();
    }, pauseMs);
  };
  onChange(mark, soon);
  window.addEventListener("focus", soon);
  onCleanup(() => {
    clearTimeout(timer);
    window.removeEventListener("focus", soon);
  });
}
