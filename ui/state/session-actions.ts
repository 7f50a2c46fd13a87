/** What is done with whole sessions. */
import type { MessageId } from "../../agent/message.ts";
import { toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

/** Makes a session of the conversation up to a message, and shows it. */
export async function forkFrom(store: Store, upTo: MessageId): Promise<void> {
  const { session, agent } = store;
  if (session === undefined) return;
  try {
    const response = await fetch(`/api/sessions/${session}/fork`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ upTo, agent }),
    });
    const answer = (await response.json()) as { session?: string; error?: { message: string; hint?: string } };
    if (answer.session === undefined) return toastError(answer.error ?? { message: "The fork could not be made." });
    store.openSession(answer.session);
    toast("info", "This is a new session with the conversation up to that message.");
  } catch (error) {
    toastError(error);
  }
}
