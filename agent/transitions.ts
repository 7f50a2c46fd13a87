/** What each input does to the machine's state. Nothing here starts work; `settle` in `machine.ts` does. */
import { answerAsk, openAsk, withdrawAsks } from "./asking.ts";
import type { Command } from "./command.ts";
import { type ErrorInfo, LoopError, RoundLimitError } from "./error.ts";
import type { EndReason } from "./event.ts";
import { emptyGuard, hear, judgeRound, repeatNotice } from "./guard.ts";
import { emptyInbox, put } from "./inbox.ts";
import { type CallOutcome, detachCall, type Input, isResting, type Step } from "./machine-state.ts";
import type { CallId, StopReason, ToolCallPart } from "./message.ts";
import { leaveRest, restJudged } from "./rest.ts";
import { requeue, tellWaiting, unqueue } from "./waiting.ts";

export function apply(step: Step, input: Input): void {
  switch (input.type) {
    case "command":
      return command(step, input.command);
    case "modelDone":
      return isAnswering(step, input.generation) ? modelDone(step, input) : undefined;
    case "modelFailed":
      return isAnswering(step, input.generation) ? modelFailed(step, input) : undefined;
    case "toolDone":
      return toolDone(step, input.callId, input.outcome);
    case "asked":
      return openAsk(step, input);
    case "compactDone":
      return isCompacting(step, input.generation) ? step.set({ calling: null }) : undefined;
    case "compactFailed":
      return isCompacting(step, input.generation) ? compactFailed(step, input.error) : undefined;
    case "objected":
      return objected(step, input.error);
    case "restJudged":
      return restJudged(step, input.generation, input.goOn);
    case "switchDone":
      return step.state.calling === "switching" ? step.set({ calling: null }) : undefined;
  }
}

function isAnswering({ state }: Step, generation: number): boolean {
  return (state.calling === "model" || state.calling === "halting") && state.generation === generation;
}

const isCompacting = ({ state }: Step, generation: number) =>
  state.calling === "compacting" && state.generation === generation;

/** Ends the work, unless somebody has spoken in the meantime: that is a new message, and it goes on. */
function hold(step: Step, reason: EndReason): void {
  const isSteered = step.state.inbox.waiting.some((entry) => entry.policy === "now");
  if (!isSteered) step.set({ held: true, reason });
}

function command(step: Step, command: Command): void {
  const { state } = step;
  switch (command.type) {
    case "prompt": {
      const { text, attachments, policy = "now" } = command;
      return receive(step, { policy, text, ...(attachments ? { attachments } : {}) });
    }
    case "peer": {
      const { from, text, attachments, policy = "after-turn" } = command;
      return receive(step, { policy, from, text, ...(attachments ? { attachments } : {}) });
    }
    case "unqueue":
      return unqueue(step, command);
    case "requeue":
      return requeue(step, command);
    case "halt":
      return halt(step);
    case "kill":
      for (const id of targets([...state.cohort, ...state.detached], command.call)) kill(step, id);
      return;
    case "detach":
      for (const id of targets(state.cohort, command.call)) detachCall(step, id);
      return step.set({ awaited: state.awaited.filter((id) => command.call !== "all" && id !== command.call) });
    case "undetach":
      for (const call of targets(state.detached, command.call)) {
        if (step.state.awaited.includes(call)) continue;
        step.set({ awaited: [...step.state.awaited, call] });
        step.emit({ type: "toolUndetached", call });
      }
      return;
    case "answer":
      return answerAsk(step, command);
    case "clear":
      return clear(step);
    case "compact": {
      const { type: _, ...wanted } = command;
      const again = state.calling === "compacting" && wanted.mode === undefined;
      return again ? undefined : step.set({ compactions: [...state.compactions, wanted] });
    }
    case "tune": {
      const { type: _, ...wanted } = command;
      if (wanted.maxRounds !== undefined) step.set({ maxRounds: wanted.maxRounds });
      return step.effect({ type: "tune", wanted });
    }
    case "switch": {
      const { type: _, ...wanted } = command;
      return step.set({ switches: [...state.switches, wanted] });
    }
  }
}

