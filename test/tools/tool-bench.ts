/** A place to run one tool in: a workspace on the real disk and a context that records progress. */
import { systemClock } from "../../agent/clock.ts";
import type { Tool, ToolContext, ToolOutput, ToolProgress, Workspace } from "../../agent/tool.ts";

export interface Place {
  readonly workspace: Workspace;
  readonly progress: ToolProgress[];
  readonly stop: AbortController;
  run<Args>(tool: Tool<Args>, args: Args): Promise<ToolOutput>;
}

/** Counts a token for each four characters. */
export const countTokens = (text: string) => Math.ceil(text.length / 4);

export function contextAt(
  root: string,
  overrides: Partial<ToolContext> = {},
  env: Record<string, string> = {},
): ToolContext {
  const workspace: Workspace = { root, cwd: root, reads: new Map(), env: { PATH: process.env.PATH ?? "", ...env } };
  const signal = new AbortController().signal;
  const progress = () => {};
  return { callId: "c1", agent: "Agent", signal, clock: systemClock, workspace, countTokens, progress, ...overrides };
}

export function placeAt(root: string, overrides: Partial<ToolContext> = {}, env: Record<string, string> = {}): Place {
  const progress: ToolProgress[] = [];
  const stop = new AbortController();
  const live = { signal: stop.signal, progress: (news: ToolProgress) => progress.push(news) };
  const context = contextAt(root, { ...live, ...overrides }, env);
  return { workspace: context.workspace, progress, stop, run: (tool, args) => tool.run(args, context) };
}
