/** The built-in tools, and what it takes to write another. The public entry `sagent/tools`. */
import { UsageError } from "../agent/error.ts";
import type { AnyTool } from "../agent/tool.ts";
import { agentSelfTool } from "./agent-self.ts";
import { agentSendTool } from "./agent-send.ts";
import { agentSpawnTool } from "./agent-spawn.ts";
import { askTool } from "./ask.ts";
import { bashTool } from "./bash.ts";
import { editTool } from "./edit.ts";
import { globTool } from "./glob.ts";
import { grepTool } from "./grep.ts";
import { jobTool } from "./job.ts";
import { listTool } from "./list.ts";
import { readTool } from "./read.ts";
import { writeTool } from "./write.ts";

export { defineTool } from "../agent/tool.ts";
export { type AdvisorOptions, advisorTool } from "./advisor.ts";

const fleetTools: readonly AnyTool[] = [agentSpawnTool, agentSendTool, agentSelfTool, jobTool];

/** Names of those among them that concern other agents and background work. */
export const fleetToolNames: readonly string[] = fleetTools.map(({ name }) => name);

const tools: readonly AnyTool[] = [
  readTool,
  writeTool,
  editTool,
  bashTool,
  grepTool,
  globTool,
  listTool,
  ...fleetTools,
];

/** Names of the built-in tools that need no person, in the order that models are told of them. */
export const toolNames: readonly string[] = tools.map(({ name }) => name);

export interface ToolChoice {
  /** A person follows and answers: Ask is there too. False by default. */
  readonly canAsk?: boolean | undefined;
}

/** Every built-in tool. */
export function builtinTools({ canAsk = false }: ToolChoice = {}): AnyTool[] {
  return canAsk ? [...tools, askTool] : [...tools];
}

/** The built-in tools of these names, each once, in the registry's order. Throws `UsageError` for a name it does not know. */
export function selectTools(names: readonly string[], choice: ToolChoice = {}): AnyTool[] {
  const known = builtinTools(choice);
  const unknown = names.filter((name) => !known.some((tool) => tool.name === name));
  if (unknown.length > 0) {
    throw new UsageError(`There is no tool ${unknown.map((name) => `"${name}"`).join(" or ")}.`, {
      hint: `The tools are ${known.map(({ name }) => name).join(", ")}.`,
    });
  }
  return known.filter(({ name }) => names.includes(name));
}
