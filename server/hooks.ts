/**
 * The hooks of a session: commands that a person or a project has set for certain events, with Claude Code's contract. Those
 * of one event run at the same time; the strictest word of them counts.
 */
import type { CallVerdict, HookedCall, Hooks, PromptVerdict, RestVerdict, ResultVerdict } from "../agent/hooks.ts";
import type { ToolOutput } from "../agent/tool.ts";
import { callsForHooks, namesOf, responseForHooks } from "./hook-names.ts";
import type { HookEnd, HookPlace } from "./hook-run.ts";
import type { HookCommand, HookEvent } from "./hook-settings.ts";

export interface HookRunnerOptions {
  readonly place: HookPlace;
  /** The agent that the person talks to. */
  readonly root: string;
  /** What every hook is told. */
  readonly session: { readonly session_id: string; readonly transcript_path: string };
  /** Takes a sentence for the person. */
  readonly tell: (text: string) => void;
}

type Ok = Extract<HookEnd, { type: "ok" }>;

export class HookRunner implements Hooks {
  readonly #options: HookRunnerOptions;
  readonly #commands: () => readonly HookCommand[];

  /** `commands` are asked for at each event, so that they may change. */
  constructor(options: HookRunnerOptions, commands: () => readonly HookCommand[]) {
    this.#options = options;
    this.#commands = commands;
  }

  beforeTool(call: HookedCall): Promise<CallVerdict> | undefined {
    return this.#onCall("PreToolUse", call)?.then(callVerdict);
  }

  afterTool(call: HookedCall, output: ToolOutput): Promise<ResultVerdict> | undefined {
    return this.#onCall("PostToolUse", call, output)?.then((ends) => {
      const halts = stopOf(ends);
      const note = [...blocksOf(ends), ...contextsOf(ends)].join("\n");
      return { ...(halts === undefined ? {} : { halts }), ...(note === "" ? {} : { note }) };
    });
  }

  prompt({ agent, text, signal }: Parameters<Hooks["prompt"]>[0]): Promise<PromptVerdict> | undefined {
    if (agent !== this.#options.root) return undefined;
    return this.#run("UserPromptSubmit", undefined, { prompt: text }, signal)?.then((ends) => {
      const reason = stopOf(ends) ?? blocksOf(ends)[0];
      if (reason !== undefined) return { type: "refuse", reason };
      const note = [...saidOf(ends), ...contextsOf(ends)].join("\n");
      return { type: "hear", ...(note === "" ? {} : { note }) };
    });
  }

  rest({ agent, isChild, again, lastWords, signal }: Parameters<Hooks["rest"]>[0]): Promise<RestVerdict> | undefined {
    const input = { stop_hook_active: again, last_assistant_message: lastWords, agent_id: agent };
    return this.#run(isChild ? "SubagentStop" : "Stop", undefined, input, signal)?.then((ends): RestVerdict => {
      const [reason] = blocksOf(ends);
      return reason === undefined || stopOf(ends) !== undefined
        ? { type: "rest" }
        : { type: "goOn", reason: reason || "A hook does not let the work end." };
    });
  }

  compact({ trigger, hint, signal }: Parameters<Hooks["compact"]>[0]): Promise<void> | undefined {
    return this.#run("PreCompact", [trigger], { trigger, custom_instructions: hint }, signal)?.then(() => {});
  }

  /** Resolves to what the agent is to know from the start. */
  async sessionStart(source: "startup" | "resume", signal: AbortSignal): Promise<string> {
    const ends = (await this.#run("SessionStart", [source], { source }, signal)) ?? [];
    return [...saidOf(ends), ...contextsOf(ends)].join("\n");
  }

  async sessionEnd(reason: string, signal: AbortSignal): Promise<void> {
    await this.#run("SessionEnd", [reason], { reason }, signal);
  }

  async notify(kind: string, message: string, signal: AbortSignal): Promise<void> {
    await this.#run("Notification", [kind], { message, notification_type: kind }, signal);
  }

  #onCall(event: HookEvent, call: HookedCall, output?: ToolOutput): Promise<readonly HookEnd[]> | undefined {
    if (!this.#commands().some((hook) => hook.event === event)) return undefined;
    const { name, args, cwd, callId, signal } = call;
    const runs = callsForHooks(name, args, cwd).flatMap((told) => {
      const response = output && { tool_response: responseForHooks(told.name, told.input, output) };
      const input = { tool_name: told.name, tool_input: told.input, tool_use_id: callId, ...response };
      const ends = this.#run(event, namesOf(told.name, name), input, signal, cwd);
      return ends ? [told.isOwn ? ends : ends.then(withoutInput)] : [];
    });
    return runs.length === 0 ? undefined : Promise.all(runs).then((ends) => ends.flat());
  }

  /** Undefined where no command is for it. `names` are what matchers are held against. */
  #run(
    event: HookEvent,
    names: readonly string[] | undefined,
    input: object,
    signal: AbortSignal,
    cwd = this.#options.place.cwd,
  ): Promise<readonly HookEnd[]> | undefined {
    const fitting = this.#commands().filter(
      (hook) => hook.event === event && (!hook.matcher || !names || names.some((name) => hook.matcher?.test(name))),
    );
    if (fitting.length === 0) return undefined;
    const { place, session, tell } = this.#options;
    const whole = { ...session, cwd, permission_mode: "default", hook_event_name: event, ...input };
    const once = [...new Map(fitting.map((hook) => [`${hook.command}\n${hook.pluginDir}`, hook])).values()];
    return runAll(once, whole, place, signal).then((ends) => {
      for (const end of ends) {
        if (end.type === "failed") tell(end.problem);
        if (end.type === "ok" && end.output.systemMessage) tell(end.output.systemMessage);
      }
      return ends;
    });
  }
}

