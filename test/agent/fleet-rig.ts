/** A real fleet on scripted models and a clock that the test moves, and everything it reports. */
import { z } from "zod";
import type { Agent } from "../../agent/agent.ts";
import type { AgentOptions } from "../../agent/agent-options.ts";
import { type BuildChild, inheritParts } from "../../agent/child.ts";
import type { AgentEvent } from "../../agent/event.ts";
import { Fleet, type FleetOptions } from "../../agent/fleet.ts";
import type { CallLink, SendRequest, SpawnRequest } from "../../agent/fleet-port.ts";
import { defineTool, type ToolContext } from "../../agent/tool.ts";
import {
  must,
  type ScriptedModel,
  type ScriptedOptions,
  type ScriptedStep,
  scriptedModel,
  type VirtualClock,
  virtualClock,
} from "../support/index.ts";
import { lines } from "./agent-rig.ts";

/** What the model of each agent says, by label. */
export type Scripts = Readonly<Record<string, readonly ScriptedStep[] | ScriptedStep>>;

export interface FleetRig extends AsyncDisposable {
  readonly fleet: Fleet;
  readonly root: Agent;
  readonly clock: VirtualClock;
  readonly events: AgentEvent[];
  /** The model of a label; of a child, once it was spawned. */
  readonly model: (label: string) => ScriptedModel;
  /** Entries of a living agent as short lines. */
  readonly said: (label: string) => string[];
  readonly labels: () => string[];
  /** Lets everything that is ready to go on do so. */
  readonly settle: () => Promise<void>;
}

export interface FleetRigOptions {
  readonly root?: Partial<AgentOptions>;
  readonly fleet?: FleetOptions;
  readonly info?: ScriptedOptions["info"];
  /** Time that the clock begins at, in ms. */
  readonly startAt?: number;
}

export function fleetRig(scripts: Scripts, options: FleetRigOptions = {}): FleetRig {
  const clock = virtualClock(options.startAt);
  const models = new Map<string, ScriptedModel>();
  const modelOf = (label: string) => {
    const made = scriptedModel(scripts[label] ?? [], { clock, ...(options.info ? { info: options.info } : {}) });
    models.set(label, made);
    return made;
  };
  const build: BuildChild = async (request, parent, tools) => {
    const parts = await inheritParts(request, parent, tools);
    return { ...parts, model: modelOf(request.label ?? "child") };
  };
  const fleet = new Fleet({ build, clock, ...options.fleet });
  const events: AgentEvent[] = [];
  fleet.subscribe((event) => events.push(event));
  const place = options.root?.session ? {} : { cwd: "/w" };
  const tools = [spawnTool, sendTool];
  const root = fleet.root({ model: modelOf("main"), clock, random: () => 0, tools, ...place, ...options.root });
  return {
    fleet,
    root,
    clock,
    events,
    model: (label) => must(models.get(label), `a model of ${label}`),
    said: (label) => lines(must(fleet.get(label), label).snapshot().messages),
    labels: () => fleet.living().map((report) => report.label),
    settle: () => clock.advance(0),
    [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose](),
  };
}

/** A call that nobody made, for what a script does by itself. */
export function link(signal: AbortSignal = new AbortController().signal): CallLink {
  return { callId: "c1", signal, progress: () => {} };
}

export const anything = z.looseObject({});

export function port({ fleet }: ToolContext) {
  return must(fleet, "a fleet");
}

/** The port, bare: its arguments are a request. */
export const spawnTool = defineTool({
  name: "Spawn",
  description: "Spawns.",
  schema: anything,
  run: (args, context) => port(context).spawn(args as unknown as SpawnRequest, context),
});

export const sendTool = defineTool({
  name: "Send",
  description: "Sends.",
  schema: anything,
  run: (args, context) =>
    port(context)
      .send(args as unknown as SendRequest)
      .join(", "),
});

export const spawns = (request: SpawnRequest): ScriptedStep => ({ parts: [{ call: "Spawn", args: { ...request } }] });
export const sends = (...requests: SendRequest[]): ScriptedStep => ({
  parts: requests.map((request) => ({ call: "Send", args: { ...request } })),
});
