/** The messages that wait, in the order in which they will be heard. Pure. */
import type { Policy, QueueId } from "../../agent/command.ts";
import type { EventOf } from "../../agent/event.ts";

export type Queued = EventOf<"queued">;

const order: readonly Policy[] = ["now", "after-turn", "when-idle"];

export function queueOf(queue: readonly Queued[]): readonly Queued[] {
  return order.flatMap((policy) => queue.filter((each) => each.policy === policy));
}

export const policyWords: Readonly<Record<Policy, string>> = {
  now: "at once",
  "after-turn": "after this turn",
  "when-idle": "when all is done",
};

/**
 * What moves a message to a place of the list, counted without it: it goes before the one that is there, and is heard
 * when its new neighbours are. Undefined where it stays.
 */
export function moveTo(queue: readonly Queued[], queueId: QueueId, to: number) {
  const from = queue.findIndex((each) => each.queueId === queueId);
  const moved = queue[from];
  if (!moved || to === from) return undefined;
  const others = queue.filter((each) => each !== moved);
  const [above, below] = [others[to - 1], others[to]];
  const fits = [above, below].some((each) => each?.policy === moved.policy);
  const policy = fits ? moved.policy : (below ?? above ?? moved).policy;
  // Behind the last of its policy is behind all: of the others' line only their own order counts.
  const before = below?.policy === policy ? below.queueId : null;
  return { type: "requeue", queueId, before, ...(policy === moved.policy ? {} : { policy }) } as const;
}
