/** What each input does to the machine's state. Nothing here starts work; `settle` in `machine.ts` does. */
import type { Command } from "./command.ts";
import { RoundLimitError } from "./error.ts";
import type { EndReason } from "./event.ts";
import { emptyInbox, put } from "./inbox.ts";
import { type Answer, type CallOutcome, detachCall, type Input, type Step } from "./machine-state.ts";
import type { CallId, StopReason, ToolCallPart } from "./message.ts";

export function apply(step: Step, input: Input): void {
  switch (input.type) {
    case "command":
      return command(step, input.command);
    case "modelDone":
      return current(step, input.generation) ? modelDone(step, input.answer) : undefined;
    case "modelFailed":
      return current(step, input.generation) ? modelFailed(step, input) : undefined;
    case "toolDone":
      return toolDone(step, input.callId, input.outcome);
    case "compactDone":
      return current(step, input.generation) ? step.set({ calling: null }) : undefined;
    case "compactFailed":
      if (!current(step, input.generation)) return;
      step.emit({ type: "compactFailed", error: input.error });
      // An overflow that cannot be compacted away has no other end; a compaction on request changes nothing else.
      step.set({ calling: null });
      return step.state.overflows > 0 ? hold(step, "error") : undefined;
    case "switchDone":
      return step.state.calling === "switching" ? step.set({ calling: null }) : undefined;
  }
}

const current = (step: Step, generation: number) => step.state.calling !== null && step.state.generation === generation;

function hold(step: Step, reason: EndReason): void {
  step.set({ held: true, reason });
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
    case "clear":
      return clear(step);
    case "compact":
      if (state.calling === "compacting") return;
      return step.set({ compaction: command.hint === undefined ? {} : { hint: command.hint } });
    case "switch": {
      const { type: _, ...wanted } = command;
      return step.set({ switches: [...state.switches, wanted] });
    }
  }
}

const targets = (running: readonly CallId[], wanted: CallId | "all") =>
  wanted === "all" ? running : running.filter((id) => id === wanted);

/** A new message resumes a held agent; what was queued before does not. */
function receive(step: Step, message: Parameters<typeof put>[1]): void {
  step.set({ inbox: put(step.state.inbox, message), held: false });
}

/** Stops the model or the compaction. Tools go on. What a person already typed goes on too. */
function halt(step: Step): void {
  const { calling, inbox, owed, cohort, detached } = step.state;
  const steering = inbox.waiting.some((entry) => entry.policy === "now");
  if (calling === "model") {
    step.set({ calling: "halting" });
    step.effect({ type: "cancelModel" });
  }
  if (calling === "compacting") {
    step.set({ calling: null });
    step.effect({ type: "cancelCompact" });
  }
  const busy = calling !== null || owed || cohort.length + detached.length + inbox.waiting.length > 0;
  step.set({ compaction: null, overflows: 0 });
  if (busy && !steering) hold(step, "halted");
}

function kill(step: Step, callId: CallId): void {
  step.effect({ type: "cancelTool", callId });
  toolDone(step, callId, { kind: "cancelled", isError: true, text: "The call was stopped before it finished." });
}

/** Forgets everything; late answers and results find nothing to answer. */
function clear(step: Step): void {
  const { calling, cohort, detached, inbox } = step.state;
  if (calling === "model" || calling === "halting") step.effect({ type: "cancelModel" });
  if (calling === "compacting") step.effect({ type: "cancelCompact" });
  for (const callId of [...cohort, ...detached]) {
    step.effect({ type: "cancelTool", callId });
    step.emit({ type: "toolEnded", call: callId, isError: true, cancelled: true, durationMs: 0 });
  }
  for (const { id, announced } of inbox.waiting) {
    if (announced) step.emit({ type: "dequeued", queueId: id, dropped: true });
  }
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
    compaction: null,
    overflows: 0,
    owed: false,
    held: false,
    rounds: 0,
    reason: "done",
  });
}

const ends: Partial<Record<StopReason, EndReason>> = {
  maxTokens: "truncated",
  contextWindow: "truncated",
  refusal: "refused",
};

function modelDone(step: Step, answer: Answer): void {
  const calls = answer.parts.filter((part) => part.type === "toolCall");
  const reason = ends[answer.stopReason];
  const halted = step.state.calling === "halting" && step.state.held;
  step.append({ type: "assistant", ...answer });
  step.set({ calling: null, owed: answer.stopReason === "pause", overflows: 0 });
  if (calls.length === 0) return halted ? undefined : step.set({ reason: reason ?? "done" });
  if (halted) return refuseCalls(step, calls, "halted", "Not run: the agent was stopped.");
  if (reason) return refuseCalls(step, calls, reason, "Not run: the answer was cut before the call was complete.");
  const { maxRounds, rounds } = step.state;
  if (maxRounds !== null && rounds >= maxRounds) {
    step.emit({ type: "error", error: new RoundLimitError({ limit: maxRounds }).toInfo() });
    return refuseCalls(step, calls, "max_rounds", "Not run: this turn has used all its rounds of tools.");
  }
  const names = { ...step.state.names };
  for (const call of calls) names[call.callId] = call.name;
  step.set({ rounds: rounds + 1, cohort: calls.map((call) => call.callId), names });
  step.effect({ type: "runTools", calls });
}

/** Answers calls that will not run, so that each has its result, and ends the turn. */
function refuseCalls(step: Step, calls: readonly ToolCallPart[], reason: EndReason, text: string): void {
  for (const { callId, name } of calls) {
    step.append({ type: "toolResult", callId, name, kind: "cancelled", isError: true, text });
  }
  step.set({ owed: true });
  hold(step, reason);
}

function modelFailed(step: Step, failure: Extract<Input, { type: "modelFailed" }>): void {
  const { partial, cause, error } = failure;
  const halted = step.state.calling === "halting" || cause === "aborted";
  step.set({ calling: null });
  if (partial && (partial.parts.length > 0 || partial.stopReason === "refusal"))
    step.append({ type: "assistant", ...partial });
  if (halted) return;
  if (cause === "overflow" && step.state.overflows < 3) {
    return step.set({ overflows: step.state.overflows + 1, compaction: {} });
  }
  step.emit({ type: "error", error });
  if (cause === "refused") return step.set({ owed: false, reason: "refused" });
  // A person may have spoken while the call failed: that is a new message, and it goes on.
  const steering = step.state.inbox.waiting.some((entry) => entry.policy === "now");
  if (!steering) hold(step, cause === "budget" ? "budget" : "error");
}

function toolDone(step: Step, callId: CallId, outcome: CallOutcome): void {
  const { cohort, detached, awaited, names } = step.state;
  const name = names[callId] ?? "";
  const inSlot = cohort.includes(callId);
  if (!inSlot && !detached.includes(callId)) return;
  if (outcome.kind === "pending") return inSlot ? detachCall(step, callId) : undefined;
  const { [callId]: _, ...others } = names;
  const without = (ids: readonly CallId[]) => ids.filter((id) => id !== callId);
  const { kind, ...rest } = outcome;
  if (inSlot) step.append({ type: "toolResult", callId, name, kind, ...rest });
  else
    step.set({ deliveries: [...step.state.deliveries, { type: "notice", call: { id: callId, name, kind }, ...rest }] });
  const { isError, durationMs = 0 } = outcome;
  step.emit({ type: "toolEnded", call: callId, isError, cancelled: kind === "cancelled", durationMs });
  step.set({ names: others, cohort: without(cohort), detached: without(detached), awaited: without(awaited) });
  if (inSlot) step.set({ owed: true });
}
