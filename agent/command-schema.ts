/** Everything a client may say to an agent. There is no other door. Browser-safe: imports zod and the vocabulary only. */
import { z } from "zod";
import { answerSchema, askIdSchema } from "./ask-schema.ts";
import { efforts, keySources } from "./command.ts";
import { attachmentSchema, callIdSchema } from "./message-schema.ts";

/**
 * When a message reaches the model. `now` preempts: running tools get a pending stub and go on detached. `after-turn`
 * waits for the current round of tools. `when-idle` waits for the whole chain.
 */
export const policySchema = z.enum(["now", "after-turn", "when-idle"]);
export type Policy = z.infer<typeof policySchema>;

/** Names a message that waits. */
export const queueIdSchema = z.templateLiteral(["q", z.int().nonnegative()]);
export type QueueId = z.infer<typeof queueIdSchema>;

const target = z.union([callIdSchema, z.literal("all")]);
const content = { text: z.string(), attachments: z.array(attachmentSchema).optional() };

/** Knobs of the model, all optional; a value that the model does not offer is refused. */
export const settingsPatchSchema = z.object({
  effort: z.enum(efforts).optional(),
  thinkingBudget: z.enum(["none", "auto", "fixed"]).optional(),
  thinkingOutput: z.enum(["none", "text", "redacted"]).optional(),
  tier: z.enum(["auto", "default", "flex", "priority", "ultrafast"]).optional(),
  cacheTtlSec: z.number().optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const compactModeSchema = z.enum(["summarise", "forget", "drop"]);
export type CompactMode = z.infer<typeof compactModeSchema>;

export const commandSchema = z.discriminatedUnion("type", [
  /** What a person or a script says; `now` unless told otherwise. */
  z.object({ type: z.literal("prompt"), ...content, policy: policySchema.optional() }),
  /** What another agent says; `after-turn` unless told otherwise. */
  z.object({ type: z.literal("peer"), from: z.string(), ...content, policy: policySchema.optional() }),
  /** Takes a waiting message back. */
  z.object({ type: z.literal("unqueue"), queueId: queueIdSchema }),
  /**
   * Changes a waiting message: its words, when it reaches the model, its place. It goes `before` another waiting one, or
   * with null behind them all; what is not named stays as it is.
   */
  z.object({
    type: z.literal("requeue"),
    queueId: queueIdSchema,
    text: z.string().optional(),
    policy: policySchema.optional(),
    before: queueIdSchema.nullable().optional(),
  }),
  /** Stops the model, keeps what it had said, and waits for a new message. Running tools go on. */
  z.object({ type: z.literal("halt") }),
  /** Ends running tools; each gets a cancelled result. */
  z.object({ type: z.literal("kill"), call: target }),
  /** Sends running tools to the background; each gets a pending stub. */
  z.object({ type: z.literal("detach"), call: target }),
  /** Makes the next model call wait for a detached tool again. */
  z.object({ type: z.literal("undetach"), call: target }),
  /** Answers an open question; `by` says who, where it matters. One that does not fit leaves the question open. */
  z.object({ type: z.literal("answer"), askId: askIdSchema, answer: answerSchema, by: z.string().optional() }),
  /** Forgets the conversation: stops everything and starts from nothing. */
  z.object({ type: z.literal("clear") }),
  /**
   * Makes the conversation shorter once the present round is over, which is kept: `summarise` (the default) has a model
   * write what came before, `forget` leaves only `hint` of it, `drop` hides results by call id, tool name or path.
   */
  z.object({
    type: z.literal("compact"),
    mode: compactModeSchema.optional(),
    hint: z.string().optional(),
    drop: z.array(z.string()).optional(),
  }),
  /** Says what the agent is doing, and changes its limits; null means no limit. */
  z.object({
    type: z.literal("tune"),
    status: z.string().optional(),
    maxRounds: z.int().positive().nullable().optional(),
    maxOutputTokens: z.int().positive().nullable().optional(),
  }),
  /** Changes model, provider or knobs once no call is in flight. */
  z.object({
    type: z.literal("switch"),
    provider: z.string().optional(),
    model: z.string().optional(),
    auth: z.enum(keySources).optional(),
    account: z.string().optional(),
    settings: settingsPatchSchema.optional(),
  }),
]);
export type Command = z.infer<typeof commandSchema>;
