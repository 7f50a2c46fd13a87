/** What questions to a person do to the machine's state: they open, are answered by whoever comes first, or are withdrawn. */
import { misfit } from "./ask.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./error.ts";
import type { MachineAsk, Step } from "./machine-state.ts";
import type { CallId } from "./message.ts";

/** A question of a call that has ended by now is withdrawn at once, and clients never hear of it. */
export function openAsk(step: Step, { askId, ask, call }: MachineAsk): void {
  const { asks, cohort, detached } = step.state;
  if (!cohort.includes(call) && !detached.includes(call)) {
    return step.effect({ type: "answer", askId, answer: null });
  }
  step.set({ asks: [...asks, { askId, ask, call }] });
  step.emit({ type: "asked", askId, call, ask });
}

/** What does not fit leaves the question open and says why. */
export function answerAsk(step: Step, { askId, answer, by }: Extract<Command, { type: "answer" }>): void {
  const asked = step.state.asks.find((each) => each.askId === askId);
  const problem = asked ? misfit(asked.ask, answer) : unknownText(step, askId);
  if (problem !== undefined) {
    const message = `The answer to ${askId} is not taken: ${problem}`;
    return step.emit({ type: "error", error: new UsageError(message).toInfo() });
  }
  step.set({ asks: step.state.asks.filter((each) => each.askId !== askId) });
  step.emit({ type: "answered", askId, answer, ...(by === undefined ? {} : { by }) });
  step.effect({ type: "answer", askId, answer });
}

/** These calls have ended or are about to. */
export function withdrawAsks(step: Step, calls: readonly CallId[]): void {
  const gone = step.state.asks.filter(({ call }) => calls.includes(call));
  if (gone.length === 0) return;
  step.set({ asks: step.state.asks.filter(({ call }) => !calls.includes(call)) });
  for (const { askId } of gone) {
    step.emit({ type: "answered", askId, answer: null });
    step.effect({ type: "answer", askId, answer: null });
  }
}

function unknownText({ state }: Step, askId: string): string {
  const open = state.asks.map((each) => each.askId).join(", ") || "none";
  return `no question ${askId} is open, so it was answered already, or its call has ended. Open: ${open}.`;
}
