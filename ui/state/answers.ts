/** What the person answers to questions of agents: which one is in front, and what is on its way. */
import { createSignal } from "solid-js";
import { type Answer, misfit } from "../../agent/ask.ts";
import type { OpenAsk } from "../../server/protocol.ts";
import { toast, toastError } from "./shell.ts";
import type { Store } from "./store.ts";

const [front, setFront] = createSignal<string>();
const [sending, setSending] = createSignal<ReadonlySet<string>>(new Set());

/** The questions whose answer is on its way, by key. */
export { sending };

export const keyOf = ({ agent, askId }: Pick<OpenAsk, "agent" | "askId">) => `${agent}/${askId}`;

/** The question in front, and its place among them: the one that the person went to, else the oldest. */
export function frontAsk(asks: readonly OpenAsk[]): { readonly ask: OpenAsk; readonly at: number } | undefined {
  const oldest = asks.toSorted((a, b) => a.at - b.at);
  const chosen = oldest.findIndex((ask) => keyOf(ask) === front());
  const at = Math.max(0, chosen);
  const ask = oldest[at];
  return ask && { ask, at };
}

/** Goes to the next question, or the one before. */
export function stepAsk(asks: readonly OpenAsk[], by: number): void {
  const oldest = asks.toSorted((a, b) => a.at - b.at);
  const { at = 0 } = frontAsk(asks) ?? {};
  const next = oldest.at((at + by) % oldest.length);
  if (next) setFront(keyOf(next));
}

export function bringToFront(ask: Pick<OpenAsk, "agent" | "askId">): void {
  setFront(keyOf(ask));
  focusAsk();
}

/** Leads the keyboard to the question in front. */
export function focusAsk(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".ask")?.focus());
}

/** Sends an answer; what does not fit is said and not sent. */
export async function answerAsk(store: Store, ask: OpenAsk, answer: Answer): Promise<void> {
  const problem = misfit(ask.ask, answer);
  if (problem !== undefined) return toast("bad", problem);
  const key = keyOf(ask);
  if (sending().has(key)) return;
  setSending((all) => new Set(all).add(key));
  try {
    await store.command(ask.agent, { type: "answer", askId: ask.askId, answer });
  } catch (error) {
    toastError(error);
  } finally {
    setSending((all) => new Set([...all].filter((each) => each !== key)));
  }
}

/** An answer in a few words. */
export function answerWords(answer: Answer | null): string {
  switch (answer?.type) {
    case undefined:
      return "Withdrawn: the call ended before there was an answer.";
    case "choice":
      return [answer.labels.join(", "), answer.text].filter(Boolean).join(": ");
    case "text":
      return answer.text;
    case "allow":
      return { once: "Allowed once.", session: "Allowed in this session.", project: "Allowed in this project." }[
        answer.scope
      ];
    case "deny":
      return answer.reason ? `Denied: ${answer.reason}` : "Denied.";
  }
}
