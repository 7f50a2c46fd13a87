/** The knobs of a model as agents are given them. */
import { z } from "zod";
import type { SpawnRequest } from "../agent/fleet-port.ts";
import { efforts, serviceTiers } from "../agent/model.ts";

/** What each word asks of a model; the words are those of `--thinking`. */
const thinking = {
  adaptive: { thinkingBudget: "auto", thinkingOutput: "text" },
  on: { thinkingBudget: "fixed", thinkingOutput: "text" },
  off: { thinkingBudget: "none", thinkingOutput: "none" },
  redact: { thinkingBudget: "auto", thinkingOutput: "redacted" },
} as const;

export const modelOptionsSchema = z.strictObject({
  effort: z.enum(efforts).optional(),
  thinking: z.enum(["adaptive", "on", "off", "redact"]).optional(),
  tier: z.enum(serviceTiers).optional(),
  cacheTtlSec: z.number().min(0).optional(),
});
export type ModelOptions = z.output<typeof modelOptionsSchema>;

export function settingsOf(options: ModelOptions): NonNullable<SpawnRequest["settings"]> {
  const { thinking: word, ...rest } = options;
  return { ...rest, ...(word === undefined ? {} : thinking[word]) };
}
