/** An agent's state in a few lines, for an agent to read. */
import type { AgentReport, FleetPort } from "../agent/fleet-port.ts";
import { oneLine } from "./output.ts";

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

/** A list of more would take more of the context than it is worth. */
const shownOthers = 20;

/** Who else lives, in one line. */
export function describeOthers(fleet: FleetPort, target = fleet.self): string {
  const others = fleet.brief().filter(({ label }) => label !== target);
  const shown = others.slice(0, shownOthers).map(({ path, state, status }) => {
    const doing = status === "" ? "" : `, "${oneLine(status, 60)}"`;
    return `${path} (${state}${doing})`;
  });
  const more = others.length > shownOthers ? [`and ${others.length - shownOthers} more`] : [];
  return `others: ${[...shown, ...more].join("; ") || "none"}`;
}

const count = (tokens: number) => Math.round(tokens).toString();
const usd = (amount: number) => `$${amount.toFixed(4)}`;
