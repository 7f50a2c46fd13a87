/** The built-in tools, and what it takes to write another. The public entry `sagent/tools`. */
import { UsageError } from "../agent/error.ts";
import type { AnyTool, ShelfEntry } from "../agent/tool.ts";
import { agentSelfTool } from "./agent-self.ts";
import { agentSendTool } from "./agent-send.ts";
import { agentSpawnTool } from "./agent-spawn.ts";
import { askTool } from "./ask.ts";
import { bashToolWith } from "./bash.ts";
import { editToolWith } from "./edit/forms.ts";
import { globTool } from "./glob.ts";
import { grepTool } from "./grep.ts";
import { jobTool } from "./job.ts";
import { listTool } from "./list.ts";
import { nearNames } from "./near.ts";
import { readTool } from "./read.ts";
import { ToolSettings } from "./settings.ts";
import { type ShelfOptions, shelfOf } from "./shelf.ts";
import { skillTool } from "./skill.ts";
import { todoTool } from "./todo.ts";
import { toolSearchTool } from "./tool-search.ts";
import { writeTool } from "./write.ts";

export { defineTool } from "../agent/tool.ts";
export { type AdvisorOptions, advisorTool } from "./advisor.ts";
export { definePlugin, type Plugin } from "./plugin.ts";
export { ToolSettings } from "./settings.ts";
export type { ShelfOptions } from "./shelf.ts";

const fleetTools: readonly AnyTool[] = [agentSpawnTool, agentSendTool, agentSelfTool, jobTool];

/** Names of built-in tools that a small window has no room for: other agents, background work, plans. */
export const roomyToolNames: readonly string[] = [...fleetTools, todoTool].map(({ name }) => name);

const toolsWith = (settings: ToolSettings): readonly AnyTool[] => [
  readTool,
  writeTool,
  editToolWith(settings),
  bashToolWith(settings),
  grepTool,
  globTool,
  listTool,
  todoTool,
  ...fleetTools,
];

/** Names of the built-in tools that need no person, in the order that models are told of them. */
export const toolNames: readonly string[] = toolsWith(new ToolSettings()).map(({ name }) => name);

export interface ToolChoice {
  /** A person follows and answers: Ask is there too. False by default. */
  readonly canAsk?: boolean | undefined;
  readonly settings?: ToolSettings | undefined;
}

/** Every built-in tool. */
export function builtinTools({ canAsk = false, settings = new ToolSettings() }: ToolChoice = {}): AnyTool[] {
  const tools = toolsWith(settings);
  return canAsk ? [...tools, askTool] : [...tools];
}

export interface SourceNames {
  /** Of sources whose tools are found by ToolSearch too. */
  readonly sources?: readonly string[];
}

/** What an agent has: tools that its model is told of, and those that it finds by ToolSearch. */
export interface ToolSet {
  readonly tools: readonly AnyTool[];
  readonly shelf: readonly ShelfEntry[];
}

/** All tools: those that every work needs are offered, Skill where there are skills, and the others stand on the shelf. */
export function standardTools(choice: ToolChoice & ShelfOptions & SourceNames = {}): ToolSet {
  const skills = choice.skills?.all.length ? [skillTool(choice.skills)] : [];
  const shelf = shelfOf(choice).filter(({ name }) => !skills.some((tool) => tool.name === name));
  const told = [...shelf.map(({ name }) => name), ...(choice.sources ?? []).map((name) => `those of ${name}`)];
  return { tools: [...builtinTools(choice), ...skills, toolSearchTool(told)], shelf };
}

/** Tools of these names, offered or not, each once; nothing is kept back. Throws `UsageError` for a name it does not know. */
export async function chooseTools(
  names: readonly string[],
  choice: ToolChoice & ShelfOptions = {},
): Promise<AnyTool[]> {
  const kept = shelfOf(choice).filter(({ name }) => names.includes(name));
  const builtin = selectTools(
    names.filter((name) => !kept.some((entry) => entry.name === name)),
    choice,
  );
  return [...builtin, ...(await Promise.all(kept.map((entry) => entry.load())))];
}

/**
 * The built-in tools of these names, each once, in the registry's order; who names a form of Edit gets that one. Throws
 * `UsageError` for a name it does not know.
 */
export function selectTools(names: readonly string[], choice: ToolChoice = {}): AnyTool[] {
  const known = builtinTools(choice).flatMap((tool) => (tool.forms ? tool.forms.all : [tool]));
  const unknown = names.filter((name) => !known.some((tool) => tool.name === name));
  if (unknown.length > 0) {
    const all = [...known, ...shelfOf()].map(({ name }) => name);
    const near = [...new Set(unknown.flatMap((name) => nearNames(name, all).slice(0, 1)))];
    throw new UsageError(`There is no tool ${unknown.map((name) => `"${name}"`).join(" or ")}.`, {
      hint: `${near.length > 0 ? `Did you mean ${near.join(" and ")}? ` : ""}The tools are ${all.join(", ")}.`,
    });
  }
  return known.filter(({ name }) => names.includes(name));
}

/** Of every built-in tool, on the shelf or not. */
export function builtinNames(): readonly string[] {
  const known = [...builtinTools({ canAsk: true }), ...shelfOf({ reload: async () => "" })];
  return [...known.map(({ name }) => name), "ToolSearch", "Advisor"];
}
