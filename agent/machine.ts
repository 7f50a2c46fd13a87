/**
 * The agent's state machine, pure: `step(state, inputs)` returns the next state and effects as data. The loop runs the
 * effects and feeds back what comes of them. Every race is a sequence of inputs, so every race is a table test.
 *
 * Inputs only record what happened (`apply`, in `transitions.ts`); `settle`, here, then does whatever the state allows,
 * in one fixed order. A late answer carries a generation that is no longer current, or names a call that no longer
 * runs, and is dropped.
 */
import { LoopError } from "./error.ts";
import { hear, judgeMessages, talkNotice } from "./guard.ts";
import { has, take, type Waiting } from "./inbox.ts";
import {
  agentState,
  detachCall,
  type Effect,
  type Input,
  isResting,
  type MachineState,
  Step,
} from "./machine-state.ts";
import { judgeRest, leaveRest } from "./rest.ts";
import { apply } from "./transitions.ts";
import { tellWaiting } from "./waiting.ts";

/** Applies a batch of inputs in order, then settles once: what arrived together is answered together. */
export function step(state: MachineState, inputs: readonly Input[]): { state: MachineState; effects: Effect[] } {
  const next = new Step(state);
  for (const input of inputs) apply(next, input);
  settle(next);
  tell(next);
  return { state: next.state, effects: next.effects };
}

/** Does the first things that the state allows, in order: switch, steer, wait, deliver, compact, call, next in line. */
function settle(step: Step): void {
  if (step.state.calling === "resting" && step.state.inbox.waiting.length > 0) leaveRest(step);
  if (step.state.calling !== null) return;
  if (step.state.switches.length > 0) return startSwitch(step);
  if (has(step.state.inbox, "now") && !step.state.held) preempt(step);
  if (step.state.cohort.length > 0) return;
  deliver(step);
  if (step.state.compactions.length > 0) return startCompaction(step);
  if (step.state.held || step.state.awaited.length > 0) return;
  commit(step, "after-turn");
  if (!step.state.owed && step.state.detached.length === 0) commit(step, "when-idle", 1);
  if (step.state.owed && !step.state.held) callModel(step);
}

function startSwitch(step: Step): void {
  const [wanted, ...rest] = step.state.switches;
  if (!wanted) return;
  step.set({ switches: rest, calling: "switching" });
  step.effect({ type: "switch", wanted });
}

/** A person spoke: running calls get a stub in their slot and go on detached, and the model is called at once. */
function preempt(step: Step): void {
  for (const callId of step.state.cohort) detachCall(step, callId);
  step.set({ awaited: [] });
  deliver(step);
  commit(step, "now");
}

/** Results of detached calls join the log between rounds, each once; they wake the model. */
function deliver(step: Step): void {
  const { deliveries } = step.state;
  if (deliveries.length === 0) return;
  for (const notice of deliveries) {
    step.append(notice);
    if (notice.call) step.set({ guard: hear(step.state.guard, notice.text) });
  }
  step.set({ deliveries: [], owed: true });
}

function commit(step: Step, policy: Waiting["policy"], limit?: number): void {
  const [messages, inbox] = take(step.state.inbox, policy, limit);
  if (messages.length === 0) return;
  for (const { id, from, text, attachments, announced } of messages) {
    const content = attachments ? { text, attachments: [...attachments] } : { text };
    step.append(from === undefined ? { type: "user", ...content } : { type: "peer", from, ...content });
    if (announced) step.emit({ type: "dequeued", queueId: id, dropped: false });
  }
  const { guard, verdict, times } = judgeMessages(step.state.guard, messages);
  step.set({ inbox, owed: true, cut: false, held: false, rounds: 0, overflows: [], reason: "done", guard });
  if (verdict === "notice") {
    const text = talkNotice(times);
    step.append({ type: "notice", text });
    step.emit({ type: "loopNoticed", text });
  }
  if (verdict === "stop") {
    step.emit({ type: "error", error: new LoopError({ times, isTalk: true }).toInfo() });
    step.set({ held: true, reason: "loop" });
  }
}

function callModel(step: Step): void {
  const generation = step.state.generation + 1;
  const rest = step.state.rest === "passed" ? "ask" : step.state.rest;
  step.set({ generation, cut: false, calling: "model", rest });
  step.effect({ type: "callModel", generation });
}

function startCompaction(step: Step): void {
  const [wanted, ...compactions] = step.state.compactions;
  if (!wanted) return;
  const generation = step.state.generation + 1;
  step.set({ generation, calling: "compacting", compactions });
  step.effect({ type: "compact", generation, wanted });
}

/** Tells clients what changed: messages that stay queued, the state, and the end of the work. */
function tell(step: Step): void {
  tellWaiting(step);
  if (isResting(step.state) && !step.state.told.idle) judgeRest(step);
  const state = agentState(step.state);
  const resting = isResting(step.state);
  if (state !== step.state.told.state) step.emit({ type: "state", state });
  if (resting && !step.state.told.idle) step.emit({ type: "idle", reason: step.state.reason });
  step.set({ told: { state, idle: resting } });
}
