/** Sessions as files, without an agent that wrote them. */
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentEvent, EventBody } from "../../agent/event.ts";
import type { Message } from "../../agent/message.ts";
import { sessionFile } from "../../agent/session.ts";

/** Entries are messages; the rest is as it stands. Numbered from 1, by `main` unless told otherwise. */
export function eventsOf(bodies: readonly (EventBody | Message)[], agent = "main"): AgentEvent[] {
  return bodies.map((body, index): AgentEvent => {
    const event = "id" in body ? ({ type: "message", message: body } as const) : body;
    return { seq: index + 1, agent, at: 1_700_000_000_000 + index, ...event };
  });
}

/** Writes a session into the project's directory and returns its own. */
export function saved(project: string, id: string, events: readonly AgentEvent[], updatedAt?: number): string {
  const dir = join(project, id);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, sessionFile);
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""), { mode: 0o600 });
  if (updatedAt !== undefined) utimesSync(path, updatedAt / 1000, updatedAt / 1000);
  return dir;
}
