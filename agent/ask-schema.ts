/** What an agent may ask a person, and what may be answered. Browser-safe: imports zod and the vocabulary only. */
import { z } from "zod";
import { hunkSchema } from "./message-schema.ts";

/** Id of a question, unique in one session of an agent. */
export type AskId = `a${number}`;

export const askIdSchema = z.templateLiteral(["a", z.int().nonnegative()]);

/** How far a permission reaches: this one call, as long as the session goes on, or from now on in this project. */
export const scopeSchema = z.enum(["once", "session", "project"]);
export type Scope = z.infer<typeof scopeSchema>;

export const askSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("question"),
    text: z.string(),
    /** None: the answer is free text. */
    choices: z.array(z.object({ label: z.string(), detail: z.string().optional() })),
    /** The answer may be, or say beside a choice, something that is not among the choices. */
    allowText: z.boolean(),
    /** More than one may be chosen. */
    multiple: z.boolean(),
  }),
  z.object({
    type: z.literal("permission"),
    tool: z.string(),
    /** One line: what is to be done. */
    text: z.string(),
    command: z.string().optional(),
    diff: z.object({ path: z.string(), hunks: z.array(hunkSchema) }).optional(),
    url: z.string().optional(),
    /** What may be allowed; no is always an answer. */
    scopes: z.array(scopeSchema),
  }),
]);
export type Ask = z.infer<typeof askSchema>;

export const answerSchema = z.discriminatedUnion("type", [
  /** Labels of the chosen, each once, and what the person says beside them. */
  z.object({ type: z.literal("choice"), labels: z.array(z.string()), text: z.string().optional() }),
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("allow"), scope: scopeSchema }),
  z.object({ type: z.literal("deny"), reason: z.string().optional() }),
]);
export type Answer = z.infer<typeof answerSchema>;
