/** Goes to a message, wherever it is. */
import type { Match } from "../../server/find.ts";
import { scrollToCall, scrollToItem } from "./jump.ts";
import { openSession } from "./session-actions.ts";
import type { Store } from "./store.ts";

type Found = Pick<Match, "session" | "agent" | "messageId" | "call" | "role">;

export function goTo(store: Store, { session, agent, messageId, call, role }: Found): void {
  if (session !== store.session) openSession(store, session);
  if (session !== store.session) return;
  store.openAgent(agent);
  const isCall = role === "toolCall" || role === "toolResult";
  if (isCall && call !== undefined) scrollToCall(call);
  else scrollToItem(messageId);
}
