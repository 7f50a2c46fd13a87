/** One living agent of a fleet, and the door to the others that its tools are given. */
import type { Agent } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import type { Purse } from "./budget.ts";
import type { ChildPlace } from "./child.ts";
import type { EndReason } from "./event.ts";
import type { Catalog, FleetPort } from "./fleet-port.ts";

export interface Member {
  readonly label: string;
  /** Labels from the root down, joined by `/`. */
  readonly path: string;
  readonly depth: number;
  /** Generations that it may still spawn below itself. */
  readonly depthLeft: number;
  readonly persistent: boolean;
  readonly parent: Member | undefined;
  readonly children: Set<Member>;
  readonly purse: Purse;
  readonly options: AgentOptions;
  /** Where it works, if not where its parent does. */
  readonly place: ChildPlace | undefined;
  readonly agent: Agent;
  /** Why it ends, for when it does. */
  endReason: EndReason;
}

/** The whole tree ends: children that stay come back with it, so no end of theirs is recorded. */
export function isEnding({ agent, parent }: Member): boolean {
  return parent ? isEnding(parent) : agent.isClosed;
}

export function isWithin(member: Member, ancestor: Member): boolean {
  for (let each: Member | undefined = member; each; each = each.parent) if (each === ancestor) return true;
  return false;
}

/** What of a fleet one member's tools may use; `Fleet` has each with the member's label first. */
export interface FleetActions {
  readonly catalog?: Catalog | undefined;
  spawn(self: string, ...rest: Parameters<FleetPort["spawn"]>): ReturnType<FleetPort["spawn"]>;
  send(self: string, ...rest: Parameters<FleetPort["send"]>): ReturnType<FleetPort["send"]>;
  tune(self: string, ...rest: Parameters<FleetPort["tune"]>): ReturnType<FleetPort["tune"]>;
  report(label: string): ReturnType<FleetPort["report"]>;
  living(): ReturnType<FleetPort["living"]>;
  brief(): ReturnType<FleetPort["brief"]>;
}

/** The fleet as one member sees it. */
export function portOf(fleet: FleetActions, self: string): FleetPort {
  return {
    self,
    catalog: fleet.catalog,
    spawn: (request, call) => fleet.spawn(self, request, call),
    send: (request) => fleet.send(self, request),
    tune: (patch, target) => fleet.tune(self, patch, target),
    report: (target = self) => fleet.report(target),
    living: () => fleet.living(),
    brief: () => fleet.brief(),
  };
}
