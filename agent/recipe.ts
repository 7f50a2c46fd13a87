/** What a persistent child is made from again by a later process: recorded by its parent, read when a session is resumed. */
import { z } from "zod";
import { keySources } from "./command.ts";
import { settingsPatchSchema } from "./command-schema.ts";
import type { SpawnRequest } from "./fleet-port.ts";
import type { LogState } from "./log-state.ts";
import type { Member } from "./member.ts";
import { originOf } from "./model.ts";

const recipeSchema = z.object({
  label: z.string().optional(),
  system: z.string(),
  provider: z.string().optional(),
  model: z.string().optional(),
  auth: z.enum(keySources).optional(),
  account: z.string().optional(),
  settings: settingsPatchSchema.optional(),
  tools: z.array(z.string()),
  shelf: z.boolean().optional(),
  maxRounds: z.number().optional(),
  maxDepth: z.number().optional(),
  maxBudgetUsd: z.number().optional(),
  notify: z.union([z.boolean(), z.literal("never")]).optional(),
  isolation: z.literal("worktree").optional(),
  worktree: z.string().optional(),
  depthLeft: z.number(),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** Undefined where the record is not what it should be. */
export function readRecipe(value: unknown): Recipe | undefined {
  const { data } = recipeSchema.safeParse(value);
  return data;
}

/**
 * The request that makes the child again; its conversation comes from the session. Of its tools it gets those that its parent
 * has: Ask, say, is not there where nobody can answer. It goes on with the model and the knobs that it had in the end.
 */
export function requestOf(recipe: Recipe, { model, settings: knobs }: Known, { agent }: Member): SpawnRequest {
  const { depthLeft: _, settings, ...wish } = recipe;
  const known = new Set(agent.toolbox.names);
  const present = originOf(agent.view().model.info);
  const isOther = model !== null && (model.provider !== present.provider || model.model !== present.model);
  const last = { provider: isOther ? model.provider : undefined, model: isOther ? model.model : undefined };
  const all = {
    ...wish,
    tools: wish.tools.filter((name) => known.has(name)),
    settings: knobs ? undefined : settings,
    ...(model ? last : {}),
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(given) as Omit<SpawnRequest, "prompt">), prompt: "", persistent: true };
}

/** What a child's own log says of it. */
type Known = Pick<LogState, "model" | "settings">;
