/** What an agent tells of itself and others: state, model, limits, tokens and money. */
import type { AgentBrief, AgentReport } from "./fleet-port.ts";
import type { Member } from "./member.ts";
import { formFor } from "./tool.ts";

export function briefOf({ agent, label, path }: Member): AgentBrief {
  return { label, path, state: agent.state, status: agent.status };
}

export function reportOf(member: Member): AgentReport {
  const { agent, purse, label, path, depth, persistent } = member;
  const { state, model, settings, usage, costUsd, status, rounds, maxRounds, windowTokens, asks } = agent.snapshot();
  const leftUsd = purse.leftUsd;
  return {
    label,
    path,
    state,
    status,
    model,
    settings,
    depth,
    persistent,
    rounds,
    maxRounds,
    usage,
    costUsd,
    subtreeUsd: purse.spentUsd,
    leftUsd: Number.isFinite(leftUsd) ? leftUsd : null,
    windowTokens,
    contextTokens: agent.contextTokens(),
    asks,
    tools: agent.toolbox.offered.map((tool) => formFor(tool, agent.view().model.info).name),
  };
}
