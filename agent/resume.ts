/** Picks up a log that another process left: answers what was cut off, and restores what still waits. */
import type { Inbox, Waiting } from "./inbox.ts";
import type { Log } from "./log.ts";
import type { LogState } from "./log-state.ts";
import { agentState, initialState, type MachineState, type Tuning } from "./machine-state.ts";
import { openCalls } from "./repair.ts";

const cut = "Interrupted: sagent ended before this call did. It may have done part of its work.";

/** Closes what the end of the last process left open and returns the state to go on from, waiting for a message. */
export function resumedState(log: Log, maxRounds: number | null): MachineState {
  closeOpenCalls(log);
  const last = log.state.entries.at(-1);
  const owed = last !== undefined && last.type !== "assistant" && log.state.start < log.state.entries.length;
  const state = { ...initialState(maxRounds), inbox: restoredInbox(log), owed, held: true };
  return { ...state, told: { state: agentState(state), idle: true } };
}

/**
 * The limits to go on with, and which of them overrule what the agent was tuned to. What a person gives this process counts
 * before that; what a child was made with does not, for it is older.
 */
export function resumedLimits(
  { maxRounds, maxOutputTokens }: Pick<LogState, "maxRounds" | "maxOutputTokens">,
  given: { readonly maxRounds?: number; readonly maxOutputTokens?: number; readonly path?: string },
): { readonly maxRounds: number | null; readonly overruled?: Tuning } {
  const isChild = given.path !== undefined;
  const wins = (value: number | undefined, tuned: number | null | undefined) =>
    !isChild && value !== undefined && tuned !== undefined && tuned !== value;
  const overruled: Tuning = {
    ...(wins(given.maxRounds, maxRounds) ? { maxRounds: given.maxRounds } : {}),
    ...(wins(given.maxOutputTokens, maxOutputTokens) ? { maxOutputTokens: given.maxOutputTokens } : {}),
  };
  const tuned = overruled.maxRounds ?? maxRounds;
  return {
    maxRounds: tuned === undefined ? (given.maxRounds ?? null) : tuned,
    ...(Object.keys(overruled).length > 0 ? { overruled } : {}),
  };
}

function closeOpenCalls(log: Log): void {
  const { entries, start } = log.state;
  for (const { callId, name } of openCalls(entries.slice(start))) {
    log.append({ type: "toolResult", callId, name, kind: "cancelled", isError: true, text: cut });
  }
  for (const [id, name] of log.state.detached) {
    log.append({ type: "notice", call: { id, name, kind: "cancelled" }, isError: true, text: cut });
  }
  withdrawAll(log);
}

/** Nobody waits for these answers any more. */
export function withdrawAll(log: Log): void {
  for (const askId of [...log.state.asks.keys()]) log.emit({ type: "answered", askId, answer: null });
}

function restoredInbox(log: Log): Inbox {
  const waiting = [...log.state.queued].map(([id, message]): Waiting => ({ ...message, id, announced: true }));
  const used = waiting.map((message) => Number(message.id.slice(1)));
  return { waiting, next: Math.max(0, ...used) + 1 };
}
