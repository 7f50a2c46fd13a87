/** The file of what providers tell of their limits, checked. */
import { z } from "zod";

const count = z.number().optional();

export const usageNotesSchema = z.array(
  z.object({
    provider: z.string(),
    account: z.string().optional(),
    /** Unix time in ms. */
    heardAt: z.number(),
    windows: z.array(z.object({ name: z.string(), used: count, limit: count, remaining: count, resetAt: count })),
  }),
);
export type UsageNote = z.infer<typeof usageNotesSchema>[number];