/** What it takes to run one is loaded where there is one to run. */
async function runAll(
  hooks: readonly HookCommand[],
  ...how: [input: object, place: HookPlace, signal: AbortSignal]
): Promise<readonly HookEnd[]> {
  const { runHook } = await import("./hook-run.ts");
  return Promise.all(hooks.map((hook) => runHook(hook, ...how)));
}

function callVerdict(ends: readonly HookEnd[]): CallVerdict {
  const stop = stopOf(ends);
  if (stop !== undefined) return { type: "deny", reason: stop, halts: true };
  const [block] = blocksOf(ends);
  if (block !== undefined) return { type: "deny", reason: block };
  const oks = oksOf(ends);
  const decided = oks.map(({ output }) => ({
    decision: output.hookSpecificOutput?.permissionDecision ?? output.decision,
    reason: output.hookSpecificOutput?.permissionDecisionReason ?? output.reason ?? "",
  }));
  const denied = decided.find(({ decision }) => decision === "deny");
  if (denied) return { type: "deny", reason: denied.reason };
  const args = oks.findLast(({ output }) => output.hookSpecificOutput?.updatedInput)?.output.hookSpecificOutput
    ?.updatedInput;
  const note = contextsOf(ends).join("\n");
  const rest = { ...(args === undefined ? {} : { args }), ...(note === "" ? {} : { note }) };
  const asks = decided.find(({ decision }) => decision === "ask");
  return asks ? { type: "ask", reason: asks.reason, ...rest } : { type: "run", ...rest };
}

/** What a hook made of the input that it was told is not the input of the call. */
function withoutInput(ends: readonly HookEnd[]): readonly HookEnd[] {
  return ends.map((end) => {
    if (end.type !== "ok" || !end.output.hookSpecificOutput) return end;
    const { updatedInput: _, ...rest } = end.output.hookSpecificOutput;
    return { ...end, output: { ...end.output, hookSpecificOutput: rest } };
  });
}

const oksOf = (ends: readonly HookEnd[]) => ends.filter((end): end is Ok => end.type === "ok");

/** Why something may not be: exit code 2, or the decision to block. */
function blocksOf(ends: readonly HookEnd[]): readonly string[] {
  return ends.flatMap((end) => {
    if (end.type === "block") return [end.reason];
    return end.type === "ok" && end.output.decision === "block" ? [end.output.reason ?? ""] : [];
  });
}

/** Why the agent is to stop altogether. */
function stopOf(ends: readonly HookEnd[]): string | undefined {
  const stop = oksOf(ends).find(({ output }) => output.continue === false);
  return stop && (stop.output.stopReason ?? stop.output.reason ?? "it gave no reason.");
}

const contextsOf = (ends: readonly HookEnd[]) =>
  oksOf(ends).flatMap(({ output }) => output.hookSpecificOutput?.additionalContext ?? []);

const saidOf = (ends: readonly HookEnd[]) => oksOf(ends).flatMap(({ said }) => (said === "" ? [] : [said]));
