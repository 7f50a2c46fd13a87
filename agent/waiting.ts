/** What a person does to messages that wait already: takes one back, changes one, puts it elsewhere in the line. */
import type { Command, QueueId } from "./command.ts";
import { UsageError } from "./error.ts";
import { requeueIn } from "./event.ts";
import { announce, queuedEvent, type Waiting } from "./inbox.ts";
import type { Step } from "./machine-state.ts";

/** Tells clients of the messages that they have not heard of. */
export function tellWaiting(step: Step): void {
  const [fresh, inbox] = announce(step.state.inbox);
  for (const message of fresh) step.emit(queuedEvent(message));
  step.set({ inbox });
}

/** A message that waits no more was sent, or taken back before: that is said, for what was wanted did not happen. */
export function unqueue(step: Step, { queueId }: Extract<Command, { type: "unqueue" }>): void {
  tellWaiting(step);
  const { inbox } = step.state;
  const waiting = inbox.waiting.filter(({ id }) => id !== queueId);
  if (waiting.length === inbox.waiting.length) return tellLate(step, queueId, "taken back");
  step.set({ inbox: { ...inbox, waiting } });
  step.emit({ type: "dequeued", queueId, dropped: true });
}

/** One that is to be heard `now` resumes a held agent, as one that is said now would. */
export function requeue(step: Step, command: Extract<Command, { type: "requeue" }>): void {
  tellWaiting(step);
  const { inbox, told } = step.state;
  const old = inbox.waiting.find(({ id }) => id === command.queueId);
  if (!old) return tellLate(step, command.queueId, "changed");
  const { policy = old.policy, text = old.text } = command;
  const before = placeOf(inbox.waiting, old, command.before);
  const waiting = new Map(inbox.waiting.map((each) => [each.id, each]));
  requeueIn(waiting, { ...old, policy, text }, old.id, before);
  step.set({ inbox: { ...inbox, waiting: [...waiting.values()] } });
  step.emit({ type: "requeued", queueId: old.id, policy, text, before });
  if (command.policy === "now") step.set({ held: false, told: { ...told, idle: false } });
}

/** The message that it is to stand before; where nothing is wanted, or one that waits no more, it stays where it is. */
function placeOf(waiting: readonly Waiting[], old: Waiting, wanted: QueueId | null | undefined): QueueId | null {
  if (wanted === null) return null;
  if (wanted !== old.id && waiting.some(({ id }) => id === wanted)) return wanted ?? null;
  return waiting[waiting.indexOf(old) + 1]?.id ?? null;
}

function tellLate(step: Step, queueId: QueueId, wish: string): void {
  const message = `The message ${queueId} cannot be ${wish}: it waits no more, so it was sent or taken back before.`;
  step.emit({ type: "error", error: new UsageError(message).toInfo() });
}
