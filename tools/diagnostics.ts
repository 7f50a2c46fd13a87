/** An agent's state in a few lines, for an agent to read. */
import type { AgentReport } from "../agent/fleet-port.ts";

export function describeAgent(report: AgentReport): string {
  const { path, depth, persistent, state, status, model, settings, rounds, maxRounds } = report;
  const { system, tools, summary, user, assistant, toolResults } = report.contextTokens;
  const { input, output, cacheRead, cacheWrite, cacheWrite1h } = report.usage;
  const held = system + tools + summary + user + assistant + toolResults;
  const doing = status === "" ? "" : `, "${status}"`;
  return [
    `agent: ${path}, depth ${depth}${persistent ? ", persistent" : ""}, ${state}${doing}`,
    `model: ${model.provider} ${model.model}; effort ${settings.effort}, thinking ${settings.thinkingBudget}/${settings.thinkingOutput}, tier ${settings.tier}, cache ${settings.cacheTtlSec} s`,
    `context: about ${count(held)} of ${count(report.windowTokens)} tokens; system ${count(system)}, tools ${count(tools)}, summary ${count(summary)}, user ${count(user)}, assistant ${count(assistant)}, tool results ${count(toolResults)}`,
    `used: input ${count(input)}, output ${count(output)}, cache read ${count(cacheRead)}, cache write ${count(cacheWrite + cacheWrite1h)}`,
    `cost: ${usd(report.costUsd)}, with all below ${usd(report.subtreeUsd)}; left ${report.leftUsd === null ? "no cap" : usd(report.leftUsd)}`,
    `rounds: ${rounds} of ${maxRounds ?? "any number"}`,
  ].join("\n");
}

const count = (tokens: number) => Math.round(tokens).toString();
const usd = (amount: number) => `$${amount.toFixed(4)}`;
