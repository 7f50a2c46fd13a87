/** A change of an agent: checked as a whole before anything happens, then handed in as commands that wait for their moment. */
import type { Agent } from "./agent.ts";
import type { Command } from "./command.ts";
import { SettingError, UsageError } from "./error.ts";
import type { AgentPatch } from "./fleet-port.ts";
import type { ModelInfo } from "./model.ts";
import { settingChanges } from "./settings.ts";
import type { SwitchPlan } from "./switch.ts";

type CommandOf<Type extends Command["type"]> = Extract<Command, { type: Type }>;

/** Throws `SagentError` for a patch that cannot be met, and then nothing has changed. Returns sentences on what will happen. */
export async function tuneAgent(agent: Agent, patch: AgentPatch): Promise<readonly string[]> {
  const [limits, change, shortening] = [limitsIn(patch), changeIn(patch), shorteningIn(patch)];
  if (!limits && !change && !shortening) throw new UsageError("The patch changes nothing.");
  if (patch.drop) agent.checkDrop(patch.drop);
  await using plan = change && (await agent.planSwitch(change));
  checkLimits(patch, plan?.info ?? agent.view().model.info);
  for (const command of [limits, change, shortening]) if (command) agent.send(command);
  plan?.keep();
  return [
    ...(limits ? limitSentences(limits) : []),
    ...(plan && change ? [changeSentence(change, plan)] : []),
    ...(shortening ? [shorteningSentence(shortening)] : []),
  ];
}

function limitsIn({ status, maxRounds, maxOutputTokens }: AgentPatch): CommandOf<"tune"> | undefined {
  if (status === undefined && maxRounds === undefined && maxOutputTokens === undefined) return undefined;
  return {
    type: "tune",
    ...(status === undefined ? {} : { status }),
    ...(maxRounds === undefined ? {} : { maxRounds }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}

function checkLimits({ maxRounds, maxOutputTokens }: AgentPatch, { id, maxResponseTokens }: ModelInfo): void {
  const check = (name: string, value: number | undefined, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return;
    const allowed = [Number.isFinite(most) ? `1 to ${most}` : "1 or more"];
    throw new SettingError({ model: id, name, value: String(value), allowed });
  };
  check("maxRounds", maxRounds, Number.POSITIVE_INFINITY);
  check("maxResponseTokens", maxOutputTokens, maxResponseTokens || Number.POSITIVE_INFINITY);
}

function limitSentences({ status, maxRounds, maxOutputTokens }: CommandOf<"tune">): string[] {
  return [
    ...(status === undefined ? [] : [`Status is now "${status}".`]),
    ...(maxRounds === undefined ? [] : [`A message may cause ${maxRounds} rounds of tools.`]),
    ...(maxOutputTokens === undefined ? [] : [`An answer may have ${maxOutputTokens} tokens.`]),
  ];
}

function changeIn({ provider, model, auth, account, settings }: AgentPatch): CommandOf<"switch"> | undefined {
  const wish = { provider, model, auth, account, settings };
  const given = Object.entries(wish).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : { type: "switch", ...Object.fromEntries(given) };
}

function changeSentence(change: CommandOf<"switch">, { info, before, settings }: SwitchPlan): string {
  const isOther = Object.keys(change).some((name) => name !== "type" && name !== "settings");
  const changes = settingChanges(before, settings);
  const news = [...(isOther ? [`the model is ${info.id} of ${info.provider}`] : []), ...changes];
  return `From the next model call on ${news.join(", ") || "all is as it was"}.`;
}

function shorteningIn({ context, note, drop }: AgentPatch): CommandOf<"compact"> | undefined {
  if (context === "drop" && !drop?.length) {
    throw new UsageError("To drop results, say which: call ids, tool names or paths.");
  }
  if (context !== "drop" && drop) throw new UsageError('A list of results to drop goes with context "drop".');
  if ((context === undefined || context === "drop") && note !== undefined) {
    throw new UsageError('A note goes with context "clear", "compact" or "recompact".');
  }
  if (context === undefined) return undefined;
  const mode = context === "drop" ? "drop" : context === "clear" ? "forget" : "summarise";
  return {
    type: "compact",
    mode,
    ...(note === undefined ? {} : { hint: note }),
    ...(drop === undefined ? {} : { drop: [...drop] }),
  };
}

function shorteningSentence({ mode, drop = [] }: CommandOf<"compact">): string {
  const when = "once this round of calls is over, which is kept";
  switch (mode) {
    case "drop":
      return `The results of ${drop.join(", ")} are left out of the conversation ${when}.`;
    case "forget":
      return `The conversation is cleared ${when}.`;
    default:
      return `The conversation is summarised ${when}.`;
  }
}
