/** AgentSpawn: gives a task to a new agent. */
import { z } from "zod";
import type { SpawnRequest } from "../agent/fleet-port.ts";
import { keySources } from "../agent/model.ts";
import { defineTool } from "../agent/tool.ts";
import description from "./agent-spawn.md" with { type: "text" };
import { withFleet } from "./fleet.ts";
import { modelOptionsSchema, settingsOf } from "./model-options.ts";
import { failure, oneLine } from "./output.ts";

const schema = z.strictObject({
  prompt: z.string().min(1),
  label: z.string().optional().describe("Its name among agents"),
  system: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  auth: z.enum(keySources).optional(),
  account: z.string().optional(),
  modelOptions: modelOptionsSchema.optional(),
  tools: z.array(z.string()).optional(),
  maxRounds: z.int().min(1).optional(),
  maxDepth: z.int().min(0).optional(),
  maxBudgetUsd: z.number().min(0).optional(),
  persistent: z.boolean().optional(),
  notify: z.boolean().optional(),
  context: z.enum(["fresh", "fork"]).optional(),
  hot: z.boolean().optional(),
  isolation: z.enum(["worktree"]).optional(),
});

export const agentSpawnTool = defineTool({
  name: "AgentSpawn",
  description: description.trim(),
  schema,
  label: ({ prompt, label }) => `Spawn ${label === undefined ? "" : `${oneLine(label, 64)}: `}"${oneLine(prompt, 80)}"`,
  run: (args, context) =>
    withFleet(context, (fleet) => {
      if (args.hot && args.system !== undefined) {
        return failure("`hot` gives it your instructions: leave `system` out.");
      }
      return fleet.spawn(requestOf(args), context);
    }),
});

function requestOf({ modelOptions, ...args }: z.output<typeof schema>): SpawnRequest {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const settings = modelOptions === undefined ? {} : { settings: settingsOf(modelOptions) };
  return { prompt: args.prompt, ...Object.fromEntries(given), ...settings };
}