const targets = (running: readonly CallId[], wanted: CallId | "all") =>
  wanted === "all" ? running : running.filter((id) => id === wanted);

/**
 * A new message resumes a held agent; what was queued before does not. The chain that a queued one waits for has ended
 * where the agent is held, answered or not. Whatever comes of the message, clients are told when all is at rest again.
 */
function receive(step: Step, message: Parameters<typeof put>[1]): void {
  const { held, inbox, owed, told } = step.state;
  const isChainOver = held && message.policy === "when-idle";
  step.set({
    inbox: put(inbox, message),
    held: false,
    owed: owed && !isChainOver,
    told: { ...told, idle: false },
    goOns: 0,
  });
}

/** Clients are told when all is at rest again, as of a message that was heard. */
function objected(step: Step, error: ErrorInfo): void {
  step.emit({ type: "error", error });
  const isAtRest = isResting(step.state);
  step.set({ told: { ...step.state.told, idle: false }, ...(isAtRest ? { reason: "error" as const } : {}) });
}

/** Stops the model or the compaction. Tools go on. What a person already typed goes on too. */
function halt(step: Step): void {
  const { calling, inbox, owed, cohort, detached } = step.state;
  if (calling === "model") {
    step.set({ calling: "halting" });
    step.effect({ type: "cancelModel" });
  }
  if (calling === "compacting") {
    step.set({ calling: null });
    step.effect({ type: "cancelCompact" });
  }
  if (calling === "resting") leaveRest(step);
  const busy = calling !== null || owed || cohort.length + detached.length + inbox.waiting.length > 0;
  step.set({ compactions: [], overflows: [] });
  if (busy) hold(step, "halted");
}

function kill(step: Step, callId: CallId): void {
  step.effect({ type: "cancelTool", callId });
  toolDone(step, callId, { kind: "cancelled", isError: true, text: "The call was stopped before it finished." });
}

/** Forgets everything; late answers and results find nothing to answer. */
function clear(step: Step): void {
  const { calling, cohort, detached, inbox } = step.state;
  if (calling === "model" || calling === "halting" || calling === "resting") step.effect({ type: "cancelModel" });
  if (calling === "compacting") step.effect({ type: "cancelCompact" });
  withdrawAsks(step, [...cohort, ...detached]);
  for (const callId of [...cohort, ...detached]) {
    step.effect({ type: "cancelTool", callId });
    step.emit({ type: "toolEnded", call: callId, isError: true, cancelled: true, durationMs: 0 });
  }
  tellWaiting(step);
  for (const { id } of inbox.waiting) step.emit({ type: "dequeued", queueId: id, dropped: true });
  step.effect({ type: "clear" });
  step.set({
    calling: calling === "switching" ? calling : null,
    generation: step.state.generation + 1,
    cohort: [],
    detached: [],
    awaited: [],
    names: {},
    deliveries: [],
    inbox: { ...emptyInbox, next: inbox.next },
    compactions: [],
    overflows: [],
    owed: false,
    held: false,
    rounds: 0,
    guard: emptyGuard,
    rest: step.state.rest === "free" ? "free" : "passed",
    goOns: 0,
    reason: "done",
  });
}

const ends: Partial<Record<StopReason, EndReason>> = {
  maxTokens: "truncated",
  contextWindow: "truncated",
  refusal: "refused",
};

