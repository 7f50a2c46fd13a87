/** The two lives of a child: one that runs to its end for a call, and one that stays and tells its parent when it rests. */
import type { EndReason } from "./event.ts";
import type { CallLink } from "./fleet-port.ts";
import type { Member } from "./member.ts";
import { textOf } from "./message.ts";
import type { ToolOutput } from "./tool.ts";

/**
 * Runs a child to its end. Its last reply is the call's result; a call that is stopped ends the child. It is closed in the
 * task in which it comes to rest, so that no message reaches one that will not read it.
 */
export async function runChild(member: Member, prompt: string, call: CallLink): Promise<ToolOutput> {
  const { agent, label, place } = member;
  const stop = () => void agent.close();
  call.signal.addEventListener("abort", stop, { once: true });
  agent.subscribe((event) => {
    if (event.type === "toolStarted") call.progress({ type: "status", text: `${label}: ${event.label}` });
    if (event.type !== "idle") return;
    member.endReason = event.reason;
    agent.close();
  });
  const { content, error, reason } = await agent.run(briefed(member, prompt));
  await agent.close();
  call.signal.removeEventListener("abort", stop);
  const left = place?.farewell();
  const also = left === undefined ? "" : `\n\n${left}`;
  const problem = error ? `failed: ${error.message}` : problems[reason];
  if (!problem) return { text: (content || `"${label}" ended without a word.`) + also };
  const said = content ? `\nIt had said:\n${content}` : "";
  return { text: `"${label}" ${problem}${said}${also}`, isError: true };
}

/** Ends that are no failure and yet not what was asked for. */
const problems: Partial<Record<EndReason, string>> = {
  halted: "was stopped before it was done.",
  truncated: "was cut off: its answer reached the longest that is allowed.",
};

/** Sets a child that stays to work. Its words reach its parent each time that it comes to rest, if they are wanted. */
export function startChild(member: Member, prompt: string, notify: boolean | "never"): ToolOutput {
  const { agent, label, place } = member;
  watchChild(member, notify);
  const text = briefed(member, prompt);
  if (text !== "") agent.send({ type: "prompt", text });
  const where = place ? ` ${place.spawned}` : "";
  return {
    text: `"${label}" has begun and stays. Reach it with AgentSend; it tells you when it comes to rest.${where}`,
  };
}

function briefed({ place }: Member, prompt: string): string {
  return place?.briefing ? `${place.briefing}\n\n${prompt}` : prompt;
}

/** Tells the parent each time a child that stays comes to rest; of a failure it is told unless it wants to hear of nothing. */
export function watchChild(member: Member, notify: boolean | "never"): void {
  if (notify === "never") return;
  const { agent, label, parent } = member;
  let last = "";
  let failure: string | undefined;
  agent.subscribe((event) => {
    if (event.type === "message" && event.message.type === "assistant") last = textOf(event.message) || last;
    if (event.type === "message" && event.message.type !== "assistant") failure = undefined;
    if (event.type === "error") failure = event.error.message;
    if (event.type !== "idle" || !parent || parent.agent.isClosed) return;
    if (event.reason === "halted" || (!failure && !notify)) return;
    const text = failure ? `I failed: ${failure}` : `I am at rest. My last words: ${last || "(none)"}`;
    parent.agent.send({ type: "peer", from: label, text });
  });
}
