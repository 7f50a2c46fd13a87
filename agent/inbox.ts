/**
 * Messages that wait for their moment. Pure: the machine owns the value. Three policies, one order of arrival: `now`
 * goes first, then `after-turn`, then `when-idle`.
 */
import type { Policy, QueueId } from "./command.ts";
import type { EventBody } from "./event.ts";
import type { Attachment } from "./message.ts";

/** A message that is not in the log yet. `from` is a peer's label; absent for a person or a script. */
export interface Waiting {
  readonly id: QueueId;
  readonly policy: Policy;
  readonly from?: string;
  readonly text: string;
  readonly attachments?: readonly Attachment[];
  /** A `queued` event told clients of it, so a `dequeued` one must follow. */
  readonly announced: boolean;
}

export interface Inbox {
  readonly waiting: readonly Waiting[];
  readonly next: number;
}

export const emptyInbox: Inbox = { waiting: [], next: 1 };

/** Adds a message at the end. */
export function put(inbox: Inbox, message: Omit<Waiting, "id" | "announced">): Inbox {
  const entry: Waiting = { ...message, id: `q${inbox.next}`, announced: false };
  return { waiting: [...inbox.waiting, entry], next: inbox.next + 1 };
}

/** Takes out the messages of a policy, oldest first; at most `limit` of them. */
export function take(inbox: Inbox, policy: Policy, limit = Number.POSITIVE_INFINITY): [readonly Waiting[], Inbox] {
  if (!has(inbox, policy)) return [[], inbox];
  const taken: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const entry of inbox.waiting) (entry.policy === policy && taken.length < limit ? taken : rest).push(entry);
  return [taken, { ...inbox, waiting: rest }];
}

export function has(inbox: Inbox, policy: Policy): boolean {
  return inbox.waiting.some((entry) => entry.policy === policy);
}

/** What tells clients of a message that waits. */
export function queuedEvent({ id, policy, from, text, attachments }: Waiting): EventBody {
  const origin = from === undefined ? {} : { from };
  const files = attachments ? { attachments: [...attachments] } : {};
  return { type: "queued", queueId: id, policy, ...origin, text, ...files };
}

/** Marks everything as told to clients and returns what was not told before. */
export function announce(inbox: Inbox): [readonly Waiting[], Inbox] {
  const fresh = inbox.waiting.filter((entry) => !entry.announced);
  if (fresh.length === 0) return [fresh, inbox];
  return [fresh, { ...inbox, waiting: inbox.waiting.map((entry) => ({ ...entry, announced: true })) }];
}
