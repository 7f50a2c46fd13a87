/**
 * The entries of a conversation. The log stores them exactly as they came; merging runs of one role and translating to
 * a vendor's wire happen when a request is built. Browser-safe: imports zod and nothing else.
 */
import { z } from "zod";

/** Id of a log entry, unique and increasing in one session. */
export type MessageId = `m${number}`;
/** Id of a tool call, unique in one session. Ours, never a vendor's: adapters derive wire ids from it. */
export type CallId = `c${number}`;

export const messageIdSchema = z.templateLiteral(["m", z.int().nonnegative()]);
export const callIdSchema = z.templateLiteral(["c", z.int().nonnegative()]);

/** A file carried by a message. `data` is base64 without line breaks. */
export const attachmentSchema = z.object({
  mime: z.string().min(1),
  data: z.string(),
  name: z.string().optional(),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/** Which model wrote an assistant message. Opaque fields (signatures, `data`) go back only to this provider and model. */
export const originSchema = z.object({ provider: z.string(), model: z.string() });
export type Origin = z.infer<typeof originSchema>;

/** `signature` is a vendor's opaque proof for the part, returned verbatim to its origin. */
export const textPartSchema = z.object({
  type: z.literal("text"),
  text: z.string(),
  signature: z.string().optional(),
});

/** `data` is a vendor's opaque item (redacted or encrypted reasoning), returned verbatim to its origin. */
export const thinkingPartSchema = z.object({
  type: z.literal("thinking"),
  text: z.string(),
  signature: z.string().optional(),
  data: z.json().optional(),
});

/** `malformed` holds the raw arguments when they were not a JSON object; such a call is answered with an error, never run. */
export const toolCallPartSchema = z.object({
  type: z.literal("toolCall"),
  callId: callIdSchema,
  name: z.string(),
  args: z.record(z.string(), z.json()),
  malformed: z.string().optional(),
  signature: z.string().optional(),
});

export const partSchema = z.discriminatedUnion("type", [textPartSchema, thinkingPartSchema, toolCallPartSchema]);
export type TextPart = z.infer<typeof textPartSchema>;
export type ThinkingPart = z.infer<typeof thinkingPartSchema>;
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;
export type Part = z.infer<typeof partSchema>;

/** Five disjoint meters in tokens: a prompt token is in exactly one of `input`, `cacheRead`, `cacheWrite`, `cacheWrite1h`. */
export const usageSchema = z.object({
  input: z.number(),
  output: z.number(),
  cacheRead: z.number(),
  cacheWrite: z.number(),
  cacheWrite1h: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;

/**
 * Why a model stopped. `endTurn`, `toolUse`, `stopSequence` and `pause` are benign; `maxTokens` and `contextWindow` are
 * truncations (text kept, calls never run); `refusal` withholds what was refused from later requests; `interrupted` is
 * a halt or a cut that kept the text so far; `malformedCall` and `unknown` ask for a resend.
 */
export const stopReasonSchema = z.enum([
  "endTurn",
  "toolUse",
  "stopSequence",
  "pause",
  "maxTokens",
  "contextWindow",
  "refusal",
  "interrupted",
  "malformedCall",
  "unknown",
]);
export type StopReason = z.infer<typeof stopReasonSchema>;

/** A tool result's lifecycle. `pending` is a permanent stub: its real result arrives later as a notice. */
export const resultKindSchema = z.enum(["final", "pending", "cancelled"]);
export type ResultKind = z.infer<typeof resultKindSchema>;

/** One hunk of a change; `lines` keep their leading space, minus or plus. Line numbers count from 1. */
export const hunkSchema = z.object({
  oldStart: z.int(),
  oldLines: z.int(),
  newStart: z.int(),
  newLines: z.int(),
  lines: z.array(z.string()),
});
export type Hunk = z.infer<typeof hunkSchema>;

/** What a step did to one file. A moved file is one deleted and one created. */
export const fileDiffSchema = z.object({
  path: z.string(),
  created: z.boolean(),
  deleted: z.boolean(),
  hunks: z.array(hunkSchema),
});
export type FileDiff = z.infer<typeof fileDiffSchema>;

/** A place in a file that a person may go to. `path` is absolute, `line` counts from 1; a file as a whole has none. */
export const placeSchema = z.object({
  path: z.string(),
  line: z.int().optional(),
  /** In a word what is there: `function`, `error`, `modified`. */
  kind: z.string().optional(),
  /** The name of what is there. */
  title: z.string().optional(),
  /** The line itself, or what is said of it. */
  text: z.string().optional(),
});
export type Place = z.infer<typeof placeSchema>;

/** Errors that a change brought in. */
const problems = z.array(placeSchema).optional();

/** What a person sees of a result beyond its text. Never sent to a model. */
export const toolDetailsSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("diff"), path: z.string(), created: z.boolean(), hunks: z.array(hunkSchema), problems }),
  /** Several files in one step, or one that was deleted. */
  z.object({ type: z.literal("diffs"), files: z.array(fileDiffSchema), problems }),
  z.object({
    type: z.literal("process"),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    timedOut: z.boolean(),
    durationMs: z.number(),
    stdoutBytes: z.int(),
    stderrBytes: z.int(),
    /** What was printed, in the order it came, with its escapes; there where it has any and is short. */
    coloured: z.string().optional(),
  }),
  z.object({ type: z.literal("matches"), files: z.int(), matches: z.int() }),
  z.object({ type: z.literal("custom"), name: z.string(), data: z.json() }),
]);
export type ToolDetails = z.infer<typeof toolDetailsSchema>;

