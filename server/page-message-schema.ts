/** What a tab says for the models that run in it, checked as far as it goes into a conversation. */
import { z } from "zod";
import {
  stopReasonSchema,
  textPartSchema,
  thinkingPartSchema,
  toolCallPartSchema,
  usageSchema,
} from "../agent/message-schema.ts";

const id = z.int();
const text = z.string();
const error = z.looseObject({ code: z.string(), message: z.string().max(10_000) });
const parts = z.array(
  z.discriminatedUnion("type", [textPartSchema, thinkingPartSchema, toolCallPartSchema.omit({ callId: true })]),
);
const rate = z.number().min(0).max(100);

const chunk = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text }),
  z.object({ type: z.literal("thinking"), text }),
  z.object({ type: z.literal("toolCall"), index: id, name: text }),
  z.object({ type: z.literal("toolArgs"), index: id, text }),
  z.object({ type: z.literal("done"), parts, stopReason: stopReasonSchema, usage: usageSchema }),
]);

const info = z.looseObject({
  id: text,
  wireId: text,
  maxRequestTokens: z.number(),
  maxResponseTokens: z.number(),
  provider: z.literal("browser"),
});

/** As `FromHost` of the process for local models has them. */
export const pageMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("opened"),
    model: id,
    facts: z.object({
      info,
      rates: z.object({ letter: rate, digit: rate, mark: rate, gap: rate, other: rate }),
      imageTokens: z.literal(0),
    }),
  }),
  z.object({ type: z.literal("refused"), model: id, error }),
  z.object({ type: z.literal("closed"), model: id }),
  z.object({ type: z.literal("chunk"), call: id, chunk }),
  z.object({
    type: z.literal("failed"),
    call: id,
    error,
    rest: z.object({ parts, usage: usageSchema.optional() }),
  }),
]);
