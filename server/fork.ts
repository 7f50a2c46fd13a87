/** A new session that begins with a part of another one's conversation. The other is only read, and may be at work. */
import { rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemClock } from "../agent/clock.ts";
import { SagentError, SessionNotFoundError, SessionWriteError, UsageError } from "../agent/error.ts";
import type { AgentEvent, EventType } from "../agent/event.ts";
import { Log } from "../agent/log.ts";
import { replay } from "../agent/log-state.ts";
import type { MessageId } from "../agent/message.ts";
import { openCalls } from "../agent/repair.ts";
import { newSessionId, Session } from "../agent/session.ts";
import { findSession, summarise } from "../agent/session-list.ts";
import { writeTitle } from "../agent/session-meta.ts";
import { readEvents } from "./records.ts";

export interface Fork {
  readonly id: string;
  readonly dir: string;
}

/** What makes a conversation; the rest is the original's own: its bills, its queue, its children and what they sent. */
const carried: ReadonlySet<EventType> = new Set<EventType>([
  "started",
  "message",
  "cleared",
  "compacted",
  "dropped",
  "switched",
  "tuned",
  "workspace",
]);

const elsewhere = "This conversation was forked before the call ended; its result is only in the original one.";

/**
 * Makes a session beside the one in `dir` with the conversation of `agent`, the root by default, up to and including the
 * entry `upTo`, or all of it. A round of tools is taken whole: with all its results, or, while some are still to come, not at all.
 * Throws `SessionNotFoundError`, `SessionWriteError`, or `UsageError` where there is no such entry; nothing is left then.
 */
export async function forkSession(dir: string, upTo?: MessageId, agent?: string): Promise<Fork> {
  const from = resolve(dir);
  const found = await findSession(from);
  if (!found) throw new SessionNotFoundError({ wanted: dir });
  const { title } = await summarise(found);
  const conversation = await conversationUpTo(from, upTo, agent);
  const id = newSessionId();
  const target = join(dirname(from), id);
  try {
    await write(target, id, conversation);
    await writeTitle(target, `Fork of ${title || found.id}`);
  } catch (cause) {
    await rm(target, { recursive: true, force: true });
    throw cause instanceof SagentError ? cause : new SessionWriteError({ path: target, cause });
  }
  return { id, dir: target };
}

interface Conversation {
  readonly events: readonly AgentEvent[];
  /** Label of the root, which the fork's own root gets. */
  readonly root: string;
}

async function conversationUpTo(dir: string, upTo?: MessageId, agent?: string): Promise<Conversation> {
  let root: string | undefined;
  let reached = false;
  const events: AgentEvent[] = [];
  for await (const batch of readEvents(dir)) {
    for (const event of batch) {
      if (event.path === undefined) root ??= event.agent;
      const wanted = agent ?? root;
      if (event.agent !== wanted || !carried.has(event.type)) continue;
      if (reached && !completesRound(events, event)) return { events, root: root ?? wanted };
      events.push(event);
      reached ||= event.type === "message" && event.message.id === upTo;
    }
  }
  const label = agent ?? root ?? "main";
  if (events.length === 0) throw new UsageError(`Nothing was said to or by "${label}" in this session.`);
  if (upTo !== undefined && !reached) {
    throw new UsageError(`There is no message ${upTo} of "${label}" in this session.`);
  }
  return { events: withoutOpenRound(events), root: root ?? label };
}

/** Whether an event still belongs to the round of tools that the last entries began. */
function completesRound(events: readonly AgentEvent[], event: AgentEvent): boolean {
  if (event.type === "cleared" || event.type === "compacted") return false;
  return isRoundOpen(events) && (event.type !== "message" || event.message.type === "toolResult");
}

/** Where the file ends in the middle of a round, its calls are still at work, or were cut off. */
function withoutOpenRound(events: readonly AgentEvent[]): readonly AgentEvent[] {
  if (!isRoundOpen(events)) return events;
  return events.slice(
    0,
    events.findLastIndex((event) => event.type === "message" && event.message.type === "assistant"),
  );
}

function isRoundOpen(events: readonly AgentEvent[]): boolean {
  return openCalls(events.flatMap((event) => (event.type === "message" ? [event.message] : []))).length > 0;
}

async function write(dir: string, id: string, { events, root }: Conversation): Promise<void> {
  await using session = await Session.create(dir, { id });
  for (const { path: _, ...event } of events) {
    session.append({ ...event, agent: root, ...(event.type === "started" ? { sessionId: id } : {}) });
  }
  const log = new Log({ agent: root, clock: systemClock, state: replay(events), sink: session });
  for (const [call, name] of log.state.detached) {
    log.append({ type: "notice", call: { id: call, name, kind: "cancelled" }, isError: true, text: elsewhere });
  }
}
