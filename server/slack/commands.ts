/** What people may tell the service itself. */
import { SagentError } from "../../agent/error.ts";
import type { Fleet } from "../../agent/fleet.ts";
import type { Crew } from "./crew.ts";
import type { SlackCommand } from "./router.ts";

const helpText = `Talk to an agent: \`NAME: your words\`, or write in its thread or its log channel.
Commands: \`help\`, \`list\`, \`create PERSONA [as NAME]\`, \`stop NAME\`.`;

/** Does it, and says what came of it, in Markdown; `onStop` hears of an agent that is gone. */
export async function obey(
  command: SlackCommand,
  crew: Crew,
  fleet: Fleet,
  onStop: (label: string) => void,
): Promise<string> {
  try {
    switch (command.type) {
      case "help":
        return helpText;
      case "list":
        return listAgents(crew, fleet);
      case "create":
        return `${await crew.create(command.persona, command.label)} is there.`;
      case "stop":
        await crew.stop(command.label);
        onStop(command.label);
        return `${command.label} is stopped.`;
    }
  } catch (error) {
    if (error instanceof SagentError) return [error.message, error.hint].filter(Boolean).join(" ");
    throw error;
  }
}

/** For somebody who spoke to nobody. */
export function guidance(crew: Crew, fleet: Fleet): string {
  return `${listAgents(crew, fleet)}\n${helpText}`;
}

function listAgents(crew: Crew, fleet: Fleet): string {
  if (crew.all.length === 0) return "There are no agents.";
  const lines = crew.all.map(({ label, persona }) => {
    const { state, subtreeUsd } = fleet.report(label);
    const of = persona === "" || persona === label ? "" : ` (${persona})`;
    return `- ${label}${of}: ${state}, $${subtreeUsd.toFixed(4)}`;
  });
  return `Agents:\n${lines.join("\n")}`;
}