function modelDone(step: Step, done: Extract<Input, { type: "modelDone" }>): void {
  const { answer } = done;
  const calls = answer.parts.filter((part) => part.type === "toolCall");
  const reason = ends[answer.stopReason];
  const { calling, held } = step.state;
  step.append({ type: "assistant", ...answer });
  step.set({ calling: null, owed: answer.stopReason === "pause", overflows: [] });
  if (calls.length === 0) return held ? undefined : lastWord(step, done, reason ?? "done");
  if (calling === "halting") return refuseCalls(step, calls, "Not run: the agent was stopped.");
  if (reason) {
    refuseCalls(step, calls, "Not run: the answer was cut before the call was complete.");
    return hold(step, reason);
  }
  const { maxRounds, rounds } = step.state;
  if (maxRounds !== null && rounds >= maxRounds) {
    step.emit({ type: "error", error: new RoundLimitError({ limit: maxRounds }).toInfo() });
    refuseCalls(step, calls, "Not run: this turn has used all its rounds of tools.");
    return hold(step, "max_rounds");
  }
  const { guard, verdict, times } = judgeRound(step.state.guard, calls);
  step.set({ guard });
  if (verdict === "stop") {
    step.emit({ type: "error", error: new LoopError({ times }).toInfo() });
    refuseCalls(step, calls, "Not run: the same calls were made again and again.");
    return hold(step, "loop");
  }
  if (verdict === "notice") {
    const text = repeatNotice(times);
    step.emit({ type: "loopNoticed", text });
    step.set({ deliveries: [...step.state.deliveries, { type: "notice", text }] });
  }
  const names = { ...step.state.names };
  for (const call of calls) names[call.callId] = call.name;
  step.set({ rounds: rounds + 1, cohort: calls.map((call) => call.callId), names });
  step.effect({ type: "runTools", calls });
}

/** An answer that is not what was asked for is asked for again, or given up. */
function lastWord(
  step: Step,
  { correction: text, failure }: Extract<Input, { type: "modelDone" }>,
  reason: EndReason,
): void {
  step.set({ reason });
  if (text !== undefined) step.set({ deliveries: [...step.state.deliveries, { type: "notice", text }] });
  if (!failure) return;
  step.emit({ type: "error", error: failure });
  hold(step, "error");
}

/** Answers calls that will not run, so that each has its result. */
function refuseCalls(step: Step, calls: readonly ToolCallPart[], text: string): void {
  for (const { callId, name } of calls) {
    step.append({ type: "toolResult", callId, name, kind: "cancelled", isError: true, text });
  }
  step.set({ owed: true });
}

function modelFailed(step: Step, failure: Extract<Input, { type: "modelFailed" }>): void {
  const { partial, cause, error } = failure;
  const { calling, overflows } = step.state;
  step.set({ calling: null });
  // What an overflow cut short is asked for again, so its beginning is not kept.
  if (calling === "model" && cause === "overflow" && overflows.length < 3) {
    return step.set({ overflows: [...overflows, error], compactions: [...step.state.compactions, {}] });
  }
  if (partial && (partial.parts.length > 0 || partial.stopReason === "refusal")) {
    step.append({ type: "assistant", ...partial });
    step.set({ owed: false, cut: true });
  }
  if (calling === "halting") return;
  step.emit({ type: "error", error });
  if (cause === "refused") return step.set({ owed: false, reason: "refused" });
  hold(step, cause === "budget" ? "budget" : "error");
}

/** An overflow that cannot be compacted away ends the work; a compaction on request changes nothing else. */
function compactFailed(step: Step, error: ErrorInfo): void {
  const overflow = step.state.overflows.at(-1);
  step.set({ calling: null });
  step.emit({ type: "compactFailed", error });
  if (!overflow) return;
  step.emit({ type: "error", error: overflow });
  hold(step, "error");
}

function toolDone(step: Step, callId: CallId, outcome: CallOutcome): void {
  const { cohort, detached, awaited, names } = step.state;
  const name = names[callId] ?? "";
  const inSlot = cohort.includes(callId);
  if (!inSlot && !detached.includes(callId)) return;
  if (outcome.kind === "pending") return inSlot ? detachCall(step, callId, outcome.text) : undefined;
  withdrawAsks(step, [callId]);
  const { [callId]: _, ...others } = names;
  const without = (ids: readonly CallId[]) => ids.filter((id) => id !== callId);
  const { kind, ...rest } = outcome;
  if (inSlot) step.append({ type: "toolResult", callId, name, kind, ...rest });
  else
    step.set({ deliveries: [...step.state.deliveries, { type: "notice", call: { id: callId, name, kind }, ...rest }] });
  const { isError, durationMs = 0 } = outcome;
  step.emit({ type: "toolEnded", call: callId, isError, cancelled: kind === "cancelled", durationMs });
  step.set({ names: others, cohort: without(cohort), detached: without(detached), awaited: without(awaited) });
  if (inSlot) step.set({ owed: true, guard: hear(step.state.guard, outcome.text) });
}
