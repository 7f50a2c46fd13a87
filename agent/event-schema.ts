/**
 * Everything an agent may report. One ordered stream per agent; the session file, stream-json, the socket and the page
 * are projections of it. Browser-safe: imports zod, messages and commands only.
 */
import { z } from "zod";
import { answerSchema, askIdSchema, askSchema } from "./ask-schema.ts";
import { efforts } from "./command.ts";
import { policySchema, queueIdSchema } from "./command-schema.ts";
import { protocolVersion } from "./event.ts";
import {
  attachmentSchema,
  callIdSchema,
  messageIdSchema,
  messageSchema,
  originSchema,
  usageSchema,
} from "./message-schema.ts";

export const agentStateSchema = z.enum(["idle", "streaming", "tools", "compacting", "waiting"]);
export type AgentState = z.infer<typeof agentStateSchema>;

export const errorInfoSchema = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  status: z.number().optional(),
  retryAt: z.number().optional(),
});

export const settingsSchema = z.object({
  effort: z.enum(efforts),
  thinkingBudget: z.enum(["none", "auto", "fixed"]),
  thinkingOutput: z.enum(["none", "text", "redacted"]),
  tier: z.enum(["auto", "default", "flex", "priority", "ultrafast"]),
  cacheTtlSec: z.number(),
});

/** Why a run of work ended. */
export const endReasonSchema = z.enum([
  "done",
  "halted",
  "error",
  "max_rounds",
  "budget",
  "truncated",
  "refused",
  "loop",
]);
export type EndReason = z.infer<typeof endReasonSchema>;

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({
    type: z.literal(type),
    /** Increases by one with each event of this agent in this process. */
    seq: z.int().positive(),
    /** Label of the agent. */
    agent: z.string(),
    /** Labels from the root down to it, joined by `/`; absent for the root, whose path is its label. */
    path: z.string().optional(),
    /** Unix time in ms. */
    at: z.number(),
    ...shape,
  });

const costs = { usage: usageSchema, costUsd: z.number() };

/** Of the credential file, where one was chosen. */
const accountShape = { account: z.string().optional() };

