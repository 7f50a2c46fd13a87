/** What a tool is given when a test runs it by itself. */
import { systemClock } from "../../agent/clock.ts";
import type { ToolContext, ToolProgress, Workspace } from "../../agent/tool.ts";

export interface TestContext extends ToolContext {
  /** All progress so far. */
  readonly news: ToolProgress[];
}

/** A context in a directory. Four characters are a token. */
export function toolContext(
  directory: string,
  options: { signal?: AbortSignal; workspace?: Workspace } = {},
): TestContext {
  const news: ToolProgress[] = [];
  return {
    callId: "c1",
    agent: "main",
    signal: options.signal ?? new AbortController().signal,
    clock: systemClock,
    workspace: options.workspace ?? testWorkspace(directory),
    countTokens: (text) => Math.ceil(text.length / 4),
    progress: (piece) => news.push(piece),
    news,
  };
}

export function testWorkspace(directory: string): Workspace {
  return { root: directory, cwd: directory, reads: new Map(), env: { PATH: process.env.PATH ?? "" } };
}
