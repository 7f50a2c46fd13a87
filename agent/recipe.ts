/** What a persistent child is made from again by a later process: recorded by its parent, read when a session is resumed. */
import { z } from "zod";
import { settingsPatchSchema } from "./command-schema.ts";
import type { SpawnRequest } from "./fleet-port.ts";

const recipeSchema = z.object({
  label: z.string().optional(),
  system: z.string(),
  provider: z.string().optional(),
  model: z.string().optional(),
  settings: settingsPatchSchema.optional(),
  tools: z.array(z.string()),
  maxRounds: z.number().optional(),
  maxDepth: z.number().optional(),
  maxBudgetUsd: z.number().optional(),
  notify: z.boolean().optional(),
  depthLeft: z.number(),
});
export type Recipe = z.infer<typeof recipeSchema>;

/** Undefined where the record is not what it should be. */
export function readRecipe(value: unknown): Recipe | undefined {
  const { data } = recipeSchema.safeParse(value);
  return data;
}

/**
 * The request that makes the child again; its conversation comes from the session. Of its tools it gets those that `known`
 * names: Ask, say, is not there where nobody can answer.
 */
export function requestOf(recipe: Recipe, known: readonly string[]): SpawnRequest {
  const { depthLeft: _, ...wish } = recipe;
  const tools = wish.tools.filter((name) => known.includes(name));
  const given = Object.entries({ ...wish, tools }).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(given) as Omit<SpawnRequest, "prompt">), prompt: "", persistent: true };
}
