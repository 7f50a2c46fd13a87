/** The end of the work, where somebody is asked first whether it may end. */
import type { Step } from "./machine-state.ts";

/** So often in a row the work is kept from ending; then it ends all the same. */
const mostGoOns = 10;

/** Asks, where that has yet to be done and the work is done. */
export function judgeRest(step: Step): void {
  const { rest, reason, held, goOns } = step.state;
  if (rest !== "ask" || reason !== "done" || held) return;
  const generation = step.state.generation + 1;
  step.set({ generation, calling: "resting" });
  step.effect({ type: "judgeRest", generation, again: goOns > 0 });
}

/** The work ends, or the model is told why it does not. */
export function restJudged(step: Step, generation: number, goOn: string | null): void {
  const { state } = step;
  if (state.calling !== "resting" || state.generation !== generation) return;
  step.set({ calling: null });
  if (goOn === null) return step.set({ rest: "passed" });
  if (state.goOns >= mostGoOns) {
    step.emit({ type: "loopNoticed", text: `A hook kept the work from ending ${mostGoOns} times; it ends now.` });
    return step.set({ rest: "passed" });
  }
  step.set({ goOns: state.goOns + 1, deliveries: [...state.deliveries, { type: "notice", text: goOn }] });
}

/** Nobody is waited for any more. */
export function leaveRest(step: Step): void {
  step.set({ calling: null });
  step.effect({ type: "cancelModel" });
}
