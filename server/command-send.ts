/** Hands what a person says to agents; where it calls a command that somebody wrote, what that comes to. */
import type { Agent } from "../agent/agent.ts";
import type { Command } from "../agent/command.ts";
import type { Fleet } from "../agent/fleet.ts";
import type { Commands, ExpandedCommand } from "./commands.ts";

/** Resolves to the labels of those that it reached. Throws `SagentError`, and then nothing was sent. */
export async function sendSaid(
  commands: Commands,
  fleet: Fleet,
  target: string,
  command: Command,
): Promise<readonly string[]> {
  if (command.type !== "prompt") return fleet.command(target, command);
  const expanded = await commands.expand(command.text, new AbortController().signal);
  if (!expanded) return fleet.command(target, command);
  const agent = fleet.get(target);
  if (agent) useModel(agent, expanded);
  return fleet.command(target, { ...command, text: expanded.text });
}

/** The command's own model answers until the work is done, and then the present one again. */
export function useModel(agent: Agent, { model }: ExpandedCommand): void {
  if (model === undefined) return;
  const before = agent.snapshot().model;
  agent.send({ type: "switch", model });
  const ended = agent.subscribe((event) => {
    if (event.type !== "idle") return;
    ended[Symbol.dispose]();
    if (!agent.isClosed) agent.send({ type: "switch", provider: before.provider, model: before.model });
  });
}
