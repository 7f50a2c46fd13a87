/** The calls that a tool is held to its contract with. */
import type { Tool, ToolContext, ToolOutput } from "../../agent/tool.ts";
import { tempDir } from "../support/temp-dir.ts";
import { placeAt } from "../tools/tool-bench.ts";

export interface ToolCases<Args> {
  /** Fills the directory that the calls run in. */
  readonly prepare: (directory: string) => void;
  /** What a call is given beside its directory, made for each one. */
  readonly context?: () => Partial<ToolContext>;
  /** Calls that succeed. */
  readonly works: readonly Args[];
  /** Calls of the right shape that fail. */
  readonly fails: readonly Args[];
  /** Arguments that the schema refuses. */
  readonly refused: readonly unknown[];
  /** Closes what the tool keeps from call to call on purpose: a server, a browser. */
  readonly release?: () => Promise<void>;
  /** True of a shell, which no roots of writing bind. */
  readonly writesAnywhere?: boolean;
  /** A call that would wait for somebody for ever, and is given up by the tool itself. */
  readonly stuck?: Args;
  /** A call with more to say than a result may hold, if there is one. */
  readonly large?: { readonly prepare: (directory: string) => void; readonly args: Args };
}

/** Runs a call in a fresh directory. */
export async function runFresh<Args>(
  tool: Tool<Args>,
  cases: ToolCases<Args>,
  args: Args,
  overrides: Partial<ToolContext> = {},
  prepare = cases.prepare,
): Promise<ToolOutput> {
  using dir = tempDir({ memory: true });
  prepare(dir.path);
  return await placeAt(dir.path, { ...cases.context?.(), ...overrides }).run(tool, args);
}
