/** Where an agent's tokens and money stand, as the page's meters show it. */
import type { Fleet } from "../agent/fleet.ts";
import type { Meter } from "./protocol.ts";

/** Undefined for an agent that is no more. */
export function meterOf(fleet: Fleet, label: string, root: string): Meter | undefined {
  if (!fleet.get(label) || !fleet.get(root)) return undefined;
  const { windowTokens, contextTokens, subtreeUsd, leftUsd } = fleet.report(label);
  return { windowTokens, contextTokens, subtreeUsd, leftUsd, treeUsd: fleet.report(root).subtreeUsd };
}
