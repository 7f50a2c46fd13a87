/** A call with hooks around it. */
import { z } from "zod";
import type { Answer, Ask } from "./ask.ts";
import { toErrorInfo } from "./error.ts";
import type { CallVerdict, HookedCall, Hooks, ResultVerdict } from "./hooks.ts";
import type { AnyTool, ToolOutput } from "./tool.ts";

export interface Hooked {
  readonly hooks: Hooks;
  readonly tool: AnyTool;
  readonly call: HookedCall;
  /** One line for people. */
  readonly label: string;
  /** Undefined where nobody can answer. */
  readonly ask: ((ask: Ask) => Promise<Answer>) | undefined;
  /** The agent is to stop once this call has its result. */
  readonly halt: (reason: string) => void;
  readonly run: (args: never) => Promise<ToolOutput>;
}

/** Runs the call as the hooks will have it. Where none wants anything, exactly as without them. */
export async function runHooked(hooked: Hooked): Promise<ToolOutput> {
  const { hooks, call, run } = hooked;
  const before = hooks.beforeTool(call);
  const verdict = before ? await admitted(hooked, await before) : undefined;
  if (verdict?.type === "deny") return refused(hooked, verdict);
  const parsed = verdict?.args === undefined ? undefined : hooked.tool.schema.safeParse(verdict.args);
  if (parsed?.error) {
    const text = `Not run: the arguments that a hook gave ${call.name} do not fit.\n${z.prettifyError(parsed.error)}`;
    return { text, isError: true };
  }
  const args = (parsed ? parsed.data : call.args) as never;
  const output = noted(await run(args), verdict);
  const after = output.isError ? undefined : hooks.afterTool({ ...call, args }, output);
  if (!after) return output;
  const said = await after;
  if (said.halts !== undefined) hooked.halt(said.halts);
  return noted(output, said);
}

/** Asks a person where a hook wants that. */
async function admitted(hooked: Hooked, verdict: CallVerdict): Promise<Exclude<CallVerdict, { type: "ask" }>> {
  if (verdict.type !== "ask") return verdict;
  const { ask, call, label } = hooked;
  const { reason, type: _, ...rest } = verdict;
  if (!ask) return { type: "deny", reason: `${reason} A person would have to allow it, and nobody can answer here.` };
  const text = reason === "" ? label : `${label}: ${reason}`;
  try {
    const answer = await ask({ type: "permission", tool: call.name, text, scopes: ["once"] });
    if (answer.type === "allow") return { type: "run", ...rest };
    const why = answer.type === "deny" && answer.reason ? `: ${answer.reason}` : ".";
    return { type: "deny", reason: `The user does not allow it${why}` };
  } catch (error) {
    return { type: "deny", reason: toErrorInfo(error).message };
  }
}

function refused({ call, halt }: Hooked, { reason, halts }: Extract<CallVerdict, { type: "deny" }>): ToolOutput {
  if (halts) halt(reason);
  return {
    text: `Not run: ${reason === "" ? `a hook does not allow this call of ${call.name}.` : reason}`,
    isError: true,
  };
}

function noted(output: ToolOutput, verdict: ResultVerdict | undefined): ToolOutput {
  return verdict?.note ? { ...output, text: `${output.text}\n\n[hook] ${verdict.note}` } : output;
}
