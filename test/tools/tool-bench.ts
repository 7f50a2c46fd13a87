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

export function placeAt(root: string, overrides: Partial<ToolContext> = {}, env: Record<string, string> = {}): Place {
  const workspace: Workspace = { root, cwd: root, reads: new Map(), env: { PATH: process.env.PATH ?? "", ...env } };
  const progress: ToolProgress[] = [];
  const stop = new AbortController();
  const context: ToolContext = {
    callId: "c1",
    agent: "Agent",
    signal: stop.signal,
    clock: systemClock,
    workspace,
    countTokens,
    progress: (news) => progress.push(news),
    ...overrides,
  };
  return { workspace, progress, stop, run: (tool, args) => tool.run(args, context) };
}
