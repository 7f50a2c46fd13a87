/** What an agent is doing, in a few words, and how it looks. */
import type { AgentState, EndReason, EventOf } from "../../agent/event.ts";
import type { AgentCard } from "../../server/protocol.ts";
import { shownMs } from "./format.ts";

export type StateTone = "working" | "waiting" | "failed" | "good" | "quiet";

export interface StateWords {
  readonly text: string;
  readonly tone: StateTone;
}

type Shown = Pick<AgentCard, "state" | "reason" | "ended" | "asks" | "tool" | "error" | "suspendedUntil">;

export function stateWords(card: Shown): StateWords {
  if (card.ended) return { text: "Ended", tone: "quiet" };
  if (card.suspendedUntil !== null) return { text: "Waits for a limit to reset", tone: "waiting" };
  if (card.asks > 0) return { text: "Waits for you", tone: "waiting" };
  if (card.state !== "idle") return working(card.state, card.tool);
  if (card.reason === null)
    return { text: card.error === null ? "Ready" : "Failed", tone: card.error ? "failed" : "quiet" };
  return ends[card.reason];
}

function working(state: Exclude<AgentState, "idle">, tool: string | null): StateWords {
  switch (state) {
    case "streaming":
      return { text: "Answers", tone: "working" };
    case "tools":
      return { text: tool ?? "Runs tools", tone: "working" };
    case "compacting":
      return { text: "Shortens the conversation", tone: "working" };
    case "waiting":
      return { text: "Waits", tone: "waiting" };
  }
}

const ends: Readonly<Record<EndReason, StateWords>> = {
  done: { text: "Done", tone: "good" },
  halted: { text: "Stopped", tone: "quiet" },
  error: { text: "Failed", tone: "failed" },
  max_rounds: { text: "Stopped at the limit of rounds", tone: "failed" },
  budget: { text: "Stopped at the budget", tone: "failed" },
  truncated: { text: "Answer cut off", tone: "failed" },
  refused: { text: "Refused", tone: "failed" },
  loop: { text: "Stopped in a loop", tone: "failed" },
};

/** It can be stopped. */
export function isAtWork({ state, ended }: Pick<AgentCard, "state" | "ended">): boolean {
  return !ended && state !== "idle" && state !== "waiting";
}

/** What an agent waits for before it asks a model again. */
export function waitWords(event: EventOf<"retry" | "suspended">, now: number): string {
  if (event.type === "retry") return retryWords(event, now);
  const left = shownMs(Math.max(0, event.until - now));
  return `${event.error.message.replace(/\.$/, "")}; going on by itself in ${left}. Say something to go on now.`;
}

/** `Anthropic is overloaded; trying again in 4 s (2)`. The number is of the next attempt. */
export function retryWords({ error, delayMs, attempt, at }: EventOf<"retry">, now: number): string {
  const seconds = Math.max(0, Math.ceil((at + delayMs - now) / 1_000));
  const when = seconds === 0 ? "now" : `in ${seconds} s`;
  return `${error.message.replace(/\.$/, "")}; trying again ${when} (${attempt})`;
}