const entry = { id: messageIdSchema, at: z.number() };

/** What a person or a script said. */
export const userMessageSchema = z.object({
  ...entry,
  type: z.literal("user"),
  text: z.string(),
  attachments: z.array(attachmentSchema).optional(),
});

/** What another agent said. `from` is its label; attribution is this field, never text. */
export const peerMessageSchema = z.object({
  ...entry,
  type: z.literal("peer"),
  from: z.string(),
  text: z.string(),
  attachments: z.array(attachmentSchema).optional(),
});

/** One answer of a model, its parts in the order they came. */
export const assistantMessageSchema = z.object({
  ...entry,
  type: z.literal("assistant"),
  origin: originSchema,
  parts: z.array(partSchema),
  stopReason: stopReasonSchema,
  usage: usageSchema.optional(),
  costUsd: z.number().optional(),
});

/** Names of tools that a call took off the shelf: offered since, in this order. */
const takenSchema = z.array(z.string());

/** The answer in a call's own slot. Every call has exactly one; once a model has read it, it never changes. */
export const toolResultMessageSchema = z.object({
  ...entry,
  type: z.literal("toolResult"),
  callId: callIdSchema,
  name: z.string(),
  kind: resultKindSchema,
  isError: z.boolean(),
  text: z.string(),
  attachments: z.array(attachmentSchema).optional(),
  details: toolDetailsSchema.optional(),
  taken: takenSchema.optional(),
  durationMs: z.number().optional(),
});

/**
 * Something the runtime tells the model on the user's side. With `call` it is the result of a detached call, delivered
 * forward once; without, a steering note.
 */
export const noticeMessageSchema = z.object({
  ...entry,
  type: z.literal("notice"),
  text: z.string(),
  isError: z.boolean().optional(),
  call: z.object({ id: callIdSchema, name: z.string(), kind: resultKindSchema.exclude(["pending"]) }).optional(),
  attachments: z.array(attachmentSchema).optional(),
  details: toolDetailsSchema.optional(),
  taken: takenSchema.optional(),
  durationMs: z.number().optional(),
});

export const messageSchema = z.discriminatedUnion("type", [
  userMessageSchema,
  peerMessageSchema,
  assistantMessageSchema,
  toolResultMessageSchema,
  noticeMessageSchema,
]);
export type UserMessage = z.infer<typeof userMessageSchema>;
export type PeerMessage = z.infer<typeof peerMessageSchema>;
export type AssistantMessage = z.infer<typeof assistantMessageSchema>;
export type ToolResultMessage = z.infer<typeof toolResultMessageSchema>;
export type NoticeMessage = z.infer<typeof noticeMessageSchema>;
export type Message = z.infer<typeof messageSchema>;
