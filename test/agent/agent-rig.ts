/** A real agent on a scripted model and a clock that the test moves, and everything it reports. */
import { Agent } from "../../agent/agent.ts";
import type { AgentOptions } from "../../agent/agent-options.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { type Message, textOf } from "../../agent/message.ts";
import {
  type ScriptedModel,
  type ScriptedOptions,
  type ScriptedStep,
  scriptedModel,
  virtualClock,
} from "../support/index.ts";

export interface AgentRig extends AsyncDisposable {
  readonly agent: Agent;
  readonly model: ScriptedModel;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly events: AgentEvent[];
  /** Lets everything that is ready to go on do so. */
  readonly settle: () => Promise<void>;
}

export function agentRig(
  steps: readonly ScriptedStep[] | ScriptedStep,
  options: Partial<AgentOptions> = {},
  info: ScriptedOptions["info"] = {},
): AgentRig {
  const clock = virtualClock();
  const model = scriptedModel(steps, { clock, info });
  const place = options.session ? {} : { cwd: "/w" };
  const agent = new Agent({ model, clock, random: () => 0, ...place, ...options });
  const events: AgentEvent[] = [];
  agent.subscribe((event) => events.push(event));
  const settle = () => clock.advance(0);
  return { agent, model, clock, events, settle, [Symbol.asyncDispose]: () => agent.close() };
}

export const answered = (text: string): ScriptedStep => ({ parts: [{ text }] });

/** Entries as short lines. */
export function lines(messages: readonly Message[]): string[] {
  return messages.map(line);
}

function line(message: Message): string {
  switch (message.type) {
    case "assistant": {
      const calls = message.parts.flatMap((part) => (part.type === "toolCall" ? [` ${part.callId}`] : []));
      const stop = ["endTurn", "toolUse"].includes(message.stopReason) ? "" : ` (${message.stopReason})`;
      return `assistant ${textOf(message)}${calls.join("")}${stop}`;
    }
    case "toolResult":
      return `result ${message.callId} ${message.kind} ${message.text}`;
    case "notice":
      return `notice ${message.call ? `${message.call.id} ${message.call.kind} ` : ""}${message.text}`;
    case "peer":
      return `peer ${message.from} ${message.text}`;
    case "user":
      return `user ${message.text}`;
  }
}
