/** Where an agent's tokens and money stand, as the page's meters show it. */
import type { Fleet } from "../agent/fleet.ts";
import type { Meter } from "./protocol.ts";

/** Undefined for an agent that is no more. */
export function meterOf(fleet: Fleet, label: string, root: string): Meter | undefined {
  const agent = fleet.get(label);
  if (!agent || !fleet.get(root)) return undefined;
  const { windowTokens, contextTokens, subtreeUsd, leftUsd } = fleet.report(label);
  const { subtreeUsd: treeUsd } = fleet.report(root);
  return { windowTokens, contextTokens, ...agent.freed(), subtreeUsd, leftUsd, treeUsd };
}