export const eventSchema = z.discriminatedUnion("type", [
  /** First event of an agent in a process, new or resumed. */
  event("started", {
    protocol: z.literal(protocolVersion),
    sessionId: z.string(),
    model: originSchema,
    ...accountShape,
    settings: settingsSchema,
    cwd: z.string(),
    resumed: z.boolean(),
  }),
  event("state", { state: agentStateSchema }),
  /** An entry joined the log. */
  event("message", { message: messageSchema }),
  /** A message waits in the inbox. */
  event("queued", {
    queueId: queueIdSchema,
    policy: policySchema,
    from: z.string().optional(),
    text: z.string(),
    attachments: z.array(attachmentSchema).optional(),
  }),
  /** It left the inbox: committed to the log, or dropped by a clear or because it was taken back. */
  event("dequeued", { queueId: queueIdSchema, dropped: z.boolean() }),
  /** It waits with these words now, and stands before another one, or with null behind them all. */
  event("requeued", {
    queueId: queueIdSchema,
    policy: policySchema,
    text: z.string(),
    before: queueIdSchema.nullable(),
  }),
  /** A model call began; its message, once whole, will have this id. */
  event("callStarted", { message: messageIdSchema, model: originSchema, promptTokens: z.number() }),
  /** A part began. Always precedes its deltas. */
  event("partStarted", {
    message: messageIdSchema,
    part: z.int(),
    kind: z.enum(["text", "thinking", "toolCall"]),
    name: z.string().optional(),
  }),
  /** New text of a part (raw JSON of the arguments for a call). */
  event("delta", { message: messageIdSchema, part: z.int(), text: z.string() }),
  /** What was shown of this message is void: a retry said something else. Its parts start over. */
  event("partsReset", { message: messageIdSchema }),
  /** The call ended, well or badly, and this was billed. `total` is the whole tree's money so far. */
  event("callEnded", { message: messageIdSchema, ...costs, totalCostUsd: z.number(), durationMs: z.number() }),
  /** A failed call will be sent again after `delayMs`. */
  event("retry", { attempt: z.int(), delayMs: z.number(), error: errorInfoSchema }),
  /** No model can answer until then (Unix ms). Either the agent sleeps until that time and goes on, or the work ends here. */
  event("suspended", { until: z.number(), error: errorInfoSchema, waits: z.boolean() }),
  /** A provider's rate or usage windows. */
  event("limits", {
    provider: z.string(),
    ...accountShape,
    windows: z.array(
      z.object({
        name: z.string(),
        used: z.number().optional(),
        limit: z.number().optional(),
        remaining: z.number().optional(),
        resetAt: z.number().optional(),
      }),
    ),
  }),
  event("toolStarted", { call: callIdSchema, name: z.string(), label: z.string() }),
  /** Live output of a running tool. */
  event("toolOutput", {
    call: callIdSchema,
    stream: z.enum(["stdout", "stderr", "status"]),
    text: z.string(),
  }),
  /** The call goes on in the background; its slot holds a pending stub. */
  event("toolDetached", { call: callIdSchema }),
  event("toolUndetached", { call: callIdSchema }),
  /** The call ended; its result is the message or notice that names it. */
  event("toolEnded", { call: callIdSchema, isError: z.boolean(), cancelled: z.boolean(), durationMs: z.number() }),
  /** A question waits for a person. */
  event("asked", { askId: askIdSchema, call: callIdSchema.optional(), ask: askSchema }),
  /** It waits no more. A null answer means that it was withdrawn: the call that asked ended. */
  event("answered", { askId: askIdSchema, answer: answerSchema.nullable(), by: z.string().optional() }),
  /** Marker: what came before is forgotten. */
  event("cleared", { upTo: messageIdSchema.nullable() }),
  event("compactStarted", {}),
  /** Marker: what came up to `upTo` is represented by `summary`. */
  event("compacted", { upTo: messageIdSchema, summary: z.string(), tokensBefore: z.number(), tokensAfter: z.number() }),
  /** Marker: the results of these calls are no longer shown to the model. */
  event("dropped", { calls: z.array(callIdSchema), tokensBefore: z.number(), tokensAfter: z.number() }),
  event("compactFailed", { error: errorInfoSchema }),
  /**
   * Another model answers from now on, or the same with other knobs. With `insteadOf` it does so in place of the model that was
   * chosen, until that can be used again; with `error` because `from` failed, and `skipped` are those that were passed over.
   */
  event("switched", {
    model: originSchema,
    ...accountShape,
    settings: settingsSchema,
    from: originSchema.optional(),
    insteadOf: originSchema.optional(),
    error: errorInfoSchema.optional(),
    skipped: z.array(z.object({ model: z.string(), message: z.string() })).optional(),
  }),
  event("switchFailed", { error: errorInfoSchema }),
  /** What the agent says it is doing, and its limits, changed; absent means as before, null means none. */
  event("tuned", {
    status: z.string().optional(),
    maxRounds: z.int().nullable().optional(),
    maxOutputTokens: z.int().nullable().optional(),
  }),
  /** The same calls were made again and again; the model was told. */
  event("loopNoticed", { text: z.string() }),
  /** This agent has a child. `recipe` is what a persistent one is made from again when the session is resumed. */
  event("spawned", {
    child: z.string(),
    childPath: z.string(),
    persistent: z.boolean(),
    recipe: z.json().optional(),
  }),
  /** The child is no more. Its money is its own and all that was below it. */
  event("childEnded", { child: z.string(), reason: endReasonSchema, usage: usageSchema, costUsd: z.number() }),
  /** A message is sent at `dueAt` (Unix ms), also by a later process. */
  event("sendScheduled", {
    sendId: z.string(),
    to: z.string(),
    text: z.string(),
    urgent: z.boolean(),
    dueAt: z.number(),
  }),
  event("sendDone", { sendId: z.string(), delivered: z.boolean() }),
  /** The tools' shared place changed: what a resumed session restores. */
  event("workspace", { cwd: z.string() }),
  event("error", { error: errorInfoSchema }),
  /** Nothing runs and nothing waits. `reason` says how the work ended. */
  event("idle", { reason: endReasonSchema }),
  /** Every durable event up to this `seq` is on the disk. */
  event("saved", { upTo: z.int() }),
]);
export type AgentEvent = z.infer<typeof eventSchema>;
export type EventType = AgentEvent["type"];
export type EventOf<Type extends EventType> = Extract<AgentEvent, { type: Type }>;
/** An event before the log gives it `seq`, `agent` and `at`. */
export type EventBody = AgentEvent extends infer Each
  ? Each extends AgentEvent
    ? Omit<Each, "seq" | "agent" | "at">
    : never
  : never;
