/** What a page may send, checked. Synchronous: a frame that does not fit never reaches a handler. */
import { z } from "zod";
import { commandSchema, settingsPatchSchema } from "../agent/command-schema.ts";
import { attachmentSchema } from "../agent/message-schema.ts";
import { pageMessageSchema } from "./page-message-schema.ts";

const session = z.string().regex(/^[0-9a-f]{12}$/);
const agent = z.string().min(1).max(200);
/** Made by the page, unique: a request that is sent again after a cut is done once. */
const key = z.string().min(1).max(64);
const terminal = z.string().min(1).max(64);
const size = { cols: z.int().min(1).max(500), rows: z.int().min(1).max(500) };

/** This tab can run models; one of its workers says something, or is no more. */
const modelsFrame = z.discriminatedUnion("what", [
  z.object({ type: z.literal("models"), what: z.literal("offer") }),
  z.object({ type: z.literal("models"), what: z.literal("said"), place: z.int(), message: pageMessageSchema }),
  z.object({ type: z.literal("models"), what: z.literal("lost"), place: z.int(), why: z.string().max(500) }),
]);

export const clientFrameSchema = z.discriminatedUnion("type", [
  /** Follow the fleet of a session, which is loaded for it. */
  z.object({ type: z.literal("join"), session }),
  z.object({ type: z.literal("leave"), session }),
  /** Asks for a sign of life. */
  z.object({ type: z.literal("ping") }),
  /** Follow an agent's transcript, from behind `seq` of `epoch` where that is known. */
  z.object({ type: z.literal("watch"), session, agent, epoch: z.string().optional(), seq: z.int().optional() }),
  z.object({ type: z.literal("unwatch"), session, agent }),
  /** The timeline before this index, newest part first. */
  z.object({ type: z.literal("older"), session, agent, before: z.int().nonnegative() }),
  /** Says something to every living agent that `target` means. */
  z.object({ type: z.literal("command"), key, session, target: agent, command: commandSchema }),
  /** A new session with its first message. */
  z.object({
    type: z.literal("create"),
    key,
    text: z.string(),
    attachments: z.array(attachmentSchema).optional(),
    provider: z.string().optional(),
    model: z.string().optional(),
    settings: settingsPatchSchema.optional(),
  }),
  /** A child of an agent, made by the person. */
  z.object({
    type: z.literal("spawn"),
    key,
    session,
    parent: agent,
    prompt: z.string().min(1),
    label: z.string().max(64).optional(),
    provider: z.string().optional(),
    model: z.string().optional(),
  }),
  /** Reads again what the project and the person wrote for the agents of a session. */
  z.object({ type: z.literal("reload"), key, session }),
  z.object({ type: z.literal("terminalOpen"), key, session, ...size }),
  z.object({ type: z.literal("terminalAttach"), terminal }),
  z.object({ type: z.literal("terminalDetach"), terminal }),
  z.object({ type: z.literal("terminalInput"), terminal, data: z.string().max(1 << 20) }),
  z.object({ type: z.literal("terminalResize"), terminal, ...size }),
  z.object({ type: z.literal("terminalAck"), terminal, bytes: z.int().nonnegative() }),
  z.object({ type: z.literal("terminalClose"), terminal }),
  z.object({ type: z.literal("pull"), key, name: z.string().min(1).max(300) }),
  modelsFrame,
  z.object({ type: z.literal("pullCancel"), name: z.string().min(1).max(300) }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;
