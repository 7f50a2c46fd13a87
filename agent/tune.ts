/** A change of an agent: checked as a whole before anything happens, then handed in as commands that wait for their moment. */
import type { Agent } from "./agent.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./error.ts";
import type { AgentPatch } from "./fleet-port.ts";

/** Throws `SagentError` for a patch that cannot be met, and then nothing has changed. Returns sentences on what will happen. */
export async function tuneAgent(agent: Agent, patch: AgentPatch): Promise<readonly string[]> {
  const planned = [tuning(patch), switching(patch), shortening(patch)].filter((each) => each !== undefined);
  if (planned.length === 0) throw new UsageError("The patch changes nothing.");
  for (const { command } of planned) agent.send(command);
  return planned.map(({ sentence }) => sentence);
}

interface Planned {
  readonly command: Command;
  readonly sentence: string;
}

function tuning({ status, maxRounds, maxOutputTokens }: AgentPatch): Planned | undefined {
  if (status === undefined && maxRounds === undefined && maxOutputTokens === undefined) return undefined;
  const command: Command = {
    type: "tune",
    ...(status === undefined ? {} : { status }),
    ...(maxRounds === undefined ? {} : { maxRounds }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
  return { command, sentence: "Status and limits are changed." };
}

function switching({ provider, model, settings }: AgentPatch): Planned | undefined {
  if (provider === undefined && model === undefined && settings === undefined) return undefined;
  const command: Command = {
    type: "switch",
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(settings === undefined ? {} : { settings }),
  };
  return { command, sentence: "The model is changed before its next call." };
}

function shortening({ context, note, drop }: AgentPatch): Planned | undefined {
  if (context === undefined) return undefined;
  const mode = context === "drop" ? "drop" : context === "clear" ? "forget" : "summarise";
  const command: Command = {
    type: "compact",
    mode,
    ...(note === undefined ? {} : { hint: note }),
    ...(drop === undefined ? {} : { drop: [...drop] }),
  };
  return { command, sentence: "The conversation is made shorter once this round of calls is over." };
}
