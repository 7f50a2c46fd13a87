/** Drives the pure machine in tests: short words for inputs, and the effects as short lines. */
import { step } from "../../agent/machine.ts";
import {
  type Answer,
  type CallOutcome,
  type Effect,
  type Input,
  initialState,
  type MachineState,
} from "../../agent/machine-state.ts";
import type { CallId, StopReason } from "../../agent/message.ts";

const origin = { provider: "p", model: "m" };
const failure = { code: "server", message: "It failed." };

export const say = (text: string, policy?: "now" | "after-turn" | "when-idle"): Input => ({
  type: "command",
  command: { type: "prompt", text, ...(policy ? { policy } : {}) },
});
export const peer = (from: string, text: string, policy?: "now" | "after-turn" | "when-idle"): Input => ({
  type: "command",
  command: { type: "peer", from, text, ...(policy ? { policy } : {}) },
});
export const halt: Input = { type: "command", command: { type: "halt" } };
export const clear: Input = { type: "command", command: { type: "clear" } };
export const compact: Input = { type: "command", command: { type: "compact" } };
export const kill = (call: CallId | "all"): Input => ({ type: "command", command: { type: "kill", call } });
export const detach = (call: CallId | "all"): Input => ({ type: "command", command: { type: "detach", call } });
export const undetach = (call: CallId | "all"): Input => ({ type: "command", command: { type: "undetach", call } });
export const use = (model: string): Input => ({ type: "command", command: { type: "switch", model } });

/** The model answers with text, or with calls. */
export function answer(generation: number, text: string, calls: readonly CallId[] = [], stop?: StopReason): Input {
  const parts: Answer["parts"] = [{ type: "text", text }];
  for (const callId of calls) parts.push({ type: "toolCall", callId, name: "T", args: {} });
  const stopReason = stop ?? (calls.length > 0 ? "toolUse" : "endTurn");
  return { type: "modelDone", generation, answer: { origin, parts, stopReason } };
}

export function fail(
  generation: number,
  cause: Extract<Input, { type: "modelFailed" }>["cause"] = "other",
  said = "",
): Input {
  const parts: Answer["parts"] = said ? [{ type: "text", text: said }] : [];
  const stopReason = cause === "refused" ? "refusal" : "interrupted";
  const partial = said || cause === "refused" ? ({ origin, parts, stopReason } as const) : null;
  return { type: "modelFailed", generation, error: failure, partial, cause };
}

export const done = (callId: CallId, text = "ok", kind: CallOutcome["kind"] = "final"): Input => ({
  type: "toolDone",
  callId,
  outcome: { kind, isError: false, text },
});

/** Runs one batch after another; `trace` has the effects of each batch. */
export function drive(batches: readonly (Input | readonly Input[])[], maxRounds: number | null = null) {
  let state: MachineState = initialState(maxRounds);
  const trace = batches.map((batch) => {
    const next = step(state, Array.isArray(batch) ? batch : [batch]);
    state = next.state;
    return next.effects.map(line);
  });
  return { state, trace };
}

/** An effect as one line. */
export function line(effect: Effect): string {
  switch (effect.type) {
    case "append":
      return `+ ${entryLine(effect.entry)}`;
    case "emit":
      return eventLine(effect.event);
    case "callModel":
    case "compact":
      return `${effect.type} ${effect.generation}`;
    case "judgeRest":
      return `judgeRest ${effect.generation} ${effect.again ? "again" : "first"}`;
    case "runTools":
      return `run ${effect.calls.map((call) => call.callId).join(" ")}`;
    case "cancelTool":
      return `cancel ${effect.callId}`;
    case "switch":
      return `switch ${effect.wanted.model}`;
    case "answer":
      return `answer ${effect.askId} ${effect.answer?.type ?? null}`;
    default:
      return effect.type;
  }
}

function entryLine(entry: Extract<Effect, { type: "append" }>["entry"]): string {
  switch (entry.type) {
    case "user":
      return `user ${entry.text}`;
    case "peer":
      return `peer ${entry.from} ${entry.text}`;
    case "assistant": {
      const words = entry.parts.map((part) => (part.type === "toolCall" ? part.callId : part.text));
      return `assistant ${[...words, entry.stopReason].join(" ")}`;
    }
    case "toolResult":
      return `result ${entry.callId} ${entry.kind}${entry.isError ? " error" : ""}`;
    case "notice":
      return ["notice", entry.call?.id, entry.call?.kind, entry.text].filter((word) => word !== undefined).join(" ");
  }
}

function eventLine(event: Extract<Effect, { type: "emit" }>["event"]): string {
  switch (event.type) {
    case "state":
      return `state ${event.state}`;
    case "idle":
      return `idle ${event.reason}`;
    case "queued":
      return `queued ${event.queueId} ${event.policy}`;
    case "requeued":
      return `requeued ${event.queueId} ${event.policy} ${event.text} before ${event.before}`;
    case "dequeued":
      return `dequeued ${event.queueId}${event.dropped ? " dropped" : ""}`;
    case "toolDetached":
    case "toolUndetached":
    case "toolEnded":
      return `${event.type} ${event.call}`;
    case "asked":
      return `asked ${event.askId} ${event.call}`;
    case "answered":
      return `answered ${event.askId} ${event.answer?.type ?? null}`;
    case "error":
    case "compactFailed":
      return `${event.type} ${event.error.code}`;
    default:
      return event.type;
  }
}
