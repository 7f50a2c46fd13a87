/** A dispatch with everything it says written down, and tools that end when a test lets them. */
import { z } from "zod";
import type { Command } from "../../agent/command.ts";
import { Dispatch } from "../../agent/dispatch.ts";
import type { EventBody } from "../../agent/event.ts";
import { Jobs } from "../../agent/jobs.ts";
import type { CallOutcome } from "../../agent/machine-state.ts";
import type { CallId, ToolCallPart } from "../../agent/message.ts";
import { Spill } from "../../agent/spill.ts";
import { type AnyTool, defineTool, type SerializeKey, type ToolContext, type Workspace } from "../../agent/tool.ts";
import { Toolbox } from "../../agent/toolbox.ts";
import { virtualClock } from "../support/index.ts";

export function dispatchRig(tools: readonly AnyTool[], spill = new Spill()) {
  const events: EventBody[] = [];
  const outcomes: [CallId, CallOutcome][] = [];
  const workspace: Workspace = { root: "/w", cwd: "/w", reads: new Map(), env: {} };
  const waiting = new Set<() => void>();
  const clock = virtualClock();
  const commands: Command[] = [];
  const background = new Set<CallId>();
  const jobs = new Jobs({
    clock,
    isBackground: (callId) => background.has(callId),
    command: (command) => commands.push(command),
  });
  const dispatch = new Dispatch({
    toolbox: new Toolbox(tools),
    workspace,
    clock,
    jobs,
    agent: "a",
    spill,
    countTokens: (text) => text.length,
    emit: (event) => events.push(event),
    done: (callId, outcome) => {
      outcomes.push([callId, outcome]);
      for (const look of waiting) look();
    },
  });
  /** Resolves when `count` calls have been answered. */
  const answered = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => outcomes.length >= count && resolve();
      waiting.add(look);
      look();
    });
  return { dispatch, events, outcomes, workspace, answered, clock, jobs, commands, background };
}

export const call = (callId: CallId, name: string, args: ToolCallPart["args"] = {}): ToolCallPart => ({
  type: "toolCall",
  callId,
  name,
  args,
});

export const final = (text: string, isError = false): CallOutcome => ({ kind: "final", isError, text, durationMs: 0 });
export const cancelled: CallOutcome = {
  kind: "cancelled",
  isError: true,
  text: "The call was stopped before it finished.",
  durationMs: 0,
};

/** A tool whose calls last until `end`; `started` and `ended` tell what happened, in order. */
export function heldTool(name: string, keyOf: (key: string | undefined) => SerializeKey = (key) => key) {
  const held = new Map<CallId, { end: (text: string) => void; fail: (error: Error) => void; context: ToolContext }>();
  const log: string[] = [];
  const tool = defineTool({
    name,
    description: "Waits.",
    schema: z.object({ key: z.string().optional(), deaf: z.boolean().optional() }),
    serializeKey: ({ key }) => keyOf(key),
    run: async ({ deaf }, context) => {
      const { callId, signal } = context;
      log.push(`start ${callId}`);
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      held.set(callId, { end: resolve, fail: reject, context });
      if (!deaf) signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      try {
        return await promise;
      } finally {
        log.push(`end ${callId}`);
      }
    },
  });
  const of = (callId: CallId) => {
    const found = held.get(callId);
    if (!found) throw new Error(`${callId} does not run.`);
    return found;
  };
  return { tool, log, of, end: (callId: CallId, text = "ok") => of(callId).end(text) };
}

/** Lets everything that is ready to go on do so. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
