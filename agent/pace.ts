/**
 * Keeps many busy agents from holding up the event loop: so many steps of all loops run in one turn of it, the others
 * wait for the next, first come, first served. The event loop is one for the process, and so is this.
 */

const stepsPerTurn = 32;
const waiting: (() => void)[] = [];
let steps = 0;

/** Undefined where a step may be made now; else it resolves when its turn comes. */
export function pace(): Promise<void> | undefined {
  if (steps === 0) setImmediate(nextTurn);
  if (steps >= stepsPerTurn) return new Promise((resolve) => waiting.push(resolve));
  steps += 1;
  return undefined;
}

function nextTurn(): void {
  const ready = waiting.splice(0, stepsPerTurn);
  steps = ready.length;
  if (steps > 0) setImmediate(nextTurn);
  for (const go of ready) go();
}
