/** AgentSelf: changes the agent that calls, or one below it, and tells what there is to know of it. */
import { z } from "zod";
import type { AgentPatch, FleetPort } from "../agent/fleet-port.ts";
import { keySources } from "../agent/model.ts";
import { defineTool } from "../agent/tool.ts";
import description from "./agent-self.md" with { type: "text" };
import { describeAgent, describeOthers } from "./diagnostics.ts";
import { withFleet } from "./fleet.ts";
import { modelOptionsSchema, settingsOf } from "./model-options.ts";
import { failure, oneLine } from "./output.ts";

const schema = z.strictObject({
  target: z.string().min(1).optional(),
  status: z.string().min(1).optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  auth: z.enum(keySources).optional(),
  account: z.string().optional(),
  modelOptions: modelOptionsSchema.optional(),
  maxRounds: z.int().min(1).optional(),
  maxResponseTokens: z.int().min(1).optional(),
  context: z.enum(["clear", "compact", "recompact", "drop"]).optional(),
  note: z.string().optional(),
  drop: z.array(z.string().min(1)).optional(),
  diagnostics: z.boolean().optional(),
  catalog: z.enum(["providers", "models"]).optional(),
  catalogProvider: z.string().optional(),
});
type Args = z.output<typeof schema>;

export const agentSelfTool = defineTool({
  name: "AgentSelf",
  description: description.trim(),
  schema,
  background: false,
  label: ({ target, ...rest }) => `Tune ${oneLine(target ?? "self", 64)}: ${Object.keys(rest).join(", ") || "nothing"}`,
  serializeKey: () => "AgentSelf",
  run: (args, context) => withFleet(context, (fleet) => act(args, fleet)),
});

/** Questions are answered before anything changes, so that one that has no answer leaves all as it is. */
async function act(args: Args, fleet: FleetPort) {
  const { target, diagnostics, catalog, catalogProvider, ...wanted } = args;
  if (catalog && !fleet.catalog) return failure("This agent has no catalogue to look in.");
  if (catalogProvider !== undefined && catalog !== "models") {
    return failure('`catalogProvider` goes with `catalog: "models"`.');
  }
  const found = await (catalog && fleet.catalog?.(catalog, catalogProvider));
  const report = diagnostics && [describeAgent(fleet.report(target)), describeOthers(fleet, target)].join("\n");
  const patch = patchOf(wanted);
  if (!patch && !found && !report) return failure("Nothing was asked for: say what to change or what to tell.");
  const changes = patch ? await fleet.tune(patch, target) : [];
  return { text: [...changes, report, found].filter(Boolean).join("\n") };
}

/** Undefined where nothing is to change. */
function patchOf({ modelOptions, maxResponseTokens, ...rest }: Omit<Args, "target">): AgentPatch | undefined {
  const patch = {
    ...rest,
    settings: modelOptions && settingsOf(modelOptions),
    maxOutputTokens: maxResponseTokens,
  };
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
